/** Which active Pods of a Job go first when there are too many: those that are least far. All pure. */
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { isPodReady, mostRestarts, podReadyCondition, sidecarStatuses } from '../shared/pods.ts';

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
    compareTimes(readySince(a), readySince(b)) ||
    mostRestarts(b.status?.containerStatuses) - mostRestarts(a.status?.containerStatuses) ||
    mostRestarts(sidecarStatuses(b)) - mostRestarts(sidecarStatuses(a)) ||
    compareTimes(a.metadata.creationTimestamp, b.metadata.creationTimestamp)
  );
}

function phaseOf({ status }: Pod): number {
  return PHASE_ORDER[status?.phase ?? 'Pending'] ?? 0;
}

function readySince(pod: Pod): string | undefined {
  return isPodReady(pod) ? podReadyCondition(pod)?.lastTransitionTime : undefined;
}

/** No time at all goes first, then the later one. */
function compareTimes(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return Date.parse(b) - Date.parse(a);
}
