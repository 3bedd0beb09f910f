import type { ContainerStatus, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { PodStage } from '../stage.ts';
import { startAll, startContainer } from '../start.ts';
import { type ContainerSlot, ephemeralSlots } from '../status/container-slots.ts';
import { isWaitingToStart } from '../status/container-status.ts';
import { isStartable, isStartDue, startDelayMs } from './starting.ts';

/** Ephemeral containers that have not run: they run once, and never again. */
function pendingSlots(pod: Pod): ContainerSlot[] {
  const { metadata, status } = pod;
  if (status?.phase !== 'Running' || metadata.deletionTimestamp !== undefined) return [];
  return ephemeralSlots(pod).filter((slot) => isWaitingToStart(slot) && isStartable(slot));
}

/** A container that is put into a running Pod to look around, as `kubectl debug` does. */
export const podEphemeralStart: PodStage = {
  name: 'pod-ephemeral-start',
  readsSources: true,
  matches: (pod) => pendingSlots(pod).length > 0,
  delay: (pod, ctx) => startDelayMs(pod, pendingSlots(pod), ctx, { ms: 50, jitterMs: 50 }),
  next: (pod, ctx) => {
    const due = pendingSlots(pod).filter((slot) => isStartDue(pod, slot, ctx));
    const starts = new Map(due.map((slot) => [slot.name, startContainer(pod, slot, ctx)] as const));
    const known = pod.status?.ephemeralContainerStatuses ?? [];
    const others = known.filter(({ name }) => !starts.has(name));
    const statuses: ContainerStatus[] = [
      ...others,
      ...[...starts.values()].map((one) => one.status),
    ];
    return {
      status: { ...pod.status, ephemeralContainerStatuses: statuses },
      ...startAll(starts),
    };
  },
};
