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

/** Somebody changed a condition that is one of the Pod's readiness gates: whether it is Ready follows. */
export const podReadinessGates: PodStage = {
  name: 'pod-readiness-gates',
  matches: (pod) =>
    (pod.spec?.readinessGates?.length ?? 0) > 0 &&
    pod.metadata.deletionTimestamp === undefined &&
    pod.status?.startTime !== undefined &&
    !isTerminal(pod) &&
    isOutdated(pod),
  delay: { ms: 0, jitterMs: 10 },
  next: (pod, { nowMs }) => ({ status: nextPodStatus(pod, nowMs, () => undefined) }),
};
