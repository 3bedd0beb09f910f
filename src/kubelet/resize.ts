/**
 * What a Pod and its containers may take of their node while that is being changed: what the spec wants, what the kubelet has
 * granted (`allocatedResources`), and what they have (`resources`). All pure.
 */
import { deepEqual } from '../lib/deep-equal.ts';
import { findCondition } from '../scheme/conditions.ts';
import type { Container, Node, Pod, PodStatus } from '../scheme/generated/types/core-v1.ts';
import { quantityValue } from '../scheme/quantity.ts';
import { amountsOf, podRequests } from '../scheme/resources-of-pod.ts';
import { podUsage } from '../scheme/usage/container-usage.ts';
import { resourceProblem } from './admission.ts';
import { CONDITION_RESIZE_PENDING } from './granted-resources.ts';
import { type ContainerSlot, containerSlots, isRunning } from './status/container-slots.ts';
import { resourcesOf } from './status/container-status.ts';
import { isTerminal } from './status/pod-phase.ts';

export const CONDITION_RESIZE_IN_PROGRESS = 'PodResizeInProgress';
export const REASON_DEFERRED = 'Deferred';
export const REASON_INFEASIBLE = 'Infeasible';

/** Why a resize has to wait, or cannot be. */
export interface ResizeProblem {
  readonly reason: typeof REASON_DEFERRED | typeof REASON_INFEASIBLE;
  readonly message: string;
}

/** Whether the container runs with other resources than its spec wants. */
export function isResized(slot: ContainerSlot): boolean {
  if (slot.kind === 'init' || !isRunning(slot)) return false;
  return !deepEqual(slot.status?.resources ?? {}, resourcesOf(slot.container).resources);
}

/** The containers of a running Pod that are to be resized. */
export function resizedSlots(pod: Pod): readonly ContainerSlot[] {
  return isLive(pod) ? containerSlots(pod).filter(isResized) : [];
}

/** Whether the Pod, as a whole or in its containers, runs with other resources than its spec wants. */
export function isPodResized(pod: Pod): boolean {
  return isResizedAsWhole(pod) || resizedSlots(pod).length > 0;
}

/** Whether the Pod as a whole is held to other resources than its spec wants. */
function isResizedAsWhole(pod: Pod): boolean {
  const { spec, status } = pod;
  if (spec?.resources === undefined || status?.startTime === undefined || !isLive(pod)) {
    return false;
  }
  return !deepEqual(status.resources, spec.resources);
}

function isLive(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && !isTerminal(pod);
}

/** What the Pod as a whole is granted and has when it runs as its spec says; nothing when only its containers ask. */
export function wholeResourcesOf({
  spec,
}: Pod): Pick<PodStatus, 'allocatedResources' | 'resources'> {
  const { resources } = spec ?? {};
  if (!resources) return {};
  return { allocatedResources: resources.requests ?? {}, resources };
}

/** Whether the kubelet has granted what the spec wants now. */
export function isGranted(pod: Pod): boolean {
  const condition = findCondition(pod.status?.conditions, CONDITION_RESIZE_IN_PROGRESS);
  return condition !== undefined && condition.observedGeneration === pod.metadata.generation;
}

/** Whether the Pod waits for room to be resized. */
export function isDeferred({ status }: Pod): boolean {
  return findCondition(status?.conditions, CONDITION_RESIZE_PENDING)?.reason === REASON_DEFERRED;
}

/** Whether a change of its resources means that the container is started anew. */
export function needsRestart({ container, status }: ContainerSlot): boolean {
  const changed = (resource: string): boolean =>
    (['requests', 'limits'] as const).some(
      (bound) =>
        container.resources?.[bound]?.[resource] !== status?.resources?.[bound]?.[resource],
    );
  return (container.resizePolicy ?? []).some(
    ({ resourceName = '', restartPolicy }: NonNullable<Container['resizePolicy']>[number]) =>
      restartPolicy === 'RestartContainer' && changed(resourceName),
  );
}

/** What speaks against giving the Pod what it wants: the node is too small, or its neighbours leave too little. */
export function resizeProblem(
  pod: Pod,
  node: Node,
  neighbours: Iterable<Pod>,
): ResizeProblem | undefined {
  const allocatable = amountsOf(node.status?.allocatable);
  const requested = pod.spec ? podRequests(pod.spec) : {};
  for (const resource of ['memory', 'cpu']) {
    const { [resource]: wanted = 0 } = requested;
    const { [resource]: capacity = Infinity } = allocatable;
    if (wanted <= capacity) continue;
    const message = `Node didn't have enough capacity: ${resource}, requested: ${wanted}, capacity: ${capacity}`;
    return { reason: REASON_INFEASIBLE, message };
  }
  const problem = resourceProblem(pod, node, neighbours);
  return problem && { reason: REASON_DEFERRED, message: problem.note };
}

/**
 * Why what was granted cannot take effect yet: a running container uses more memory than its new limit leaves it. One that is
 * started anew for it has given its memory back.
 */
export function shrinkProblem(pod: Pod, nowMs: number): string | undefined {
  const usage = podUsage(pod, nowMs);
  const problems = resizedSlots(pod).flatMap((slot) => {
    const wanted = slot.container.resources?.limits?.['memory'];
    const usedBytes = usage.get(slot.name)?.memoryBytes ?? 0;
    if (wanted === undefined || needsRestart(slot) || usedBytes <= quantityValue(wanted)) return [];
    return [
      `attempting to set container "${slot.name}" memory limit (${quantityValue(wanted)}) below current usage (${usedBytes})`,
    ];
  });
  const [first] = problems;
  return first && `cannot decrease memory limits: ${first}`;
}
