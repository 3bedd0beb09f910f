/** In which order Pods of a node that are to be resized get what room there is. All pure. */
import { findCondition, removeCondition } from '../scheme/conditions.ts';
import type { Node, Pod } from '../scheme/generated/types/core-v1.ts';
import { podRequests, qosClassOf } from '../scheme/resources-of-pod.ts';
import { allocatedSpec, CONDITION_RESIZE_PENDING } from './granted-resources.ts';
import { isDeferred, isPodResized, resizeProblem } from './resize.ts';

const QOS_ORDER = ['Guaranteed', 'Burstable', 'BestEffort'];

/**
 * Below zero when the resize of `a` comes first. As Kubernetes has it: those that take no more than they have, then by
 * priority, then by quality of service, then whoever waits longest.
 */
export function compareResizes(a: Pod, b: Pod): number {
  return (
    Number(takesMore(a)) - Number(takesMore(b)) ||
    (b.spec?.priority ?? 0) - (a.spec?.priority ?? 0) ||
    qosRank(a) - qosRank(b) ||
    compareText(waitsSince(a), waitsSince(b)) ||
    compareText(a.metadata.name ?? '', b.metadata.name ?? '')
  );
}

/** The Pod's neighbours as its resize finds them: those that wait and come before it have what they want, if there is room. */
export function neighboursOfResize(
  pod: Pod,
  node: Node,
  neighbours: readonly Pod[],
): readonly Pod[] {
  const before = neighbours.filter(
    (one) => isDeferred(one) && isPodResized(one) && compareResizes(one, pod) < 0,
  );
  const itself = { ...pod, spec: allocatedSpec(pod) } as Pod;
  return before.sort(compareResizes).reduce((current, waiting) => {
    const others = current.filter((one) => one !== waiting);
    if (resizeProblem(waiting, node, [...others, itself])) return current;
    return [...others, granted(waiting)];
  }, neighbours);
}

function granted(pod: Pod): Pod {
  const conditions = removeCondition(pod.status?.conditions ?? [], CONDITION_RESIZE_PENDING);
  return { ...pod, status: { ...pod.status, conditions: [...conditions] } };
}

function takesMore(pod: Pod): boolean {
  const before = allocatedSpec(pod);
  if (!pod.spec || !before) return false;
  const wanted = podRequests(pod.spec);
  const held = podRequests(before);
  return Object.entries(wanted).some(([resource, amount]) => (amount ?? 0) > (held[resource] ?? 0));
}

function qosRank({ spec }: Pod): number {
  return spec ? QOS_ORDER.indexOf(qosClassOf(spec)) : QOS_ORDER.length;
}

/** A Pod that has not been told to wait has waited less than all that have. */
function waitsSince({ status }: Pod): string {
  const pending = findCondition(status?.conditions, CONDITION_RESIZE_PENDING);
  return pending?.lastTransitionTime ?? '9999';
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
