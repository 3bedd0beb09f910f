/** What the controller asks about a Job. All pure. */
import { isConditionTrue } from '../../scheme/conditions.ts';
import type { Job, JobSpec } from '../../scheme/generated/types/batch-v1.ts';

export const CONDITION_COMPLETE = 'Complete';
export const CONDITION_FAILED = 'Failed';
export const CONDITION_SUSPENDED = 'Suspended';
/** The Job will be Failed when its last Pod has ended. */
export const CONDITION_FAILURE_TARGET = 'FailureTarget';
/** The Job will be Complete when its last Pod has ended. */
export const CONDITION_SUCCESS_CRITERIA_MET = 'SuccessCriteriaMet';

/** `spec.managedBy` of the Jobs that are this controller's; also those that leave it out are. */
export const JOB_CONTROLLER_NAME = 'kubernetes.io/job-controller';

export function isJobFinished({ status }: Job): boolean {
  return (
    isConditionTrue(status?.conditions, CONDITION_COMPLETE) ||
    isConditionTrue(status?.conditions, CONDITION_FAILED)
  );
}

/** Whether another controller looks after the Job: this one leaves it and its Pods alone. */
export function isManagedElsewhere({ spec }: Job): boolean {
  return (spec?.managedBy ?? JOB_CONTROLLER_NAME) !== JOB_CONTROLLER_NAME;
}

export function isIndexed({ completionMode }: JobSpec): boolean {
  return completionMode === 'Indexed';
}

/** Whether each index has a back-off and a limit of its own. */
export function hasLimitPerIndex(spec: JobSpec): boolean {
  return isIndexed(spec) && spec.backoffLimitPerIndex !== undefined;
}

/** Whether a Pod is replaced only once it has ended, and not as soon as it is being deleted. */
export function replacesOnlyEnded({ podFailurePolicy, podReplacementPolicy }: JobSpec): boolean {
  return podReplacementPolicy === 'Failed' || podFailurePolicy !== undefined;
}
