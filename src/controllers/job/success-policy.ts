/** When an Indexed Job has succeeded although some of its indexes have not. All pure. */
import type { SuccessPolicy, SuccessPolicyRule } from '../../scheme/generated/types/batch-v1.ts';
import { IndexSet } from './index-set.ts';

/** What to say of the first rule that is met; undefined when none is. */
export function successMessage(
  policy: SuccessPolicy | undefined,
  completions: number,
  succeeded: IndexSet,
): string | undefined {
  if (!policy || succeeded.size === 0) return undefined;
  const index = policy.rules.findIndex((rule) => isMet(rule, completions, succeeded));
  return index < 0 ? undefined : `Matched rules at index ${index}`;
}

function isMet(
  { succeededCount, succeededIndexes }: SuccessPolicyRule,
  completions: number,
  succeeded: IndexSet,
): boolean {
  if (succeededIndexes === undefined) {
    return succeededCount !== undefined && succeeded.size >= succeededCount;
  }
  const wanted = IndexSet.parse(succeededIndexes, completions);
  if (wanted.size === 0) return false;
  const reached = succeeded.overlap(wanted);
  return reached === wanted.size || (succeededCount !== undefined && reached >= succeededCount);
}
