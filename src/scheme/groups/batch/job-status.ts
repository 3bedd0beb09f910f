/** What a Job's controller may report. */
import { isConditionTrue } from '../../conditions.ts';
import { duplicate, type FieldError, invalid, required } from '../../field-error.ts';
import type { Job, JobSpec, JobStatus } from '../../generated/types/batch-v1.ts';
import { checkCounts } from '../checks.ts';
import { countIndexes, firstShared } from './index-intervals.ts';

const COUNTS = ['active', 'ready', 'succeeded', 'failed', 'terminating'] as const;

export function validateJobStatus({ spec, status }: Job, current: Job): FieldError[] {
  const errors: FieldError[] = [];
  if (!status) return errors;
  checkCounts(status, COUNTS, 'status', errors);
  validateUncounted(status, errors);
  validateReady(status, current, errors);
  validateConditions(status, spec, errors);
  validateProgress(status, current, errors);
  validateTimes(status, current, errors);
  if (isFinished(status)) validateFinished(status, errors);
  if (spec) validateIndexes(spec, status, errors);
  return errors;
}

const has = ({ conditions }: JobStatus, type: string): boolean => isConditionTrue(conditions, type);

const isFinished = (status: JobStatus): boolean => has(status, 'Complete') || has(status, 'Failed');

function validateUncounted({ uncountedTerminatedPods: pods }: JobStatus, errors: FieldError[]) {
  const seen = new Set<string>();
  for (const list of ['succeeded', 'failed'] as const) {
    pods?.[list]?.forEach((uid, index) => {
      const field = `status.uncountedTerminatedPods.${list}[${index}]`;
      if (uid === '') errors.push(invalid(field, uid, 'must not be empty'));
      else if (seen.has(uid)) errors.push(duplicate(field, uid));
      seen.add(uid);
    });
  }
}

const SUCCESS = 'SuccessCriteriaMet';

/** Two conditions that cannot hold at once. */
const EXCLUSIVE = [
  ['Complete', 'Failed'],
  ['Complete', 'FailureTarget'],
  ['SuccessCriteriaMet', 'Failed'],
  ['SuccessCriteriaMet', 'FailureTarget'],
] as const;

/** How a Job ends is announced while its last Pods still end. */
const ANNOUNCED = [
  ['Failed', 'FailureTarget'],
  ['Complete', 'SuccessCriteriaMet'],
] as const;

function validateReady({ ready, active }: JobStatus, { status }: Job, errors: FieldError[]): void {
  if (ready === undefined || ready <= (active ?? 0)) return;
  // What was so before may stay so.
  if (ready === status?.ready && active === status?.active) return;
  errors.push(invalid('status.ready', ready, 'cannot set more ready pods than active'));
}

/** What a Job has come to is not taken back. */
const LASTING = ['Failed', 'Complete', 'FailureTarget', 'SuccessCriteriaMet'] as const;

function validateProgress(status: JobStatus, current: Job, errors: FieldError[]): void {
  const before = current.status ?? {};
  const field = 'status.conditions';
  for (const type of LASTING) {
    if (!has(before, type) || has(status, type)) continue;
    const what = type === 'SuccessCriteriaMet' ? type : `terminal ${type}`;
    errors.push(invalid(field, undefined, `cannot disable the ${what}=True condition`));
  }
  if (has(before, 'Complete') && !has(before, SUCCESS) && has(status, SUCCESS)) {
    const detail = `cannot set ${SUCCESS}=True for Job already has Complete=true conditions`;
    errors.push(invalid(field, undefined, detail));
  }
  validateCounters(status, current, errors);
  const { completionTime } = status;
  if (!completionTime || !before.completionTime || completionTime === before.completionTime) return;
  errors.push(invalid('status.completionTime', completionTime, 'completionTime cannot be mutated'));
}

function validateCounters(status: JobStatus, current: Job, errors: FieldError[]): void {
  for (const counter of ['failed', 'succeeded'] as const) {
    const count = status[counter] ?? 0;
    if (count >= (current.status?.[counter] ?? 0)) continue;
    // An Indexed Job that is made smaller loses the indexes beyond its new end, and what they count.
    if (counter === 'succeeded' && current.spec?.completionMode === 'Indexed') continue;
    errors.push(invalid(`status.${counter}`, count, `cannot decrease the ${counter} counter`));
  }
}

function validateConditions(
  status: JobStatus,
  spec: JobSpec | undefined,
  errors: FieldError[],
): void {
  const field = 'status.conditions';
  for (const [one, other] of EXCLUSIVE) {
    if (!has(status, one) || !has(status, other)) continue;
    const detail = `cannot set ${one}=True and ${other}=true conditions`;
    errors.push(invalid(field, undefined, detail));
  }
  for (const [end, before] of ANNOUNCED) {
    if (!has(status, end) || has(status, before)) continue;
    const detail = `cannot set ${end}=True condition without the ${before}=true condition`;
    errors.push(invalid(field, undefined, detail));
  }
  if (!spec?.successPolicy || !has(status, 'Complete') || has(status, SUCCESS)) return;
  const detail = `cannot set Complete=True for Job with SuccessPolicy unless ${SUCCESS}=True`;
  errors.push(invalid(field, undefined, detail));
}

function validateTimes(status: JobStatus, current: Job, errors: FieldError[]): void {
  const { startTime, completionTime } = status;
  const field = 'status.completionTime';
  if (has(status, 'Complete')) {
    if (!completionTime)
      errors.push(required(field, 'completionTime is required for Complete jobs'));
  } else if (completionTime) {
    const detail = 'cannot set completionTime when there is no Complete=True condition';
    errors.push(invalid(field, completionTime, detail));
  }
  if (startTime && completionTime && Date.parse(completionTime) < Date.parse(startTime)) {
    errors.push(invalid(field, completionTime, 'completionTime cannot be set before startTime'));
  }
  // A Job that is resumed begins anew.
  if (current.status && has(current.status, 'Suspended') && !has(status, 'Suspended')) return;
  const before = current.status?.startTime;
  if (before === undefined || current.spec?.suspend || startTime === before) return;
  const detail = `startTime cannot be ${startTime ? 'modified' : 'removed'} for unsuspended job`;
  errors.push(
    startTime
      ? invalid('status.startTime', startTime, detail)
      : required('status.startTime', detail),
  );
}

function validateFinished(status: JobStatus, errors: FieldError[]): void {
  const { active = 0, terminating = 0, startTime, uncountedTerminatedPods: pods } = status;
  if (active > 0) {
    errors.push(invalid('status.active', active, 'active>0 is invalid for finished job'));
  }
  if (terminating > 0) {
    const detail = 'terminating>0 is invalid for finished job';
    errors.push(invalid('status.terminating', terminating, detail));
  }
  if (!startTime) {
    errors.push(required('status.startTime', 'startTime is required for finished job'));
  }
  if (pods?.failed?.length || pods?.succeeded?.length) {
    const detail = 'uncountedTerminatedPods needs to be empty for finished job';
    errors.push(invalid('status.uncountedTerminatedPods', pods, detail));
  }
}

function validateIndexes(spec: JobSpec, status: JobStatus, errors: FieldError[]): void {
  const { completedIndexes = '', failedIndexes } = status;
  if (completedIndexes !== '' && spec.completionMode !== 'Indexed') {
    const detail = 'cannot set non-empty completedIndexes when non-indexed completion mode';
    errors.push(invalid('status.completedIndexes', completedIndexes, detail));
  }
  if (failedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    const detail = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null';
    errors.push(invalid('status.failedIndexes', failedIndexes, detail));
  }
  if (spec.completions === undefined) return;
  for (const name of ['completedIndexes', 'failedIndexes'] as const) {
    const text = status[name];
    if (text === undefined) continue;
    if (name === 'failedIndexes' && spec.backoffLimitPerIndex === undefined) continue;
    const count = countIndexes(text, spec.completions);
    if (typeof count === 'number') continue;
    errors.push(invalid(`status.${name}`, text, `error parsing ${name}: ${count}`));
  }
  const shared = firstShared(completedIndexes, failedIndexes ?? '', spec.completions);
  if (shared === undefined) return;
  const detail = `failedIndexes and completedIndexes overlap at index: ${shared}`;
  errors.push(invalid('status.failedIndexes', failedIndexes, detail));
}
