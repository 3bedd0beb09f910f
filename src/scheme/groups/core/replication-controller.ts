import { type FieldError, required } from '../../field-error.ts';
import type {
  ReplicationController,
  ReplicationControllerSpec,
} from '../../generated/types/core-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { formatLabels } from '../../labels.ts';
import { validateNonNegative } from '../../metadata-validation.ts';
import {
  checkAvailable,
  checkTemplateMatches,
  validateCounts,
  validateLongRunning,
  validateReadOnlyDisks,
} from '../apps/replicas.ts';
import { checkCounts } from '../checks.ts';
import { ageColumn, containerColumns, nameColumn, replicaColumns } from '../columns.ts';
import { keepSpec, keepStatus } from '../status.ts';
import { applyPodTemplateDefaults } from './pod-spec/pod-spec-defaults.ts';
import { validatePodTemplate } from './pod-spec/validate-pod-template.ts';

const isEmpty = (map: object | undefined): boolean => !map || Object.keys(map).length === 0;

/** The labels of the template serve as selector and as labels of their own, where there are none. */
function applyDefaults(controller: ReplicationController): void {
  const { spec, metadata } = controller;
  if (!spec) return;
  const labels = spec.template?.metadata?.labels;
  if (labels) {
    if (isEmpty(spec.selector)) spec.selector = { ...labels };
    if (isEmpty(metadata.labels)) metadata.labels = { ...labels };
  }
  spec.replicas ??= 1;
  spec.minReadySeconds ??= 0;
  if (spec.template) applyPodTemplateDefaults(spec.template);
}

function validate({ spec }: ReplicationController): FieldError[] {
  if (!spec) return [required('spec')];
  const errors: FieldError[] = [];
  validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  if (isEmpty(spec.selector)) errors.push(required('spec.selector'));
  validateNonNegative(spec.replicas, 'spec.replicas', errors);
  validateTemplate(spec, errors);
  return errors;
}

function validateTemplate(
  { template, selector, replicas = 0 }: ReplicationControllerSpec,
  errors: FieldError[],
): void {
  if (!template) {
    errors.push(required('spec.template'));
    return;
  }
  if (!isEmpty(selector)) checkTemplateMatches({ matchLabels: selector }, template, errors);
  validatePodTemplate(template, 'spec.template', errors);
  if (replicas > 1) validateReadOnlyDisks(template, errors);
  validateLongRunning(template, 'ReplicationController', errors);
}

/** core/ReplicationController. */
export const replicationControllerStrategy: KindStrategy<ReplicationController> = {
  applyDefaults,
  prepareForCreate(controller) {
    controller.status = { replicas: 0 };
  },
  prepareForUpdate: keepStatus,
  prepareForStatusUpdate: keepSpec,
  validate,
  validateStatusUpdate({ status }) {
    const errors: FieldError[] = [];
    if (!status) return errors;
    checkCounts(status, ['replicas', 'observedGeneration'], 'status', errors);
    validateCounts(status, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'], errors);
    checkAvailable(status, errors);
    return errors;
  },
  selectableFields: { 'status.replicas': ({ status }) => `${status?.replicas ?? 0}` },
  printerColumns: [
    nameColumn,
    ...replicaColumns,
    ageColumn,
    ...containerColumns,
    {
      name: 'Selector',
      description: 'The labels that tell its Pods.',
      priority: 1,
      cell: ({ spec }) => formatLabels(spec?.selector),
    },
  ],
};
