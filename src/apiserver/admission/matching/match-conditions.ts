import type { NamedExpression } from '../../../scheme/groups/admissionregistration/compiled-policy.ts';
import type { Evaluation } from './evaluation.ts';

/** `error` where a condition could not be judged and none says no: then the failure policy decides. */
export type ConditionOutcome = { readonly matches: boolean } | { readonly error: string };

/** All must hold. One that says no outweighs one that fails. */
export function judgeConditions(
  conditions: readonly NamedExpression[],
  evaluation: Evaluation,
): ConditionOutcome {
  let failure: string | undefined;
  for (const { name, expression } of conditions) {
    const outcome = evaluation.try(expression);
    if ('error' in outcome) failure ??= `${name}: ${outcome.error}`;
    else if (outcome.value !== true) return { matches: false };
  }
  return failure === undefined ? { matches: true } : { error: failure };
}
