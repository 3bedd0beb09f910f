import { deepEqual } from '../../../lib/deep-equal.ts';
import { duplicate, type FieldError, forbiddenField, required } from '../../field-error.ts';
import type { TopologySelectorTerm } from '../../generated/types/core-v1.ts';
import type { StorageClass } from '../../generated/types/storage-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { pushProblems, validateImmutable } from '../../metadata-validation.ts';
import { labelValueProblems } from '../../names.ts';
import { checkQualifiedName, requireOneOf, requireText } from '../checks.ts';
import { ageColumn, UNSET } from '../columns.ts';
import { WITHOUT_GENERATION } from '../generation.ts';
import { checkParameters } from './parameters.ts';

const RECLAIM_POLICIES = ['Delete', 'Retain'];
const BINDING_MODES = ['Immediate', 'WaitForFirstConsumer'];

function validate(storageClass: StorageClass): FieldError[] {
  const errors: FieldError[] = [];
  const { provisioner, parameters, reclaimPolicy, volumeBindingMode } = storageClass;
  if (requireText(provisioner, 'provisioner', errors)) {
    checkQualifiedName(provisioner.toLowerCase(), 'provisioner', errors);
  }
  if (parameters) checkParameters(parameters, 'parameters', errors);
  requireOneOf(reclaimPolicy, RECLAIM_POLICIES, 'reclaimPolicy', errors);
  requireOneOf(volumeBindingMode, BINDING_MODES, 'volumeBindingMode', errors);
  validateTopologies(storageClass.allowedTopologies ?? [], 'allowedTopologies', errors);
  return errors;
}

function validateTopologies(
  terms: readonly TopologySelectorTerm[],
  path: string,
  errors: FieldError[],
): void {
  terms.forEach((term, index) => {
    validateTopology(term, `${path}[${index}].matchLabelExpressions`, errors);
    if (terms.findIndex((one) => deepEqual(one, term)) < index) {
      errors.push(duplicate(`${path}[${index}].matchLabelExpressions`, ''));
    }
  });
}

function validateTopology(
  { matchLabelExpressions = [] }: TopologySelectorTerm,
  path: string,
  errors: FieldError[],
): void {
  const keys = new Set<string>();
  matchLabelExpressions.forEach(({ key, values }, index) => {
    const at = `${path}[${index}]`;
    if (values.length === 0) errors.push(required(`${at}.values`));
    values.forEach((value, place) => {
      const field = `${at}.values[${place}]`;
      pushProblems(errors, field, value, labelValueProblems(value));
      if (values.indexOf(value) < place) errors.push(duplicate(field, value));
    });
    checkQualifiedName(key, `${at}.key`, errors);
    if (keys.has(key)) errors.push(duplicate(`${at}.key`, key));
    keys.add(key);
  });
}

function validateUpdate(next: StorageClass, current: StorageClass): FieldError[] {
  const errors: FieldError[] = [];
  for (const member of ['parameters', 'provisioner', 'reclaimPolicy'] as const) {
    if (deepEqual(next[member], current[member])) continue;
    errors.push(forbiddenField(member, `updates to ${member} are forbidden.`));
  }
  validateImmutable(next.volumeBindingMode, current.volumeBindingMode, 'volumeBindingMode', errors);
  return errors;
}

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/** storage.k8s.io/StorageClass. */
export const storageClassStrategy: KindStrategy<StorageClass> = {
  ...WITHOUT_GENERATION,
  returnsDeleted: true,
  applyDefaults(storageClass) {
    storageClass.reclaimPolicy ??= 'Delete';
    storageClass.volumeBindingMode ??= 'Immediate';
  },
  validate,
  validateUpdate,
  printerColumns: [
    {
      name: 'Name',
      format: 'name',
      description: 'The name, and whether it is the default class.',
      cell: ({ metadata }) => {
        const isDefault = metadata.annotations?.[DEFAULT_CLASS] === 'true';
        return isDefault ? `${metadata.name} (default)` : (metadata.name ?? '');
      },
    },
    {
      name: 'Provisioner',
      description: 'Who makes volumes of it.',
      cell: ({ provisioner }) => provisioner,
    },
    {
      name: 'ReclaimPolicy',
      description: 'What becomes of a volume that is released.',
      cell: ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete',
    },
    {
      name: 'VolumeBindingMode',
      description: 'When a claim is bound.',
      cell: ({ volumeBindingMode }) => volumeBindingMode ?? UNSET,
    },
    {
      name: 'AllowVolumeExpansion',
      description: 'Whether volumes of it may grow.',
      cell: ({ allowVolumeExpansion = false }) => allowVolumeExpansion,
    },
    ageColumn,
  ],
};
