import { deepEqual } from '../../../lib/deep-equal.ts';
import { type FieldError, forbiddenField, invalid, required } from '../../field-error.ts';
import type {
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  TypedLocalObjectReference,
} from '../../generated/types/core-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateLabelSelector } from '../../label-selector.ts';
import { validateImmutable } from '../../metadata-validation.ts';
import { compareQuantities } from '../../quantity.ts';
import { changedPaths } from '../changed-paths.ts';
import { checkDnsSubdomain, checkOneOf, requireText } from '../checks.ts';
import { ageColumn, nameColumn, UNSET } from '../columns.ts';
import { dropGeneration, STATUS_WITHOUT_GENERATION } from '../generation.ts';
import { checkNonNegativeQuantity, checkPositiveQuantity } from '../quantity-checks.ts';
import { checkAccessModes, shortAccessModes, VOLUME_MODES } from './access-modes.ts';
import { applyClaimDefaults } from './persistent-volume-claim-defaults.ts';

/** The older of the two members knows only sources within the namespace; where it can, it says the same. */
function mirrorDataSource(spec: PersistentVolumeClaimSpec): void {
  const { dataSource, dataSourceRef } = spec;
  if (dataSource && !dataSourceRef) spec.dataSourceRef = { ...dataSource };
  if (!dataSourceRef || dataSource || dataSourceRef.namespace) return;
  const { namespace: _, ...local } = dataSourceRef;
  spec.dataSource = local;
}

function validate({ spec }: PersistentVolumeClaim): FieldError[] {
  if (!spec) return [required('spec')];
  const errors: FieldError[] = [];
  validateClaimSpec(spec, 'spec', errors);
  return errors;
}

/** Judges a claim, also one that a Pod has made for it. */
export function validateClaimSpec(
  spec: PersistentVolumeClaimSpec,
  path: string,
  errors: FieldError[],
): void {
  const { accessModes = [], selector, resources, storageClassName } = spec;
  if (accessModes.length === 0) {
    errors.push(required(`${path}.accessModes`, 'at least 1 access mode is required'));
  }
  if (selector) validateLabelSelector(selector, `${path}.selector`, errors);
  checkAccessModes(accessModes, `${path}.accessModes`, errors);
  const storage = resources?.requests?.storage;
  if (storage === undefined) errors.push(required(`${path}.resources[storage]`));
  checkPositiveQuantity(storage, `${path}.resources[storage]`, errors);
  if (storageClassName) checkDnsSubdomain(storageClassName, `${path}.storageClassName`, errors);
  checkOneOf(spec.volumeMode, VOLUME_MODES, `${path}.volumeMode`, errors);
  validateDataSources(spec, path, errors);
  const { volumeAttributesClassName: attributes } = spec;
  if (attributes) checkDnsSubdomain(attributes, `${path}.volumeAttributesClassName`, errors);
}

function validateDataSources(
  { dataSource, dataSourceRef }: PersistentVolumeClaimSpec,
  path: string,
  errors: FieldError[],
): void {
  if (dataSource) validateDataSource(dataSource, `${path}.dataSource`, errors);
  if (!dataSourceRef) return;
  const { namespace, ...local } = dataSourceRef;
  validateDataSource(local, `${path}.dataSourceRef`, errors);
  if (namespace) checkDnsSubdomain(namespace, `${path}.dataSourceRef.namespace`, errors);
  if (!dataSource) return;
  const field = `${path}.dataSource`;
  if (namespace) {
    const detail = 'may not be specified when dataSourceRef.namespace is specified';
    errors.push(invalid(path, field, detail));
  } else if (!deepEqual(dataSource, local)) {
    errors.push(invalid(path, field, 'must match dataSourceRef'));
  }
}

function validateDataSource(
  { name, kind, apiGroup }: TypedLocalObjectReference,
  path: string,
  errors: FieldError[],
): void {
  requireText(name, `${path}.name`, errors);
  requireText(kind, `${path}.kind`, errors);
  if (apiGroup) checkDnsSubdomain(apiGroup, `${path}.apiGroup`, errors);
  else if (kind !== 'PersistentVolumeClaim') {
    const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
    errors.push(invalid(path, kind, detail));
  }
}

const storageOf = ({ resources }: PersistentVolumeClaimSpec): string =>
  resources?.requests?.storage ?? '0';

/** The spec with everything as in `current` that may change once. */
function withAllowedChangesUndone(
  next: PersistentVolumeClaimSpec,
  current: PersistentVolumeClaimSpec,
  isBound: boolean,
): PersistentVolumeClaimSpec {
  const undone = { ...next, volumeAttributesClassName: current.volumeAttributesClassName };
  // A volume is bound once, and a class that was not known is filled in once.
  if (!current.volumeName) undone.volumeName = current.volumeName;
  if (current.storageClassName === undefined) undone.storageClassName = undefined;
  if (isBound && next.resources?.requests) {
    const requests = { ...next.resources.requests, storage: storageOf(current) };
    undone.resources = { ...next.resources, requests };
  }
  return undone;
}

function validateUpdate(claim: PersistentVolumeClaim, before: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = [];
  const next = claim.spec ?? {};
  const current = before.spec ?? {};
  const undone = withAllowedChangesUndone(next, current, before.status?.phase === 'Bound');
  if (!deepEqual(undone, current)) {
    const changes = changedPaths(undone, current, 'spec').join(', ');
    const detail = `spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\nchanged: ${changes}`;
    errors.push(forbiddenField('spec', detail));
  }
  const size = storageOf(next);
  const isShrunk = compareQuantities(size, storageOf(current)) < 0;
  if (isShrunk && compareQuantities(size, before.status?.capacity?.storage ?? '0') <= 0) {
    const detail = 'field can not be less than status.capacity';
    errors.push(forbiddenField('spec.resources.requests.storage', detail));
  }
  validateImmutable(next.volumeMode, current.volumeMode, 'volumeMode', errors);
  validateAttributesUpdate(next, current, errors);
  return errors;
}

function validateAttributesUpdate(
  { volumeAttributesClassName: next }: PersistentVolumeClaimSpec,
  { volumeAttributesClassName: current }: PersistentVolumeClaimSpec,
  errors: FieldError[],
): void {
  if (!current || next) return;
  const what = next === undefined ? 'nil' : 'an empty string';
  const detail = `update from non-nil value to ${what} is forbidden`;
  errors.push(forbiddenField('spec.volumeAttributesClassName', detail));
}

function validateStatusUpdate({ status }: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = [];
  for (const list of ['capacity', 'allocatedResources'] as const) {
    for (const name in status?.[list]) {
      checkNonNegativeQuantity(status?.[list]?.[name], `status.${list}[${name}]`, errors);
    }
  }
  return errors;
}

const phaseOf = ({ metadata, status }: PersistentVolumeClaim): string =>
  metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '');

/** What a claim got shows once it is bound. */
const whenBound = (text: string | undefined, { spec }: PersistentVolumeClaim): string =>
  spec?.volumeName ? (text ?? '') : '';

/** core/PersistentVolumeClaim. */
export const persistentVolumeClaimStrategy: KindStrategy<PersistentVolumeClaim> = {
  ...STATUS_WITHOUT_GENERATION,
  returnsDeleted: true,
  applyDefaults: applyClaimDefaults,
  prepareForCreate(claim) {
    dropGeneration(claim);
    claim.status = { phase: 'Pending' };
    if (claim.spec) mirrorDataSource(claim.spec);
  },
  prepareForUpdate(next, current) {
    next.status = current.status;
    if (next.spec) mirrorDataSource(next.spec);
  },
  validate,
  validateUpdate,
  validateStatusUpdate,
  printerColumns: [
    nameColumn,
    { name: 'Status', description: 'Whether it is bound.', cell: phaseOf },
    {
      name: 'Volume',
      description: 'The volume that it is bound to.',
      cell: ({ spec }) => spec?.volumeName ?? '',
    },
    {
      name: 'Capacity',
      description: 'How much there is.',
      cell: (claim) => whenBound(claim.status?.capacity?.storage, claim),
    },
    {
      name: 'Access Modes',
      description: 'How the volume may be mounted.',
      cell: (claim) => whenBound(shortAccessModes(claim.status?.accessModes), claim),
    },
    {
      name: 'StorageClass',
      description: 'The class of the volume.',
      cell: ({ spec }) => spec?.storageClassName ?? '',
    },
    {
      name: 'VolumeAttributesClass',
      description: 'The class of the attributes.',
      cell: ({ spec }) => spec?.volumeAttributesClassName ?? UNSET,
    },
    ageColumn,
    {
      name: 'VolumeMode',
      description: 'Whether it is a file system or a block device.',
      priority: 1,
      cell: ({ spec }) => spec?.volumeMode ?? UNSET,
    },
  ],
};
