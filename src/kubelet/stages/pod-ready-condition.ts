import { findCondition } from '../../scheme/conditions.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { PodStage } from '../stage.ts';
import { readyVerdict } from '../status/pod-conditions.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { nextPodStatus } from '../status/pod-status.ts';

function isOutdated(pod: Pod): boolean {
  const ready = findCondition(pod.status?.conditions, 'Ready');
  const verdict = readyVerdict(pod);
  return ready?.status !== verdict.status || ready.message !== verdict.message;
}

/**
 * Somebody else changed what a Pod's being Ready follows from, or that itself: a condition that is one of its readiness
 * gates, or its Ready, as the node lifecycle controller does while nothing is heard of the node.
 */
export const podReadyCondition: PodStage = {
  name: 'pod-ready-condition',
  matches: (pod) =>
    pod.metadata.deletionTimestamp === undefined &&
    pod.status?.startTime !== undefined &&
    !isTerminal(pod) &&
    isOutdated(pod),
  // Later than what a restart of the machine has ended: those containers are not Ready in between.
  delay: { ms: 100, jitterMs: 50 },
  next: (pod, { nowMs }) => ({ status: nextPodStatus(pod, nowMs, () => undefined) }),
};
