import type { ContainerStatus, Pod, PodStatus } from '../../scheme/generated/types/core-v1.ts';
import { type ContainerSlot, isRunning } from '../status/container-slots.ts';
import { type Ending, terminatedStatus } from '../status/container-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { nextPodStatus } from '../status/pod-status.ts';

const SUCCESS: Ending = { code: 0 };

/** The Pod's status after those of its running containers have ended that `endingOf` says; with the last, its sidecars too. */
export function endContainers(
  pod: Pod,
  nowMs: number,
  endingOf: (slot: ContainerSlot) => Ending | undefined,
): PodStatus {
  const ended = nextPodStatus(pod, nowMs, (slot) => endedStatus(slot, endingOf(slot), nowMs));
  if (!isTerminal({ ...pod, status: ended })) return ended;
  // The main containers are done: sidecars have nothing left to accompany.
  return nextPodStatus(pod, nowMs, (slot) => endedStatus(slot, endingOf(slot) ?? SUCCESS, nowMs));
}

function endedStatus(
  slot: ContainerSlot,
  ending: Ending | undefined,
  nowMs: number,
): ContainerStatus | undefined {
  if (ending === undefined || !isRunning(slot)) return undefined;
  return terminatedStatus(slot as ContainerSlot & { status: ContainerStatus }, ending, nowMs);
}
