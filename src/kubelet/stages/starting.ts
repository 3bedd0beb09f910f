/** When containers that wait may start: what their stages share. */
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { ANNOTATION_START_DELAY, declaredDelayMs } from '../annotations.ts';
import {
  hasNewImage,
  isImageReason,
  mustPull,
  nextPullMs,
  pullAnnouncement,
  pullDurationMs,
  REASON_ERR_IMAGE_PULL,
  REASON_INVALID_IMAGE_NAME,
} from '../images/pull.ts';
import { failedMountNote, unattachedNote } from '../notes.ts';
import type { StageDelay } from '../settings.ts';
import { unattachedVolumes } from '../sources/attachable-volumes.ts';
import { drawDelay, type PodContext, type PodTransition } from '../stage.ts';
import {
  type ContainerSlot,
  containerSlots,
  currentInit,
  hasStartedMain,
} from '../status/container-slots.ts';
import { isWaitingToStart } from '../status/container-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { wholeRestartMs } from '../status/restarts.ts';

/** Jobs do not start to the millisecond: an attempt that was due this long ago is still to be made. */
const ATTEMPT_SLACK_MS = 5_000;

/** The init container or sidecar whose turn it is and that does not run yet. */
export function waitingInit(pod: Pod): ContainerSlot | undefined {
  if (!isStarting(pod)) return undefined;
  const slots = containerSlots(pod);
  const init = currentInit(slots);
  if (!init || hasStartedMain(slots)) return undefined;
  return isWaitingToStart(init) && isStartable(init) ? init : undefined;
}

/** The main containers that do not run yet; once there is one, also sidecars that could not start again. */
export function waitingMain(pod: Pod): ContainerSlot[] {
  if (!isStarting(pod)) return [];
  const slots = containerSlots(pod);
  const hasMain = hasStartedMain(slots);
  if (currentInit(slots) !== undefined && !hasMain) return [];
  return slots.filter(
    (slot) =>
      (slot.kind === 'main' || (slot.kind === 'sidecar' && hasMain)) &&
      isWaitingToStart(slot) &&
      isStartable(slot),
  );
}

function isStarting(pod: Pod): boolean {
  if (pod.status?.startTime === undefined || pod.metadata.deletionTimestamp !== undefined) {
    return false;
  }
  return !isTerminal(pod);
}

/** Whether the container waits for an image that could not be had. */
function waitsForImage(slot: ContainerSlot): boolean {
  return isImageReason(slot.status?.state?.waiting?.reason) && !hasNewImage(slot);
}

/** Whether the container will be tried without anything happening first. */
export function isStartable(slot: ContainerSlot): boolean {
  const reason = slot.status?.state?.waiting?.reason;
  if (!waitsForImage(slot)) return true;
  return reason !== REASON_ERR_IMAGE_PULL && reason !== REASON_INVALID_IMAGE_NAME;
}

/** Whether the container is to be tried now. */
export function isStartDue(pod: Pod, slot: ContainerSlot, ctx: PodContext): boolean {
  const { nowMs } = ctx;
  if (!isStartable(slot) || wholeRestartLeftMs(pod, ctx) > ATTEMPT_SLACK_MS) return false;
  return !waitsForImage(slot) || nextPullMs(pod, nowMs - ATTEMPT_SLACK_MS) <= nowMs;
}

/** Milliseconds until the first of the containers starts: its image is pulled first, and those of the others with it. */
export function startDelayMs(
  pod: Pod,
  slots: readonly ContainerSlot[],
  ctx: PodContext,
  usual: StageDelay,
): number {
  const fresh = freshSlots(slots);
  if (fresh.length === 0) return nextPullMs(pod, ctx.nowMs) - ctx.nowMs;
  const declared = fresh.map(({ name }) => declaredDelayMs(pod, ANNOTATION_START_DELAY, name));
  const startMs = Math.max(0, ...declared.map((ms) => ms ?? 0));
  const isDeclared = declared.some((ms) => ms !== undefined);
  const delayMs = (isDeclared ? startMs : drawDelay(usual, ctx)) + pullLeftMs(fresh, ctx);
  return Math.max(delayMs, wholeRestartLeftMs(pod, ctx));
}

/** Milliseconds of the back-off that are left to a Pod that restarts as a whole. */
function wholeRestartLeftMs(pod: Pod, { node, nowMs }: PodContext): number {
  return (wholeRestartMs(containerSlots(pod), node) ?? nowMs) - nowMs;
}

function freshSlots(slots: readonly ContainerSlot[]): ContainerSlot[] {
  return slots.filter((slot) => isStartable(slot) && !waitsForImage(slot));
}

/** Milliseconds until the node has all of their images. */
function pullLeftMs(slots: readonly ContainerSlot[], ctx: PodContext): number {
  let leftMs = 0;
  for (const { container } of slots) {
    if (!mustPull(container, ctx)) continue;
    const durationMs = pullDurationMs(container, ctx) * ctx.settings.delayFactor;
    if (durationMs === 0) continue;
    leftMs = Math.max(leftMs, ctx.pulls.leftMs(container.image ?? '', durationMs));
  }
  return leftMs;
}

/** Pulls that take this long are spoken of when they begin; of others it is said when they are done. */
const SLOW_PULL_MS = 2_000;

/** The containers whose slow pulls begin now. */
export function slowPulls(pod: Pod, ctx: PodContext): ContainerSlot[] {
  const init = waitingInit(pod);
  return freshSlots(init ? [init] : waitingMain(pod)).filter(
    ({ container }) =>
      mustPull(container, ctx) &&
      pullDurationMs(container, ctx) >= SLOW_PULL_MS &&
      ctx.announcedMs(pullAnnouncement(container.image ?? '')) === undefined,
  );
}

/** A kubelet waits this long for its volumes before it says so. */
const ATTACH_PATIENCE_MS = 123_000;

/** A Pod without its volumes starts nothing: it says why, and looks again later. */
export function mountProblem({ status }: Pod, ctx: PodContext): PodTransition | undefined {
  if (status?.podIP !== undefined) return undefined;
  const { attachable, volumeProblem } = ctx.sources;
  if (volumeProblem !== undefined) {
    return { events: [failedMountNote(volumeProblem)], waits: true };
  }
  const missing = unattachedVolumes(attachable, ctx.node).map(({ volume }) => volume);
  if (missing.length === 0) return undefined;
  const isPatient = ctx.nowMs - Date.parse(status?.startTime ?? '') < ATTACH_PATIENCE_MS;
  return { ...(isPatient ? {} : { events: [unattachedNote(missing)] }), waits: true };
}
