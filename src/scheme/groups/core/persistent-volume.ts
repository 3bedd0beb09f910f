import { deepEqual } from '../../../lib/deep-equal.ts';
import {
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts';
import type { PersistentVolume, PersistentVolumeSpec } from '../../generated/types/core-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateImmutable } from '../../metadata-validation.ts';
import { changedPaths } from '../changed-paths.ts';
import { checkDnsSubdomain, checkOneOf } from '../checks.ts';
import { ageColumn, nameColumn, UNSET } from '../columns.ts';
import { STATUS_WITHOUT_GENERATION } from '../generation.ts';
import { checkPositiveQuantity } from '../quantity-checks.ts';
import { checkAccessModes, shortAccessModes, VOLUME_MODES } from './access-modes.ts';
import { sourceOf, validatePersistentSource } from './persistent-volume-source.ts';
import { normalizeResourceList } from './pod-spec/container-defaults.ts';
import { validateNodeSelector } from './pod-spec/validate-node-selector.ts';
import { applyVolumeDefaults } from './pod-spec/volume-defaults.ts';

const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain'];

function applyDefaults(volume: PersistentVolume): void {
  volume.status ??= {};
  volume.status.phase ??= 'Pending';
  const { spec } = volume;
  if (!spec) return;
  spec.persistentVolumeReclaimPolicy ??= 'Retain';
  spec.volumeMode ??= 'Filesystem';
  normalizeResourceList(spec.capacity);
  // The same kinds of disks have the same defaults in Pods.
  const source = { ...sourceOf(spec), name: '' };
  if (Object.keys(source).length > 1) applyVolumeDefaults(source as { name: string });
}

function validate({ spec }: PersistentVolume): FieldError[] {
  if (!spec) return [required('spec')];
  const errors: FieldError[] = [];
  validatePersistentVolumeSpec(spec, 'spec', errors);
  return errors;
}

/** Judges a volume, also one that exists only within a VolumeAttachment. */
export function validatePersistentVolumeSpec(
  spec: PersistentVolumeSpec,
  path: string,
  errors: FieldError[],
  { isInline = false } = {},
): void {
  const { accessModes = [], nodeAffinity } = spec;
  if (isInline) refuseInlineMembers(spec, path, errors);
  else validateCapacity(spec.capacity ?? {}, `${path}.capacity`, errors);
  if (accessModes.length === 0) errors.push(required(`${path}.accessModes`));
  checkAccessModes(accessModes, `${path}.accessModes`, errors);
  if (!isInline) {
    const field = `${path}.persistentVolumeReclaimPolicy`;
    checkOneOf(spec.persistentVolumeReclaimPolicy, RECLAIM_POLICIES, field, errors);
  }
  if (nodeAffinity) {
    if (nodeAffinity.required) {
      validateNodeSelector(nodeAffinity.required, `${path}.nodeAffinity.required`, errors);
    } else {
      errors.push(
        required(`${path}.nodeAffinity.required`, 'must specify required node constraints'),
      );
    }
  }
  validatePersistentSource(spec, path, errors);
  validateUse(spec, path, errors);
}

const INLINE_ONLY = [
  'capacity',
  'claimRef',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeMode',
] as const;

function refuseInlineMembers(spec: PersistentVolumeSpec, path: string, errors: FieldError[]): void {
  for (const member of INLINE_ONLY) {
    const value = spec[member];
    if (!value || (member === 'volumeMode' && value === 'Filesystem')) continue;
    const detail = `may not specify ${member} in the context of inline volumes`;
    errors.push(forbiddenField(`${path}.${member}`, detail));
  }
  if (!spec.csi) {
    errors.push(required(`${path}.csi`, 'has to be specified in the context of inline volumes'));
  }
}

function validateCapacity(
  capacity: Readonly<Record<string, string>>,
  path: string,
  errors: FieldError[],
): void {
  const names = Object.keys(capacity);
  if (names.length === 0) errors.push(required(path));
  else if (names.length > 1 || names[0] !== 'storage') {
    errors.push(notSupported(path, capacity, ['storage']));
  }
  for (const name of names) checkPositiveQuantity(capacity[name], `${path}[${name}]`, errors);
}

/** What the members say of one another. */
function validateUse(spec: PersistentVolumeSpec, path: string, errors: FieldError[]): void {
  const { hostPath, local, nodeAffinity, storageClassName, volumeAttributesClassName: vac } = spec;
  if (local && !nodeAffinity) {
    errors.push(required(`${path}.nodeAffinity`, 'Local volume requires node affinity'));
  }
  if (hostPath?.path === '/' && spec.persistentVolumeReclaimPolicy === 'Recycle') {
    const detail = "may not be 'recycle' for a hostPath mount of '/'";
    errors.push(forbiddenField(`${path}.persistentVolumeReclaimPolicy`, detail));
  }
  if (storageClassName) checkDnsSubdomain(storageClassName, `${path}.storageClassName`, errors);
  checkOneOf(spec.volumeMode, VOLUME_MODES, `${path}.volumeMode`, errors);
  if (vac === undefined) return;
  const field = `${path}.volumeAttributesClassName`;
  if (vac === '') errors.push(required(field, 'an empty string is disallowed'));
  else checkDnsSubdomain(vac, field, errors);
  if (!spec.csi) {
    const detail = 'has to be specified when using volumeAttributesClassName';
    errors.push(required(`${path}.csi`, detail));
  }
}

/** A secret that volumes are expanded with may be added. */
function withAddedSecret(
  next: PersistentVolumeSpec,
  current: PersistentVolumeSpec,
): Partial<PersistentVolumeSpec> {
  const source = sourceOf(next);
  if (!source.csi || !current.csi || current.csi.controllerExpandSecretRef) return source;
  const { controllerExpandSecretRef: _, ...csi } = source.csi;
  return { ...source, csi };
}

function validateUpdate(volume: PersistentVolume, before: PersistentVolume): FieldError[] {
  const errors: FieldError[] = [];
  const next = volume.spec ?? {};
  const current = before.spec ?? {};
  const source = withAddedSecret(next, current);
  if (!deepEqual(source, sourceOf(current))) {
    const changes = changedPaths(source, sourceOf(current), 'spec').join(', ');
    const detail = `spec.persistentvolumesource is immutable after creation\nchanged: ${changes}`;
    errors.push(forbiddenField('spec.persistentvolumesource', detail));
  }
  validateImmutable(next.volumeMode, current.volumeMode, 'volumeMode', errors);
  if (current.nodeAffinity && !deepEqual(next.nodeAffinity, current.nodeAffinity)) {
    const detail = 'field is immutable, except for updating from beta label to GA';
    errors.push(invalid('nodeAffinity', next.nodeAffinity, detail));
  }
  return errors;
}

function claimOf({ spec }: PersistentVolume): string {
  const { namespace, name } = spec?.claimRef ?? {};
  return name ? `${namespace}/${name}` : '';
}

const phaseOf = ({ metadata, status }: PersistentVolume): string =>
  metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '');

/** core/PersistentVolume. */
export const persistentVolumeStrategy: KindStrategy<PersistentVolume> = {
  ...STATUS_WITHOUT_GENERATION,
  returnsDeleted: true,
  applyDefaults,
  prepareForCreate(volume) {
    volume.status = { phase: 'Pending' };
    delete volume.metadata.generation;
  },
  validate,
  validateUpdate,
  printerColumns: [
    nameColumn,
    {
      name: 'Capacity',
      description: 'How much there is.',
      cell: ({ spec }) => spec?.capacity?.storage ?? '',
    },
    {
      name: 'Access Modes',
      description: 'How it may be mounted.',
      cell: ({ spec }) => shortAccessModes(spec?.accessModes),
    },
    {
      name: 'Reclaim Policy',
      description: 'What becomes of it when it is released.',
      cell: ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? '',
    },
    { name: 'Status', description: 'Whether it is bound.', cell: phaseOf },
    { name: 'Claim', description: 'The claim that it is bound to.', cell: claimOf },
    {
      name: 'StorageClass',
      description: 'The class that it belongs to.',
      cell: ({ spec }) => spec?.storageClassName ?? '',
    },
    {
      name: 'VolumeAttributesClass',
      description: 'The class of the attributes.',
      cell: ({ spec }) => spec?.volumeAttributesClassName ?? UNSET,
    },
    {
      name: 'Reason',
      description: 'Why it is in this state.',
      cell: ({ status }) => status?.reason ?? '',
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
