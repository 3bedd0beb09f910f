import { deepEqual } from '../../../lib/deep-equal.ts';
import {
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts';
import type {
  RollingUpdateStatefulSetStrategy,
  StatefulSet,
  StatefulSetSpec,
} from '../../generated/types/apps-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateNonNegative } from '../../metadata-validation.ts';
import { checkCounts, checkDnsSubdomain } from '../checks.ts';
import { ageColumn, containerColumns, nameColumn } from '../columns.ts';
import { applyClaimDefaults } from '../core/persistent-volume-claim-defaults.ts';
import { applyPodTemplateDefaults } from '../core/pod-spec/pod-spec-defaults.ts';
import { validateTemplateMetadata } from '../core/pod-spec/validate-pod-template.ts';
import { checkAtMostAll, checkIntOrPercent, isZero } from '../int-or-percent.ts';
import { keepSpec, keepStatus } from '../status.ts';
import {
  checkAvailable,
  checkCollisions,
  checkTemplateMatches,
  validateCounts,
  validateLongRunning,
  validateSelector,
} from './replicas.ts';

const RETENTIONS = ['Retain', 'Delete'];

function applyDefaults({ spec }: StatefulSet): void {
  if (!spec) return;
  spec.podManagementPolicy ??= 'OrderedReady';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  spec.updateStrategy ??= {};
  if (!spec.updateStrategy.type) {
    spec.updateStrategy.type = 'RollingUpdate';
    spec.updateStrategy.rollingUpdate ??= {};
  }
  if (spec.updateStrategy.type === 'RollingUpdate' && spec.updateStrategy.rollingUpdate) {
    spec.updateStrategy.rollingUpdate.partition ??= 0;
  }
  spec.persistentVolumeClaimRetentionPolicy = {
    whenDeleted: 'Retain',
    whenScaled: 'Retain',
    ...spec.persistentVolumeClaimRetentionPolicy,
  };
  if (spec.template) applyPodTemplateDefaults(spec.template);
  for (const claim of spec.volumeClaimTemplates ?? []) {
    claim.apiVersion = 'v1';
    claim.kind = 'PersistentVolumeClaim';
    applyClaimDefaults(claim);
  }
}

function validate({ spec }: StatefulSet): FieldError[] {
  if (!spec) return [required('spec')];
  const errors: FieldError[] = [];
  validatePolicies(spec, errors);
  validateNonNegative(spec.replicas, 'spec.replicas', errors);
  validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  validateNonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors);
  validateNonNegative(spec.ordinals?.start, 'spec.ordinals.start', errors);
  if (spec.serviceName) checkDnsSubdomain(spec.serviceName, 'spec.serviceName', errors);
  if (validateSelector(spec.selector, 'empty selector is invalid for statefulset', errors)) {
    checkTemplateMatches(spec.selector, spec.template, errors);
  }
  // As in Kubernetes, the template's spec is judged when Pods are made of it: its mounts name claims, not volumes.
  validateTemplateMetadata(spec.template, 'spec.template', errors);
  validateLongRunning(spec.template, 'StatefulSet', errors);
  return errors;
}

function validatePolicies(spec: StatefulSetSpec, errors: FieldError[]): void {
  const { podManagementPolicy: management, updateStrategy = {} } = spec;
  if (management !== 'OrderedReady' && management !== 'Parallel') {
    const detail = "must be 'OrderedReady' or 'Parallel'";
    errors.push(invalid('spec.podManagementPolicy', management, detail));
  }
  const path = 'spec.updateStrategy';
  const { type, rollingUpdate } = updateStrategy;
  if (type === 'RollingUpdate') {
    if (rollingUpdate) validateRollingUpdate(rollingUpdate, `${path}.rollingUpdate`, errors);
  } else if (type !== 'OnDelete') {
    errors.push(invalid(path, updateStrategy, "must be 'RollingUpdate' or 'OnDelete'"));
  } else if (rollingUpdate) {
    const detail = "only allowed for updateStrategy 'RollingUpdate'";
    errors.push(invalid(`${path}.rollingUpdate`, rollingUpdate, detail));
  }
  const retention = spec.persistentVolumeClaimRetentionPolicy ?? {};
  for (const when of ['whenDeleted', 'whenScaled'] as const) {
    const policy = retention[when] ?? '';
    if (RETENTIONS.includes(policy)) continue;
    const field = `spec.persistentVolumeClaimRetentionPolicy.${when}`;
    errors.push(notSupported(field, policy, RETENTIONS));
  }
}

function validateRollingUpdate(
  { partition, maxUnavailable }: RollingUpdateStatefulSetStrategy,
  path: string,
  errors: FieldError[],
): void {
  validateNonNegative(partition, `${path}.partition`, errors);
  if (maxUnavailable === undefined) return;
  const field = `${path}.maxUnavailable`;
  checkIntOrPercent(maxUnavailable, field, errors);
  if (isZero(maxUnavailable)) errors.push(invalid(field, maxUnavailable, 'cannot be 0'));
  checkAtMostAll(maxUnavailable, field, errors);
}

const MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;

const UPDATES_FORBIDDEN = `updates to statefulset spec for fields other than ${MUTABLE.slice(0, -1)
  .map((name) => `'${name}'`)
  .join(', ')} and '${MUTABLE.at(-1)}' are forbidden`;

function validateUpdate({ spec: next }: StatefulSet, { spec: current }: StatefulSet): FieldError[] {
  const fixed = (spec: StatefulSetSpec | undefined) => ({
    ...spec,
    ...Object.fromEntries(MUTABLE.map((name) => [name, undefined])),
  });
  if (deepEqual(fixed(next), fixed(current))) return [];
  return [forbiddenField('spec', UPDATES_FORBIDDEN)];
}

const COUNTS = [
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
] as const;

function validateStatusUpdate({ status }: StatefulSet, current: StatefulSet): FieldError[] {
  const errors: FieldError[] = [];
  if (!status) return errors;
  checkCounts(status, ['replicas', 'observedGeneration', 'collisionCount'], 'status', errors);
  validateCounts(status, COUNTS, errors);
  checkAvailable(status, errors, 'status.readyReplicas');
  checkCollisions(status, current.status, errors);
  return errors;
}

/** apps/StatefulSet. */
export const statefulSetStrategy: KindStrategy<StatefulSet> = {
  applyDefaults,
  prepareForCreate(statefulSet) {
    statefulSet.status = { replicas: 0 };
  },
  prepareForUpdate: keepStatus,
  prepareForStatusUpdate: keepSpec,
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
    ageColumn,
    ...containerColumns,
  ],
};
