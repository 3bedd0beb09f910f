import { createHash } from 'node:crypto';
import { toRfc3339 } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import type {
  Container,
  ContainerStateTerminated,
  ContainerStatus,
} from '../../scheme/generated/types/core-v1.ts';
import type { ContainerSlot } from './container-slots.ts';

export const REASON_CONTAINER_CREATING = 'ContainerCreating';
export const REASON_POD_INITIALIZING = 'PodInitializing';
export const REASON_CRASH_LOOP_BACK_OFF = 'CrashLoopBackOff';
const REASON_COMPLETED = 'Completed';
const REASON_ERROR = 'Error';

/** A container that has not run yet. */
export function waitingStatus(container: Container, reason: string): ContainerStatus {
  return {
    name: container.name,
    image: container.image ?? '',
    imageID: '',
    lastState: {},
    ready: false,
    restartCount: 0,
    started: false,
    state: { waiting: { reason } },
  };
}

export interface StartOptions {
  readonly nowMs: number;
  readonly random: Random;
  /** Ready at once. @default false */
  readonly ready?: boolean;
}

/** The container, running since now; again when it ran before. */
export function runningStatus(
  { container, kind, status }: ContainerSlot,
  { nowMs, random, ready = false }: StartOptions,
): ContainerStatus {
  const last = status?.state?.terminated ?? status?.lastState?.terminated;
  const ranBefore = status?.containerID !== undefined || last !== undefined;
  const image = container.image ?? '';
  return {
    name: container.name,
    image,
    imageID: imageId(image),
    containerID: newContainerId(random),
    lastState: last ? { terminated: last } : {},
    ready: ready && kind !== 'init',
    restartCount: (status?.restartCount ?? 0) + (ranBefore ? 1 : 0),
    started: kind !== 'init' && container.startupProbe === undefined,
    state: { running: { startedAt: toRfc3339(nowMs) } },
    ...resourcesOf(container),
  };
}

/** What the container is granted and has when it runs as its spec says. */
export function resourcesOf({
  resources,
}: Container): Pick<ContainerStatus, 'allocatedResources' | 'resources'> {
  if (!resources?.requests && !resources?.limits) return {};
  return {
    ...(resources.requests ? { allocatedResources: resources.requests } : {}),
    resources,
  };
}

/** The container, ended with `exitCode` now. An init container that succeeded counts as ready. */
export function terminatedStatus(
  { kind, status }: ContainerSlot & { readonly status: ContainerStatus },
  exitCode: number,
  nowMs: number,
): ContainerStatus {
  return {
    ...status,
    ready: kind === 'init' && exitCode === 0,
    started: false,
    state: { terminated: terminatedState(status, exitCode, nowMs) },
  };
}

function terminatedState(
  { containerID, state }: ContainerStatus,
  exitCode: number,
  nowMs: number,
): ContainerStateTerminated {
  const startedAt = state?.running?.startedAt;
  return {
    exitCode,
    reason: exitCode === 0 ? REASON_COMPLETED : REASON_ERROR,
    ...(startedAt ? { startedAt } : {}),
    finishedAt: toRfc3339(nowMs),
    ...(containerID ? { containerID } : {}),
  };
}

const imageIds = new Map<string, string>();
/** More than the images of a large cluster; the memo starts over when it is full. */
const MAX_IMAGE_IDS = 10_000;

/** The same image always has the same digest. */
function imageId(image: string): string {
  let id = imageIds.get(image);
  if (id === undefined) {
    const repository = image.replace(/(:[^/:@]+)?(@.*)?$/, '');
    id = `${repository}@sha256:${createHash('sha256').update(image).digest('hex')}`;
    if (imageIds.size >= MAX_IMAGE_IDS) imageIds.clear();
    imageIds.set(image, id);
  }
  return id;
}

function newContainerId(random: Random): string {
  let hex = '';
  for (let word = 0; word < 8; word++) {
    hex += Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  }
  return `containerd://${hex}`;
}
