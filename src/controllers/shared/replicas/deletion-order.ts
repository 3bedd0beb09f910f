/**
 * Which Pods an owner of replicas gives up first when it has too many: those that have cost least so far. All pure.
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-a-replicaset
 */
import type { Pod } from '../../../scheme/generated/types/core-v1.ts';
import { mostRestarts, podReadyCondition, sidecarStatuses } from '../pods.ts';

/** The user's say in the order: a whole number, lower goes first, absent is 0. */
export const ANNOTATION_POD_DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const WHOLE_NUMBER = /^[-+]?\d+$/;
const NANOSECONDS_PER_MS = 1e6;

/** What the order looks at, read once a Pod instead of once a comparison. */
interface Candidate {
  readonly pod: Pod;
  readonly isAssigned: boolean;
  readonly phase: number;
  readonly isReady: boolean;
  readonly cost: number;
  /** How many Pods of the same owner share its node. */
  readonly nodeMates: number;
  readonly readySinceMs: number | undefined;
  readonly restarts: number;
  readonly sidecarRestarts: number;
  readonly createdMs: number;
  readonly uid: string;
}

export interface DeletionOrderOptions {
  readonly nowMs: number;
  /** How many active Pods of the owner and its siblings run on a node. */
  readonly podsOnNode: (nodeName: string) => number;
}

/** The `count` Pods to delete. */
export function selectPodsToDelete(
  pods: readonly Pod[],
  count: number,
  options: DeletionOrderOptions,
): readonly Pod[] {
  if (count >= pods.length) return pods;
  const candidates = pods.map((pod) => toCandidate(pod, options));
  candidates.sort((a, b) => compareCandidates(a, b, options.nowMs));
  return candidates.slice(0, count).map(({ pod }) => pod);
}

function toCandidate(pod: Pod, { podsOnNode }: DeletionOrderOptions): Candidate {
  const nodeName = pod.spec?.nodeName ?? '';
  const ready = podReadyCondition(pod);
  const isReady = ready?.status === 'True';
  return {
    pod,
    isAssigned: nodeName !== '',
    phase: PHASE_ORDER[pod.status?.phase ?? 'Pending'] ?? 0,
    isReady,
    cost: deletionCost(pod),
    nodeMates: nodeName === '' ? 0 : podsOnNode(nodeName),
    readySinceMs: isReady ? parseTime(ready.lastTransitionTime) : undefined,
    restarts: mostRestarts(pod.status?.containerStatuses),
    sidecarRestarts: mostRestarts(sidecarStatuses(pod)),
    createdMs: parseTime(pod.metadata.creationTimestamp) ?? 0,
    uid: pod.metadata.uid ?? '',
  };
}

function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[ANNOTATION_POD_DELETION_COST];
  return text !== undefined && WHOLE_NUMBER.test(text) ? Number(text) : 0;
}

function parseTime(timestamp: string | undefined): number | undefined {
  return timestamp === undefined ? undefined : Date.parse(timestamp);
}

/** Below zero when `a` goes first. */
function compareCandidates(a: Candidate, b: Candidate, nowMs: number): number {
  return (
    Number(a.isAssigned) - Number(b.isAssigned) ||
    a.phase - b.phase ||
    Number(a.isReady) - Number(b.isReady) ||
    a.cost - b.cost ||
    b.nodeMates - a.nodeMates ||
    compareReadiness(a, b, nowMs) ||
    b.restarts - a.restarts ||
    b.sidecarRestarts - a.sidecarRestarts ||
    compareByAge(a.createdMs, b.createdMs, nowMs) ||
    compareText(a.uid, b.uid)
  );
}

function compareReadiness(a: Candidate, b: Candidate, nowMs: number): number {
  if (!a.isReady || !b.isReady || a.readySinceMs === b.readySinceMs) return 0;
  if (a.readySinceMs === undefined) return -1;
  if (b.readySinceMs === undefined) return 1;
  return compareByAge(a.readySinceMs, b.readySinceMs, nowMs) || compareText(a.uid, b.uid);
}

/**
 * The younger goes first, but ages of one order of magnitude count as the same: otherwise scaling down always hits the
 * same failure domain, the one that was filled last.
 */
function compareByAge(aMs: number, bMs: number, nowMs: number): number {
  return ageRank(aMs, nowMs) - ageRank(bMs, nowMs);
}

function ageRank(sinceMs: number, nowMs: number): number {
  const ageNs = (nowMs - sinceMs) * NANOSECONDS_PER_MS;
  return ageNs > 0 ? Math.trunc(Math.log2(ageNs)) : -1;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
