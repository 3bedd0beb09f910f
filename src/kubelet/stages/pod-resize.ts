import { toRfc3339 } from '../../lib/clock.ts';
import { findCondition, removeCondition, setCondition } from '../../scheme/conditions.ts';
import type {
  ContainerStatus,
  Pod,
  PodCondition,
  PodSpec,
} from '../../scheme/generated/types/core-v1.ts';
import { CONDITION_RESIZE_PENDING } from '../granted-resources.ts';
import { definitionChangedNote, resizeNote, startNotes } from '../notes.ts';
import {
  CONDITION_RESIZE_IN_PROGRESS,
  isGranted,
  isPodResized,
  isResized,
  needsRestart,
  REASON_DEFERRED,
  type ResizeProblem,
  resizedSlots,
  resizeProblem,
  shrinkProblem,
  wholeResourcesOf,
} from '../resize.ts';
import { neighboursOfResize } from '../resize-order.ts';
import { drawDelay, type PodContext, type PodStage, type PodTransition } from '../stage.ts';
import type { ContainerSlot } from '../status/container-slots.ts';
import { resourcesOf, runningStatus, terminatedStatus } from '../status/container-status.ts';
import { nextPodStatus } from '../status/pod-status.ts';

/** So often it is looked whether a container uses less memory by now. */
const SHRINK_LOOK_MS = 10_000;
const REASON_ERROR = 'Error';

/** What the Pod's containers are to take of the node has changed: the kubelet grants it, or says why it must wait. */
export const podResizeGrant: PodStage = {
  name: 'pod-resize-grant',
  matches: (pod, ctx) => {
    const pending = findCondition(pod.status?.conditions, CONDITION_RESIZE_PENDING);
    if (!isPodResized(pod)) return pending !== undefined;
    if (isGranted(pod)) return false;
    const problem = problemOf(pod, ctx);
    if (!problem || !pending) return true;
    return (
      pending.reason !== problem.reason ||
      pending.message !== problem.message ||
      pending.observedGeneration !== pod.metadata.generation
    );
  },
  delay: { ms: 5, jitterMs: 15 },
  next: (pod, ctx) => {
    if (!isPodResized(pod)) return { status: statusWith(pod, withoutResize(pod), ctx) };
    const problem = problemOf(pod, ctx);
    return problem ? refuse(pod, problem, ctx) : grant(pod, ctx);
  },
};

/** What was granted is put into effect, in place where the container allows it. */
export const podResize: PodStage = {
  name: 'pod-resize',
  matches: (pod) =>
    pod.metadata.deletionTimestamp === undefined &&
    findCondition(pod.status?.conditions, CONDITION_RESIZE_IN_PROGRESS) !== undefined &&
    (isGranted(pod) || !isPodResized(pod)),
  delay: (pod, ctx) =>
    shrinkProblem(pod, ctx.nowMs) && isToldToWait(pod)
      ? SHRINK_LOOK_MS
      : drawDelay({ ms: 20, jitterMs: 30 }, ctx),
  next: (pod, ctx) => {
    const problem = shrinkProblem(pod, ctx.nowMs);
    if (problem) return isToldToWait(pod) ? {} : wait(pod, problem, ctx);
    const restarted = resizedSlots(pod).filter(needsRestart);
    const status = {
      ...statusWith(pod, withoutResize(pod), ctx, (slot) => resizedStatus(slot, ctx, pod.spec)),
      ...wholeResourcesOf(pod),
    };
    return {
      status,
      events: [
        ...restarted.flatMap((slot) => [definitionChangedNote(slot), ...startNotes(slot)]),
        resizeNote(pod, { reason: 'ResizeCompleted', what: 'completed' }),
      ],
    };
  },
};

/** Whether the Pod's status says why the resize waits. */
function isToldToWait({ status }: Pod): boolean {
  return findCondition(status?.conditions, CONDITION_RESIZE_IN_PROGRESS)?.reason === REASON_ERROR;
}

/** The container uses too much memory: the resize stays in progress until it uses less. */
function wait(pod: Pod, message: string, ctx: PodContext): PodTransition {
  const condition = {
    ...conditionOf(pod, ctx, CONDITION_RESIZE_IN_PROGRESS),
    reason: REASON_ERROR,
    message,
  };
  return { status: statusWith(pod, setCondition(pod.status?.conditions, condition), ctx) };
}

function problemOf(pod: Pod, { neighbours, node }: PodContext): ResizeProblem | undefined {
  return resizeProblem(pod, node, neighboursOfResize(pod, node, [...neighbours()]));
}

function grant(pod: Pod, ctx: PodContext): PodTransition {
  const conditions = setCondition(
    withoutResize(pod),
    conditionOf(pod, ctx, CONDITION_RESIZE_IN_PROGRESS),
  );
  const status = statusWith(
    pod,
    conditions,
    ctx,
    ({ container, status: current }) =>
      current && withAllocation(current, container.resources?.requests),
  );
  const { allocatedResources } = wholeResourcesOf(pod);
  if (allocatedResources) status.allocatedResources = allocatedResources;
  return { status, events: [resizeNote(pod, { reason: 'ResizeStarted', what: 'started' })] };
}

function refuse(pod: Pod, problem: ResizeProblem, ctx: PodContext): PodTransition {
  const { message, reason } = problem;
  const pending = { ...conditionOf(pod, ctx, CONDITION_RESIZE_PENDING), ...problem };
  const before = removeCondition(pod.status?.conditions ?? [], CONDITION_RESIZE_IN_PROGRESS);
  // What was granted before and is not in effect is no longer wanted.
  const status = statusWith(
    pod,
    setCondition(before, pending),
    ctx,
    ({ status: current }) => current && withAllocation(current, current.resources?.requests),
  );
  if (status.resources) status.allocatedResources = status.resources.requests ?? {};
  const name = reason === REASON_DEFERRED ? 'ResizeDeferred' : 'ResizeInfeasible';
  const note = resizeNote(pod, { reason: name, what: reason, error: message });
  return { status, events: [note] };
}

function conditionOf({ metadata }: Pod, { nowMs }: PodContext, type: string): PodCondition {
  const lastTransitionTime = toRfc3339(nowMs);
  return { type, status: 'True', lastTransitionTime, observedGeneration: metadata.generation };
}

function withoutResize({ status }: Pod): readonly PodCondition[] {
  const left = removeCondition(status?.conditions ?? [], CONDITION_RESIZE_IN_PROGRESS);
  return removeCondition(left, CONDITION_RESIZE_PENDING);
}

/** The status with these conditions, and those of the resized containers changed. */
function statusWith(
  pod: Pod,
  conditions: readonly PodCondition[],
  { nowMs }: PodContext,
  change: (slot: ContainerSlot) => ContainerStatus | undefined = () => undefined,
): NonNullable<Pod['status']> {
  const changed = { ...pod, status: { ...pod.status, conditions: [...conditions] } };
  return nextPodStatus(changed, nowMs, (slot) => (isResized(slot) ? change(slot) : undefined));
}

function withAllocation(
  { allocatedResources: _, ...status }: ContainerStatus,
  requests: Record<string, string> | undefined,
): ContainerStatus {
  return { ...status, ...(requests ? { allocatedResources: requests } : {}) };
}

function resizedStatus(
  slot: ContainerSlot,
  ctx: PodContext,
  spec: PodSpec | undefined,
): ContainerStatus | undefined {
  const { container, status } = slot;
  if (!status) return undefined;
  if (needsRestart(slot)) {
    const ended = terminatedStatus({ ...slot, status }, 0, ctx.nowMs);
    return runningStatus({ ...slot, status: ended }, { ...ctx, spec });
  }
  const { allocatedResources: _, resources: __, ...rest } = status;
  return { ...rest, ...resourcesOf(container) };
}
