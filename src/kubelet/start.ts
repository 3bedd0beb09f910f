/** How a container starts: its image, its environment, its hook; or why it does not. Pure. */
import type { EventNote } from '../machinery/event-recorder.ts';
import type { ContainerStatus, Pod } from '../scheme/generated/types/core-v1.ts';
import { declaredHookError } from './annotations.ts';
import { type ImageOutcome, imageOutcome, mustPull, pullAnnouncement } from './images/pull.ts';
import {
  configErrorNotes,
  createdNotes,
  imageErrorNotes,
  missingPullSecretsNote,
  postStartFailedNotes,
  presentNote,
  pulledNote,
  pullingNote,
} from './notes.ts';
import type { PodContext, PodTransition } from './stage.ts';
import type { ContainerSlot } from './status/container-slots.ts';
import {
  EXIT_CODE_KILLED,
  REASON_CREATE_CONTAINER_CONFIG_ERROR,
  runningStatus,
  terminatedStatus,
  waitingAgainStatus,
} from './status/container-status.ts';

/** What comes of starting a container. */
export interface Start {
  readonly status: ContainerStatus;
  readonly notes: readonly EventNote[];
  /** Something is missing that may come. */
  readonly waits?: true;
}

/**
 * Starts the container, or says why it cannot start. What was said before of a container that still waits is not said again,
 * so that its status does not change.
 *
 * @param ready Whether it counts as ready at once. @default false
 */
export function startContainer(
  pod: Pod,
  slot: ContainerSlot,
  ctx: PodContext,
  ready = false,
): Start {
  const image = imageOutcome(pod, slot.container, ctx);
  const notes = credentialNotes(slot, ctx);
  if (image.kind === 'failed') {
    const { message, reason } = image;
    const status = waitingAgainStatus(slot, { reason, message });
    return { status, notes: [...notes, ...imageErrorNotes(slot, image)] };
  }
  notes.push(...imageNotes(slot, image, ctx));
  const missing = ctx.sources.environmentProblems.get(slot.name);
  if (missing !== undefined) {
    const waiting = { reason: REASON_CREATE_CONTAINER_CONFIG_ERROR, message: missing };
    const status = waitingAgainStatus(slot, waiting);
    return { status, notes: [...notes, ...configErrorNotes(slot, missing)], waits: true };
  }
  return started(pod, slot, ctx, { notes, ready });
}

function imageNotes(
  slot: ContainerSlot,
  image: Exclude<ImageOutcome, { kind: 'failed' }>,
  ctx: PodContext,
): EventNote[] {
  if (image.kind === 'present') return [presentNote(slot)];
  const announcement = pullAnnouncement(slot.container.image ?? '');
  const isKnown = ctx.announcedMs(announcement) !== undefined;
  return [...(isKnown ? [] : [pullingNote(slot)]), pulledNote(slot, image)];
}

interface Begun {
  readonly notes: EventNote[];
  readonly ready: boolean;
}

function started(pod: Pod, slot: ContainerSlot, ctx: PodContext, { notes, ready }: Begun): Start {
  const running = runningStatus(slot, { ...ctx, ready, spec: pod.spec });
  notes.push(...createdNotes(slot));
  if (!slot.container.lifecycle?.postStart) return { status: running, notes };
  if (declaredHookError(pod, 'postStart', slot.name) === undefined)
    return { status: running, notes };
  const status = terminatedStatus({ ...slot, status: running }, EXIT_CODE_KILLED, ctx.nowMs);
  return { status, notes: [...notes, ...postStartFailedNotes(slot)] };
}

function credentialNotes({ container }: ContainerSlot, ctx: PodContext): EventNote[] {
  const { missingPullSecrets } = ctx.sources;
  if (missingPullSecrets.length === 0 || !mustPull(container, ctx)) return [];
  return [missingPullSecretsNote(missingPullSecrets)];
}

/** What comes of several starts together: their statuses by container, their events, and whether something is missing. */
export function startAll(starts: ReadonlyMap<string, Start>): Pick<PodTransition, 'waits'> & {
  readonly events: EventNote[];
} {
  const all = [...starts.values()];
  return {
    events: all.flatMap(({ notes }) => notes),
    ...(all.some(({ waits }) => waits) ? { waits: true } : {}),
  };
}
