import type { PodDisruptionBudget } from '../../scheme/generated/types/policy-v1.ts';
import { isEmptySelector, selectorMatcher } from '../../scheme/label-selector.ts';
import type { PodInfo } from '../pod-info.ts';

/** The budgets of a namespace. */
export type BudgetsIn = (namespace: string) => readonly PodDisruptionBudget[];

/**
 * Parts pods into those whose loss their budgets do not allow any more and the rest. Each pod of a budget takes one of the
 * disruptions that it allows, in the order given.
 */
export function splitByBudget(
  pods: readonly PodInfo[],
  budgetsIn: BudgetsIn,
): { violating: PodInfo[]; allowed: PodInfo[] } {
  const left = new Map<PodDisruptionBudget, number>();
  const violating: PodInfo[] = [];
  const allowed: PodInfo[] = [];
  for (const pod of pods) {
    let isViolating = false;
    for (const budget of budgetsIn(pod.selected.namespace)) {
      if (!protects(budget, pod)) continue;
      const remaining = (left.get(budget) ?? budget.status?.disruptionsAllowed ?? 0) - 1;
      left.set(budget, remaining);
      if (remaining < 0) isViolating = true;
    }
    (isViolating ? violating : allowed).push(pod);
  }
  return { violating, allowed };
}

/** A pod without labels has no budget, and one whose eviction is granted already takes no more of it. */
function protects({ spec, status }: PodDisruptionBudget, { pod, selected }: PodInfo): boolean {
  const selector = spec?.selector;
  if (!selector || isEmptySelector(selector) || Object.keys(selected.labels ?? {}).length === 0) {
    return false;
  }
  if (status?.disruptedPods?.[pod.metadata.name ?? '']) return false;
  return selectorMatcher(selector)(selected.labels);
}
