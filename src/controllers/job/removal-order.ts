/** Which active Pods of a Job go first when there are too many: those that are least far. All pure. */
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { isPodReady, podReadyCondition } from '../shared/pods.ts';

const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** `pods`, in the order in which they go. */
export function inRemovalOrder(pods: readonly Pod[]): readonly Pod[] {
  return [...pods].sort(compare);
}

/** Below zero when `a` goes first. */
function compare(a: Pod, b: Pod): number {
  return (
    Number(Boolean(a.spec?.nodeName)) - Number(Boolean(b.spec?.nodeName)) ||
    phaseOf(a) - phaseOf(b) ||
    Number(isPodReady(a)) - Number(isPodReady(b)) ||
    readySinceMs(b) - readySinceMs(a) ||
    restartsOf(b) - restartsOf(a) ||
    createdMs(b) - createdMs(a)
  );
}

function phaseOf({ status }: Pod): number {
  return PHASE_ORDER[status?.phase ?? 'Pending'] ?? 0;
}

function readySinceMs(pod: Pod): number {
  return isPodReady(pod) ? Date.parse(podReadyCondition(pod)?.lastTransitionTime ?? '') || 0 : 0;
}

function restartsOf({ status }: Pod): number {
  return Math.max(0, ...(status?.containerStatuses ?? []).map(({ restartCount }) => restartCount));
}

function createdMs({ metadata }: Pod): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}
