/** What a Job's spec must be, in a Job and in the template of a CronJob alike. */
import { type FieldError, invalid, notSupported, required, tooLong } from '../../field-error.ts';
import type { JobSpec } from '../../generated/types/batch-v1.ts';
import { checkCounts, checkDomainPrefixedPath } from '../checks.ts';
import { validatePodTemplate } from '../core/pod-spec/validate-pod-template.ts';
import { validatePodFailurePolicy } from './pod-failure-policy.ts';
import { validateSuccessPolicy } from './success-policy.ts';

const COMPLETION_MODES = ['NonIndexed', 'Indexed'];
const MAX_INDEXED_PARALLELISM = 100_000;
const MAX_FAILED_INDEXES = 100_000;
/** Past this many completions the limits below hold where each index has its own backoff. */
const MANY_COMPLETIONS = 100_000;
const LIMIT_WITH_MANY_COMPLETIONS = 10_000;
const MAX_MANAGED_BY_BYTES = 63;
const REPLACEMENT_POLICIES = ['Failed', 'TerminatingOrFailed'];

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;

/** Judges everything but the selector. */
export function validateJobSpec(spec: JobSpec, path: string, errors: FieldError[]): void {
  checkCounts(spec, COUNTS, path, errors);
  validateIndexLimits(spec, path, errors);
  if (spec.managedBy !== undefined) validateManagedBy(spec.managedBy, `${path}.managedBy`, errors);
  validateCompletionMode(spec, path, errors);
  const { podFailurePolicy, successPolicy } = spec;
  if (podFailurePolicy) {
    validatePodFailurePolicy(podFailurePolicy, spec, `${path}.podFailurePolicy`, errors);
  }
  if (successPolicy) {
    const field = `${path}.successPolicy`;
    if (spec.completionMode !== 'Indexed') {
      errors.push(invalid(field, successPolicy, 'requires indexed completion mode'));
    } else {
      validateSuccessPolicy(successPolicy, spec.completions ?? 0, field, errors);
    }
  }
  validateReplacementPolicy(spec, `${path}.podReplacementPolicy`, errors);
  validatePodTemplate(spec.template, `${path}.template`, errors);
  validateRestartPolicy(spec, `${path}.template.spec.restartPolicy`, errors);
}

function validateIndexLimits(spec: JobSpec, path: string, errors: FieldError[]): void {
  const { backoffLimitPerIndex, maxFailedIndexes, completionMode = 'NonIndexed' } = spec;
  if (maxFailedIndexes !== undefined && backoffLimitPerIndex === undefined) {
    errors.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  }
  if (completionMode !== 'NonIndexed') return;
  for (const member of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
    if (spec[member] === undefined) continue;
    const detail = 'requires indexed completion mode';
    errors.push(invalid(`${path}.${member}`, spec[member], detail));
  }
}

function validateManagedBy(managedBy: string, path: string, errors: FieldError[]): void {
  checkDomainPrefixedPath(managedBy, path, errors);
  if (managedBy.length > MAX_MANAGED_BY_BYTES) errors.push(tooLong(path, MAX_MANAGED_BY_BYTES));
}

function validateCompletionMode(spec: JobSpec, path: string, errors: FieldError[]): void {
  const { completionMode, completions, parallelism = 0, maxFailedIndexes = 0 } = spec;
  if (completionMode === undefined || completionMode === 'NonIndexed') return;
  if (completionMode !== 'Indexed') {
    errors.push(notSupported(`${path}.completionMode`, completionMode, COMPLETION_MODES));
    return;
  }
  if (completions === undefined) {
    errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  }
  const tooLarge = (member: 'parallelism' | 'maxFailedIndexes', limit: string): void => {
    const detail = `must be less than or equal to ${limit}`;
    errors.push(invalid(`${path}.${member}`, spec[member], detail));
  };
  if (parallelism > MAX_INDEXED_PARALLELISM) {
    tooLarge('parallelism', `${MAX_INDEXED_PARALLELISM} when completion mode is Indexed`);
  }
  if (completions !== undefined && maxFailedIndexes > completions) {
    tooLarge('maxFailedIndexes', 'completions');
  }
  if (maxFailedIndexes > MAX_FAILED_INDEXES) tooLarge('maxFailedIndexes', `${MAX_FAILED_INDEXES}`);
  if ((completions ?? 0) <= MANY_COMPLETIONS || spec.backoffLimitPerIndex === undefined) return;
  const limit = `${LIMIT_WITH_MANY_COMPLETIONS} when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
  if (spec.maxFailedIndexes === undefined) {
    const detail = `must be specified when completions is above ${MANY_COMPLETIONS}`;
    errors.push(required(`${path}.maxFailedIndexes`, detail));
  }
  if (parallelism > LIMIT_WITH_MANY_COMPLETIONS) tooLarge('parallelism', limit);
  if (maxFailedIndexes > LIMIT_WITH_MANY_COMPLETIONS) tooLarge('maxFailedIndexes', limit);
}

function validateReplacementPolicy(
  { podReplacementPolicy: policy, podFailurePolicy }: JobSpec,
  path: string,
  errors: FieldError[],
): void {
  if (policy === undefined) return;
  // A policy for failures has to wait for them.
  const supported = podFailurePolicy ? ['Failed'] : REPLACEMENT_POLICIES;
  if (!supported.includes(policy)) errors.push(notSupported(path, policy, supported));
}

/** The default of Pods, Always, is none that a Job can have: whoever has it has not chosen. */
function validateRestartPolicy(
  { template, podFailurePolicy }: JobSpec,
  path: string,
  errors: FieldError[],
): void {
  const { restartPolicy = 'Always' } = template.spec ?? {};
  if (restartPolicy === 'Always') {
    errors.push(required(path, 'valid values: "OnFailure", "Never"'));
  } else if (restartPolicy !== 'OnFailure' && restartPolicy !== 'Never') {
    errors.push(notSupported(path, restartPolicy, ['OnFailure', 'Never']));
  } else if (podFailurePolicy && restartPolicy !== 'Never') {
    const detail = 'only "Never" is supported when podFailurePolicy is specified';
    errors.push(invalid(path, restartPolicy, detail));
  }
}
