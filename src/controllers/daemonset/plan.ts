/** Which nodes need a Pod of a DaemonSet, and which Pods must go. Pure. */
import type { EventNote } from '../../machinery/event-recorder.ts';
import type { DaemonSet } from '../../scheme/generated/types/apps-v1.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { isPodReady } from '../shared/pods.ts';
import { isAvailable, isOfRevision } from './daemon-pods.ts';
import type { NodeJudge, NodeVerdict } from './eligibility.ts';
import { allowsSurge } from './limits.ts';

export const REASON_FAILED_DAEMON_POD = 'FailedDaemonPod';
export const REASON_SUCCEEDED_DAEMON_POD = 'SucceededDaemonPod';

export interface DaemonPlanInput {
  readonly daemonSet: DaemonSet;
  readonly nodes: Iterable<Node>;
  readonly judge: NodeJudge;
  /** The Pods of the DaemonSet by node, each node's oldest first. */
  readonly pods: ReadonlyMap<string, readonly Pod[]>;
  /** Names the revision of the present template. */
  readonly hash: string;
  readonly nowMs: number;
  /** How long a node's failed Pod must stay yet; 0 when it may go. */
  readonly failedPodDelayMs: (nodeName: string) => number;
}

export interface DaemonPlan {
  /** The names of the nodes that need a Pod. */
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
  readonly notes: readonly EventNote[];
  /** How long until a failed Pod may go; undefined when none waits. */
  readonly retryInMs: number | undefined;
}

interface MutablePlan {
  readonly create: string[];
  readonly remove: Pod[];
  readonly notes: EventNote[];
  retryInMs: number | undefined;
}

/** Brings each node to one Pod where there should be one, whatever its revision: updates are the rollout's. */
export function planDaemonPods(input: DaemonPlanInput): DaemonPlan {
  const plan: MutablePlan = { create: [], remove: [], notes: [], retryInMs: undefined };
  const seen = new Set<string>();
  const surges = allowsSurge(input.daemonSet);
  for (const node of input.nodes) {
    const name = node.metadata.name ?? '';
    seen.add(name);
    planNode(input, { name, verdict: input.judge(node), surges }, plan);
  }
  for (const [nodeName, there] of input.pods) {
    if (seen.has(nodeName)) continue;
    // Never bound, to a node that is gone: the Pod garbage collector knows nothing of it.
    plan.remove.push(...there.filter((pod) => !pod.spec?.nodeName && isStaying(pod)));
  }
  return plan;
}

interface NodePlace {
  readonly name: string;
  readonly verdict: NodeVerdict;
  readonly surges: boolean;
}

function planNode(input: DaemonPlanInput, place: NodePlace, plan: MutablePlan): void {
  const { name, verdict } = place;
  const there = input.pods.get(name);
  if (!there) {
    if (verdict.shouldRun) plan.create.push(name);
  } else if (verdict.mayStay) {
    planPresent(input, place, there, plan);
  } else {
    plan.remove.push(...there.filter(isStaying));
  }
}

function planPresent(
  input: DaemonPlanInput,
  { name, verdict, surges }: NodePlace,
  there: readonly Pod[],
  plan: MutablePlan,
): void {
  const running: Pod[] = [];
  for (const pod of there) {
    if (!isStaying(pod)) continue;
    if (pod.status?.phase === 'Failed') removeFailed(input, name, pod, plan);
    else if (pod.status?.phase === 'Succeeded') removeSucceeded(name, pod, plan);
    else running.push(pod);
  }
  if (!surges) plan.remove.push(...running.slice(1));
  else if (running.length > 1) plan.remove.push(...surplusOfSurge(input, running));
  else if (running.length === 0 && verdict.shouldRun) plan.create.push(name);
}

function removeFailed(
  { failedPodDelayMs }: DaemonPlanInput,
  nodeName: string,
  pod: Pod,
  plan: MutablePlan,
): void {
  const delayMs = failedPodDelayMs(nodeName);
  if (delayMs > 0) {
    plan.retryInMs = Math.min(plan.retryInMs ?? Infinity, delayMs);
    return;
  }
  const { namespace, name } = pod.metadata;
  const message = `Found failed daemon pod ${namespace}/${name} on node ${nodeName}, will try to kill it`;
  plan.notes.push({ type: 'Warning', reason: REASON_FAILED_DAEMON_POD, message });
  plan.remove.push(pod);
}

function removeSucceeded(nodeName: string, pod: Pod, plan: MutablePlan): void {
  const { namespace, name } = pod.metadata;
  const message = `Found succeeded daemon pod ${namespace}/${name} on node ${nodeName}, will try to delete it`;
  plan.notes.push({ type: 'Normal', reason: REASON_SUCCEEDED_DAEMON_POD, message });
  plan.remove.push(pod);
}

/**
 * A node keeps two Pods only while the new one is not available and the old one is ready: the oldest of each, for each other
 * has no part in the rollout.
 */
function surplusOfSurge(
  { daemonSet, hash, nowMs }: DaemonPlanInput,
  running: readonly Pod[],
): readonly Pod[] {
  const newest = running.find((pod) => isOfRevision(pod, hash));
  const oldest = running.find((pod) => !isOfRevision(pod, hash));
  const surplus = running.filter((pod) => pod !== newest && pod !== oldest);
  if (!newest || !oldest) return surplus;
  const isReplaced = !isPodReady(oldest) || isAvailable(newest, daemonSet, nowMs);
  return isReplaced ? [...surplus, oldest] : surplus;
}

function isStaying({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp === undefined;
}
