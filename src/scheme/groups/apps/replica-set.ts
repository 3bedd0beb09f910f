import { type FieldError, required } from '../../field-error.ts';
import type { ReplicaSet } from '../../generated/types/apps-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateImmutable, validateNonNegative } from '../../metadata-validation.ts';
import {
  ageColumn,
  containerColumns,
  nameColumn,
  replicaColumns,
  selectorColumn,
} from '../columns.ts';
import { applyPodTemplateDefaults } from '../core/pod-spec/pod-spec-defaults.ts';
import { keepSpec, keepStatus } from '../status.ts';
import { checkAvailable, validateCounts, validateReplicated } from './replicas.ts';

function validateUpdate(next: ReplicaSet, current: ReplicaSet): FieldError[] {
  const errors: FieldError[] = [];
  validateImmutable(next.spec?.selector, current.spec?.selector, 'spec.selector', errors);
  return errors;
}

function validateStatusUpdate({ status }: ReplicaSet): FieldError[] {
  const errors: FieldError[] = [];
  if (!status) return errors;
  validateNonNegative(status.replicas, 'status.replicas', errors);
  validateNonNegative(status.observedGeneration, 'status.observedGeneration', errors);
  validateNonNegative(status.terminatingReplicas, 'status.terminatingReplicas', errors);
  validateCounts(status, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'], errors);
  checkAvailable(status, errors);
  return errors;
}

/** apps/ReplicaSet. */
export const replicaSetStrategy: KindStrategy<ReplicaSet> = {
  applyDefaults({ spec }) {
    if (!spec) return;
    spec.replicas ??= 1;
    if (spec.template) applyPodTemplateDefaults(spec.template);
  },
  prepareForCreate(replicaSet) {
    replicaSet.status = { replicas: 0 };
  },
  prepareForUpdate: keepStatus,
  prepareForStatusUpdate: keepSpec,
  validate({ spec }) {
    if (!spec) return [required('spec')];
    const errors: FieldError[] = [];
    validateReplicated(spec, errors);
    return errors;
  },
  validateUpdate,
  validateStatusUpdate,
  selectableFields: {
    'status.replicas': ({ status }) => `${status?.replicas ?? 0}`,
  },
  printerColumns: [nameColumn, ...replicaColumns, ageColumn, ...containerColumns, selectorColumn],
};
