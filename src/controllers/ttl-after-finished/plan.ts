import { isConditionTrue } from '../../scheme/conditions.ts';
import type { Job, JobCondition } from '../../scheme/generated/types/batch-v1.ts';

/** When the Job may be deleted, in milliseconds since the epoch; undefined for one that has not ended, or that stays. */
export function expiresAtMs({ metadata, spec, status }: Job): number | undefined {
  const { ttlSecondsAfterFinished } = spec ?? {};
  if (ttlSecondsAfterFinished === undefined || metadata.deletionTimestamp) return undefined;
  const end = endOf(status?.conditions);
  if (!end?.lastTransitionTime) return undefined;
  return Date.parse(end.lastTransitionTime) + ttlSecondsAfterFinished * 1_000;
}

function endOf(conditions: readonly JobCondition[] | undefined): JobCondition | undefined {
  return conditions?.find(
    ({ type }) => (type === 'Complete' || type === 'Failed') && isConditionTrue(conditions, type),
  );
}
