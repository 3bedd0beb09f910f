/** How many Pods a budget expects, and how many of them it wants healthy. Pure. */
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type {
  PodDisruptionBudget,
  PodDisruptionBudgetSpec,
} from '../../scheme/generated/types/policy-v1.ts';
import { scaledIntOrPercent } from '../../scheme/int-or-string.ts';
import { controllerOf, type OwnerReference } from '../../scheme/object.ts';

/** The workload that answers for the number of a Pod's siblings. */
export interface OwnerScale {
  readonly uid: string;
  readonly replicas: number;
}

/** What the Pods of a budget should be. */
export interface Expectation {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
  /** Pods that nobody answers for, and that the numbers therefore leave out. */
  readonly unmanaged: readonly Pod[];
}

/** The scale of a Pod's owner; undefined when that owner is gone. */
export type FindScale = (owner: OwnerReference, namespace: string) => OwnerScale | undefined;

/**
 * A whole number of available Pods speaks of the Pods that there are; a share of them, and any number of unavailable ones, of
 * as many as their owners ask for. Both round up.
 * @throws {Error} when the owners of a Pod cannot be counted
 */
export function planExpectation(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  findScale: FindScale,
): Expectation {
  const { maxUnavailable, minAvailable } = budget.spec ?? {};
  if (!speaksOfOwners(budget.spec)) {
    const desiredHealthy = typeof minAvailable === 'number' ? minAvailable : 0;
    const expectedPods = minAvailable === undefined ? 0 : pods.length;
    return { expectedPods, desiredHealthy, unmanaged: [] };
  }
  const { total, unmanaged } = sumScales(pods, findScale);
  const part = (value: number | string): number =>
    scaledIntOrPercent(value, { total, round: 'up' });
  const desiredHealthy =
    maxUnavailable === undefined
      ? part(minAvailable ?? 0)
      : Math.max(0, total - part(maxUnavailable));
  return { expectedPods: total, desiredHealthy, unmanaged };
}

/** Whether a budget's numbers depend on how many Pods their owners ask for. */
export function speaksOfOwners({
  maxUnavailable,
  minAvailable,
}: PodDisruptionBudgetSpec = {}): boolean {
  return maxUnavailable !== undefined || typeof minAvailable === 'string';
}

/** Each owner counts once, however many of its Pods there are. */
function sumScales(
  pods: readonly Pod[],
  findScale: FindScale,
): { total: number; unmanaged: readonly Pod[] } {
  const unmanaged: Pod[] = [];
  const seen = new Set<string>();
  const scales = new Map<string, number>();
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (!owner) unmanaged.push(pod);
    if (!owner || seen.has(owner.uid)) continue;
    seen.add(owner.uid);
    const scale = findScale(owner, pod.metadata.namespace ?? '');
    if (!scale) throw new Error(`found no controllers for pod "${pod.metadata.name}"`);
    scales.set(scale.uid, scale.replicas);
  }
  let total = 0;
  for (const replicas of scales.values()) total += replicas;
  return { total, unmanaged };
}
