import { toRfc3339 } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import type {
  Container,
  ContainerStateTerminated,
  ContainerStatus,
  PodSpec,
} from '../../scheme/generated/types/core-v1.ts';
import { imageFacts } from '../images/image-size.ts';
import { mountsOf, userOf } from './container-facts.ts';
import {
  type ContainerSlot,
  isResetStatus,
  REASON_RESTARTING_ALL_CONTAINERS,
} from './container-slots.ts';

export const REASON_CONTAINER_CREATING = 'ContainerCreating';
export const REASON_POD_INITIALIZING = 'PodInitializing';
export const REASON_CREATE_CONTAINER_CONFIG_ERROR = 'CreateContainerConfigError';
export const REASON_CRASH_LOOP_BACK_OFF = 'CrashLoopBackOff';
const REASON_COMPLETED = 'Completed';
const REASON_ERROR = 'Error';

/** SIGKILL. */
export const EXIT_CODE_KILLED = 137;
/** SIGTERM. */
export const EXIT_CODE_TERMINATED = 143;

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
    ...mountsOf(container),
  };
}

/** The container, kept from running: what it was before its last run is told of it still. */
export function waitingAgainStatus(
  { container, status }: ContainerSlot,
  waiting: { readonly reason: string; readonly message?: string },
): ContainerStatus {
  const ended = status?.state?.terminated;
  return {
    ...(status ?? waitingStatus(container, waiting.reason)),
    image: container.image ?? '',
    imageID: '',
    ready: false,
    started: false,
    ...(ended ? { lastState: { terminated: ended } } : {}),
    state: { waiting },
  };
}

export interface StartOptions {
  readonly nowMs: number;
  readonly random: Random;
  /** Of its Pod. */
  readonly spec: PodSpec | undefined;
  /** Ready at once. @default false */
  readonly ready?: boolean;
}

/** The container, running since now; again when it ran before. */
export function runningStatus(
  { container, kind, status }: ContainerSlot,
  { nowMs, random, ready = false, spec }: StartOptions,
): ContainerStatus {
  const last = status?.state?.terminated ?? status?.lastState?.terminated;
  // Of one that was removed the restart has been counted.
  const ranBefore =
    !isResetStatus(status) && (status?.containerID !== undefined || last !== undefined);
  const image = container.image ?? '';
  return {
    name: container.name,
    image,
    imageID: imageFacts(image).id,
    containerID: newContainerId(random),
    lastState: last ? { terminated: last } : {},
    ready: ready && kind !== 'init',
    restartCount: (status?.restartCount ?? 0) + (ranBefore ? 1 : 0),
    started: kind !== 'init' && container.startupProbe === undefined,
    state: { running: { startedAt: toRfc3339(nowMs) } },
    ...resourcesOf(container),
    ...mountsOf(container),
    user: { linux: userOf(container, spec) },
  };
}

/** What the container is granted and has when it runs as its spec says. */
export function resourcesOf({
  resources = {},
}: Container): Required<Pick<ContainerStatus, 'resources'>> &
  Pick<ContainerStatus, 'allocatedResources'> {
  return {
    ...(resources.requests ? { allocatedResources: resources.requests } : {}),
    resources,
  };
}

/** How a container ended: `reason` is by default what follows from the code. */
export interface Ending {
  readonly code: number;
  readonly reason?: string | undefined;
}

/** The container, ended now. An init container that succeeded counts as ready. */
export function terminatedStatus(
  { kind, status }: ContainerSlot & { readonly status: ContainerStatus },
  ending: number | Ending,
  nowMs: number,
): ContainerStatus {
  const { code, reason } = typeof ending === 'number' ? { code: ending } : ending;
  return {
    ...status,
    ready: kind === 'init' && code === 0,
    started: false,
    state: { terminated: terminatedState(status, { code, reason }, nowMs) },
  };
}

function terminatedState(
  { containerID, state }: ContainerStatus,
  { code, reason = code === 0 ? REASON_COMPLETED : REASON_ERROR }: Ending,
  nowMs: number,
): ContainerStateTerminated {
  const startedAt = state?.running?.startedAt;
  return {
    exitCode: code,
    reason,
    ...(startedAt ? { startedAt } : {}),
    finishedAt: toRfc3339(nowMs),
    ...(containerID ? { containerID } : {}),
  };
}

const RESTARTING_ALL = {
  reason: REASON_RESTARTING_ALL_CONTAINERS,
  message: 'The container is removed because RestartAllContainers in place',
} as const;

/** The container, killed if it still ran and removed, to be made anew with all others of its Pod. */
export function resetStatus(
  { containerID, ...status }: ContainerStatus,
  nowMs: number,
): ContainerStatus {
  const { running, terminated } = status.state ?? {};
  const startedAt = running?.startedAt ?? terminated?.startedAt;
  return {
    ...status,
    ready: false,
    started: false,
    restartCount: status.restartCount + 1,
    lastState: {
      terminated: {
        exitCode: EXIT_CODE_KILLED,
        ...RESTARTING_ALL,
        ...(startedAt ? { startedAt } : {}),
        finishedAt: terminated?.finishedAt ?? toRfc3339(nowMs),
        ...(containerID ? { containerID } : {}),
      },
    },
    state: { waiting: RESTARTING_ALL },
  };
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

/** Whether the container is still to be started, for the first time or because something kept it from starting again. */
export function isWaitingToStart({ status }: ContainerSlot): boolean {
  const { running, terminated, waiting } = status?.state ?? {};
  return !running && !terminated && waiting?.reason !== REASON_CRASH_LOOP_BACK_OFF;
}
