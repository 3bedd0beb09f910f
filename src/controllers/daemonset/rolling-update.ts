/** Which Pods of a DaemonSet a rolling update replaces next. Pure. */
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { isAvailable, isOfRevision } from './daemon-pods.ts';
import { type RolloutLimits, rolloutLimits } from './limits.ts';
import type { DaemonPlanInput } from './plan.ts';

export type RollingUpdateInput = Omit<DaemonPlanInput, 'failedPodDelayMs'>;

export interface RollingUpdatePlan {
  /** The names of the nodes that need a Pod of the new template beside the old. */
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
}

/** A node of the rollout: what runs there, deletions under way left out. */
interface RolloutNode {
  readonly name: string;
  readonly shouldRun: boolean;
  readonly newPod: Pod | undefined;
  readonly oldPod: Pod | undefined;
  /** More than one Pod of either: first the surplus goes. */
  readonly isCrowded: boolean;
}

export function planRollingUpdate(input: RollingUpdateInput): RollingUpdatePlan {
  const nodes = rolloutNodes(input);
  const desired = nodes.filter(({ shouldRun }) => shouldRun).length;
  const limits = rolloutLimits(input.daemonSet, desired);
  return limits.maxSurge > 0
    ? planSurge(input, nodes, { ...limits, desired })
    : { create: [], remove: planReplacements(input, nodes, limits) };
}

/** The nodes that should have a Pod or do have one. */
function rolloutNodes({ nodes, judge, pods, hash }: RollingUpdateInput): readonly RolloutNode[] {
  const found: RolloutNode[] = [];
  const consider = (node: Node): void => {
    const name = node.metadata.name ?? '';
    const there = pods.get(name);
    const { shouldRun } = judge(node);
    if (!there && !shouldRun) return;
    const staying = there?.filter(({ metadata }) => !metadata.deletionTimestamp) ?? [];
    const fresh = staying.filter((pod) => isOfRevision(pod, hash));
    const old = staying.filter((pod) => !isOfRevision(pod, hash));
    const isCrowded = fresh.length > 1 || old.length > 1;
    found.push({ name, shouldRun, newPod: fresh[0], oldPod: old[0], isCrowded });
  };
  for (const node of nodes) consider(node);
  return found;
}

/**
 * Old Pods that are not available can go at once: they serve nobody. Of the rest, as many go as nodes may be without an
 * available Pod beyond those that are; the next run makes the new ones.
 */
function planReplacements(
  { daemonSet, nowMs }: RollingUpdateInput,
  nodes: readonly RolloutNode[],
  { maxUnavailable }: RolloutLimits,
): readonly Pod[] {
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  let unavailable = 0;
  for (const { newPod, oldPod, isCrowded } of nodes) {
    const only = newPod ?? oldPod;
    if (isCrowded || !only || (newPod && oldPod)) {
      unavailable++;
      continue;
    }
    const isServed = isAvailable(only, daemonSet, nowMs);
    if (!isServed) unavailable++;
    if (oldPod) (isServed ? candidates : broken).push(oldPod);
  }
  return [...broken, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))];
}

/** What the nodes of a surging rollout come to. */
interface Surge {
  /** Nodes whose old Pod is not available: a new one may be made at once. */
  readonly urgent: string[];
  /** Nodes whose old Pod is available. */
  readonly candidates: string[];
  readonly replaced: Pod[];
  /** Old Pods on nodes that should no longer have one. */
  readonly misplaced: Pod[];
  surging: number;
  available: number;
}

/** New Pods are made beside old ones, which go when the new are available. */
function planSurge(
  { daemonSet, nowMs }: RollingUpdateInput,
  nodes: readonly RolloutNode[],
  { maxSurge, desired }: RolloutLimits & { readonly desired: number },
): RollingUpdatePlan {
  const surge: Surge = {
    urgent: [],
    candidates: [],
    replaced: [],
    misplaced: [],
    surging: 0,
    available: 0,
  };
  const available = (pod: Pod): boolean => isAvailable(pod, daemonSet, nowMs);
  for (const node of nodes) addNode(surge, node, available);
  const { urgent, candidates, replaced, misplaced } = surge;
  // What runs where it no longer should goes when others are there in its stead: surging promises that nothing is missing.
  const dispensable = misplaced.slice(0, Math.max(0, surge.available - desired));
  return {
    create: [...urgent, ...candidates.slice(0, Math.max(0, maxSurge - surge.surging))],
    remove: [...replaced, ...dispensable],
  };
}

function addNode(surge: Surge, node: RolloutNode, isAvailablePod: (pod: Pod) => boolean): void {
  const { name, shouldRun, newPod, oldPod } = node;
  if (node.isCrowded) {
    surge.surging++;
    return;
  }
  const counted = oldPod ?? newPod;
  const isServed = counted !== undefined && isAvailablePod(counted);
  if (isServed) surge.available++;
  if (!oldPod) return;
  if (!newPod) {
    if (!shouldRun) surge.misplaced.push(oldPod);
    else (isServed ? surge.candidates : surge.urgent).push(name);
  } else if (isAvailablePod(newPod)) surge.replaced.push(oldPod);
  else surge.surging++;
}
