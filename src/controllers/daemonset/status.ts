import type { DaemonSet, DaemonSetStatus } from '../../scheme/generated/types/apps-v1.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { isPodReady, podAvailableAtMs } from '../shared/pods.ts';
import { isOfRevision } from './daemon-pods.ts';
import type { NodeJudge } from './eligibility.ts';

export interface DaemonSetStatusInput {
  readonly daemonSet: DaemonSet;
  readonly nodes: Iterable<Node>;
  readonly judge: NodeJudge;
  /** The Pods of the DaemonSet by node, each node's oldest first. */
  readonly pods: ReadonlyMap<string, readonly Pod[]>;
  readonly hash: string;
  readonly collisionCount: number | undefined;
  /** Whether the DaemonSet as it is now has been acted on. */
  readonly isObserved: boolean;
  readonly nowMs: number;
}

export interface DaemonSetReport {
  readonly status: DaemonSetStatus;
  /** How long until the next ready Pod becomes available; undefined when none is waiting. */
  readonly nextAvailableInMs: number | undefined;
}

interface Counts {
  desired: number;
  current: number;
  misscheduled: number;
  ready: number;
  available: number;
  updated: number;
  nextAvailableInMs: number | undefined;
}

/** Counts nodes, not Pods: of each, its oldest Pod speaks. Optional counts of zero are left out, as Kubernetes encodes them. */
export function computeDaemonSetStatus(input: DaemonSetStatusInput): DaemonSetReport {
  const { daemonSet, isObserved, collisionCount } = input;
  const counts = countNodes(input);
  const { observedGeneration, conditions } = daemonSet.status ?? {};
  return {
    status: {
      currentNumberScheduled: counts.current,
      desiredNumberScheduled: counts.desired,
      numberMisscheduled: counts.misscheduled,
      numberReady: counts.ready,
      numberAvailable: counts.available || undefined,
      numberUnavailable: counts.desired - counts.available || undefined,
      updatedNumberScheduled: counts.updated || undefined,
      observedGeneration: isObserved ? daemonSet.metadata.generation : observedGeneration,
      collisionCount,
      conditions,
    },
    nextAvailableInMs: counts.nextAvailableInMs,
  };
}

function countNodes(input: DaemonSetStatusInput): Counts {
  const counts: Counts = {
    desired: 0,
    current: 0,
    misscheduled: 0,
    ready: 0,
    available: 0,
    updated: 0,
    nextAvailableInMs: undefined,
  };
  for (const node of input.nodes) {
    const pod = input.pods.get(node.metadata.name ?? '')?.[0];
    if (!input.judge(node).shouldRun) {
      if (pod) counts.misscheduled++;
      continue;
    }
    counts.desired++;
    if (!pod) continue;
    counts.current++;
    if (isOfRevision(pod, input.hash)) counts.updated++;
    countReadiness(input, pod, counts);
  }
  return counts;
}

function countReadiness(
  { daemonSet, nowMs }: DaemonSetStatusInput,
  pod: Pod,
  counts: Counts,
): void {
  if (!isPodReady(pod)) return;
  counts.ready++;
  const availableAtMs = podAvailableAtMs(pod, daemonSet.spec?.minReadySeconds ?? 0);
  if (availableAtMs === undefined) return;
  const waitMs = availableAtMs - nowMs;
  if (waitMs <= 0) counts.available++;
  else counts.nextAvailableInMs = Math.min(counts.nextAvailableInMs ?? Infinity, waitMs);
}
