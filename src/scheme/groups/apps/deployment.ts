import { deepEqual } from '../../../lib/deep-equal.ts';
import {
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts';
import type {
  Deployment,
  DeploymentSpec,
  DeploymentStatus,
  DeploymentStrategy,
  RollingUpdateDeployment,
} from '../../generated/types/apps-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateImmutable, validateNonNegative } from '../../metadata-validation.ts';
import { ageColumn, containerColumns, nameColumn, selectorColumn } from '../columns.ts';
import { applyPodTemplateDefaults } from '../core/pod-spec/pod-spec-defaults.ts';
import { checkAtMostAll, checkIntOrPercent, isZero } from '../int-or-percent.ts';
import { keepSpec, keepStatus } from '../status.ts';
import { checkAvailable, checkCollisions, validateCounts, validateReplicated } from './replicas.ts';

const STRATEGY_TYPES = ['Recreate', 'RollingUpdate'];

function applyDefaults(deployment: Deployment): void {
  const { spec } = deployment;
  if (!spec) return;
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  spec.strategy ??= {};
  spec.strategy.type ??= 'RollingUpdate';
  if (spec.strategy.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate ??= {};
    spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
    spec.strategy.rollingUpdate.maxSurge ??= '25%';
  }
  if (spec.template) applyPodTemplateDefaults(spec.template);
}

function validate({ spec }: Deployment): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec) return [required('spec')];
  validateReplicated(spec, errors);
  validateStrategy(spec.strategy ?? {}, 'spec.strategy', errors);
  validateNonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors);
  validateProgressDeadline(spec, errors);
  return errors;
}

function validateProgressDeadline(spec: DeploymentSpec, errors: FieldError[]): void {
  const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = spec;
  if (deadline === undefined) return;
  validateNonNegative(deadline, 'spec.progressDeadlineSeconds', errors);
  if (deadline > minReadySeconds) return;
  const detail = 'must be greater than minReadySeconds';
  errors.push(invalid('spec.progressDeadlineSeconds', deadline, detail));
}

function validateStrategy(
  { type, rollingUpdate }: DeploymentStrategy,
  path: string,
  errors: FieldError[],
): void {
  if (type === 'Recreate') {
    if (!rollingUpdate) return;
    const detail = "may not be specified when strategy `type` is 'Recreate'";
    errors.push(forbiddenField(`${path}.rollingUpdate`, detail));
  } else if (type !== 'RollingUpdate') {
    errors.push(notSupported(`${path}.type`, type ?? '', STRATEGY_TYPES));
  } else if (rollingUpdate) {
    validateRollingUpdate(rollingUpdate, `${path}.rollingUpdate`, errors);
  } else {
    errors.push(required(`${path}.rollingUpdate`, 'this should be defaulted and never be nil'));
  }
}

function validateRollingUpdate(
  { maxUnavailable = 0, maxSurge = 0 }: RollingUpdateDeployment,
  path: string,
  errors: FieldError[],
): void {
  const field = `${path}.maxUnavailable`;
  checkIntOrPercent(maxUnavailable, field, errors);
  checkIntOrPercent(maxSurge, `${path}.maxSurge`, errors);
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    errors.push(invalid(field, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  checkAtMostAll(maxUnavailable, field, errors);
}

function validateUpdate(next: Deployment, current: Deployment): FieldError[] {
  const errors: FieldError[] = [];
  validateImmutable(next.spec?.selector, current.spec?.selector, 'spec.selector', errors);
  return errors;
}

const COUNTS = [
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'terminatingReplicas',
  'unavailableReplicas',
] as const;
/** Counts that may exceed the replicas: Pods that are on their way out or not made yet. */
const UNBOUNDED = ['terminatingReplicas', 'unavailableReplicas'];

function validateStatusUpdate(next: Deployment, current: Deployment): FieldError[] {
  const errors: FieldError[] = [];
  const status: DeploymentStatus = next.status ?? {};
  validateNonNegative(status.observedGeneration, 'status.observedGeneration', errors);
  validateNonNegative(status.replicas, 'status.replicas', errors);
  for (const name of COUNTS) {
    if (UNBOUNDED.includes(name)) validateNonNegative(status[name], `status.${name}`, errors);
  }
  const bounded = COUNTS.filter((name) => !UNBOUNDED.includes(name));
  validateCounts(status, bounded, errors);
  checkAvailable(status, errors);
  validateNonNegative(status.collisionCount, 'status.collisionCount', errors);
  checkCollisions(status, current.status, errors);
  return errors;
}

/** apps/Deployment. */
export const deploymentStrategy: KindStrategy<Deployment> = {
  applyDefaults,
  prepareForCreate(deployment) {
    deployment.status = {};
  },
  prepareForUpdate: keepStatus,
  prepareForStatusUpdate(next, current) {
    keepSpec(next, current);
    next.metadata.labels = current.metadata.labels;
  },
  statusMetadata: ['annotations', 'finalizers'],
  // Annotations count too: they are copied onto ReplicaSets, where rollbacks find them.
  changesGeneration(next, current) {
    return (
      !deepEqual(next.spec, current.spec) ||
      !deepEqual(next.metadata.annotations ?? {}, current.metadata.annotations ?? {})
    );
  },
  validate,
  validateUpdate,
  validateStatusUpdate,
  printerColumns: [
    nameColumn,
    {
      name: 'Ready',
      description: 'How many Pods are ready, of how many are wanted.',
      cell: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
    },
    {
      name: 'Up-to-date',
      description: 'How many Pods are made from the newest template.',
      cell: ({ status }) => status?.updatedReplicas ?? 0,
    },
    {
      name: 'Available',
      description: 'How many Pods are available.',
      cell: ({ status }) => status?.availableReplicas ?? 0,
    },
    ageColumn,
    ...containerColumns,
    selectorColumn,
  ],
};
