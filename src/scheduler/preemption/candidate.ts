import type { PodInfo } from '../pod-info.ts';

/** A node that could take a pod, and the pods that would have to go. */
export interface Candidate {
  readonly nodeName: string;
  /** The most important first. */
  readonly victims: readonly PodInfo[];
  /** How many of them a PodDisruptionBudget would keep. */
  readonly violations: number;
}

/** More important pods first: the higher priority, then the one that runs longer. */
export function compareImportance(a: PodInfo, b: PodInfo): number {
  return b.priority - a.priority || startedMs(a) - startedMs(b);
}

/** A pod that has not started counts as the youngest. */
function startedMs({ pod }: PodInfo): number {
  const { startTime } = pod.status ?? {};
  return startTime ? Date.parse(startTime) : Number.MAX_SAFE_INTEGER;
}

/** Lifts every priority above zero, so that more victims never sum up to less. */
const PRIORITY_OFFSET = 2 ** 31;

/**
 * Kubernetes' rules for the better of two candidates, in this order: fewer violated budgets, a less important first victim,
 * a lower sum of priorities, fewer victims, a first victim that started later. Below zero for the first.
 */
export function compareCandidates(a: Candidate, b: Candidate): number {
  return (
    a.violations - b.violations ||
    highestPriority(a) - highestPriority(b) ||
    prioritySum(a) - prioritySum(b) ||
    a.victims.length - b.victims.length ||
    firstStartMs(b) - firstStartMs(a)
  );
}

function highestPriority({ victims }: Candidate): number {
  return victims[0]?.priority ?? Number.NEGATIVE_INFINITY;
}

function prioritySum({ victims }: Candidate): number {
  return victims.reduce((sum, { priority }) => sum + priority + PRIORITY_OFFSET, 0);
}

/** When the oldest of the most important victims started. */
function firstStartMs({ victims }: Candidate): number {
  const first = victims[0];
  return first ? startedMs(first) : 0;
}
