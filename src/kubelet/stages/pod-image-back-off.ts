import type { ContainerStatus, Pod } from '../../scheme/generated/types/core-v1.ts';
import { hasNewImage, REASON_ERR_IMAGE_PULL, REASON_IMAGE_PULL_BACK_OFF } from '../images/pull.ts';
import { imageBackOffNotes } from '../notes.ts';
import type { PodStage } from '../stage.ts';
import { type ContainerSlot, containerSlots, ephemeralSlots } from '../status/container-slots.ts';
import { waitingAgainStatus } from '../status/container-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { nextPodStatus } from '../status/pod-status.ts';

function failedSlots(pod: Pod): ContainerSlot[] {
  if (pod.metadata.deletionTimestamp !== undefined || isTerminal(pod)) return [];
  return [...containerSlots(pod), ...ephemeralSlots(pod)].filter(
    (slot) => slot.status?.state?.waiting?.reason === REASON_ERR_IMAGE_PULL && !hasNewImage(slot),
  );
}

function backOffMessage({ container, status }: ContainerSlot): string {
  const error = `${REASON_ERR_IMAGE_PULL}: ${status?.state?.waiting?.message}`;
  return `Back-off pulling image "${container.image}": ${error}`;
}

function backingOff(slot: ContainerSlot): ContainerStatus {
  const waiting = { reason: REASON_IMAGE_PULL_BACK_OFF, message: backOffMessage(slot) };
  return waitingAgainStatus(slot, waiting);
}

/** An image could not be pulled: the container waits before the next attempt, and says so. */
export const podImageBackOff: PodStage = {
  name: 'pod-image-back-off',
  matches: (pod) => failedSlots(pod).length > 0,
  delay: { ms: 1_000, jitterMs: 500 },
  next: (pod, { nowMs }) => {
    const failed = failedSlots(pod);
    const waiting = new Map(failed.map((slot) => [slot.name, backingOff(slot)]));
    const status = nextPodStatus(pod, nowMs, ({ name }) => waiting.get(name));
    const ephemeral = status.ephemeralContainerStatuses?.map((one) => waiting.get(one.name) ?? one);
    return {
      status: { ...status, ...(ephemeral ? { ephemeralContainerStatuses: ephemeral } : {}) },
      events: failed.flatMap((slot) => imageBackOffNotes(slot, backOffMessage(slot))),
    };
  },
};
