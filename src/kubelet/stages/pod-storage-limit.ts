import { mayExceedStorage, storageExcess } from '../eviction/storage-limits.ts';
import type { PodContext, PodStage } from '../stage.ts';
import { EXIT_CODE_KILLED } from '../status/container-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { EVICTION_INTERVAL_MS, REASON_EVICTED } from './pod-evict.ts';
import { stopContainers } from './stop-containers.ts';

/** A Pod that takes more of the disk than it may is evicted: it is its own fault, and counts as no disruption. */
export const podStorageLimit: PodStage = {
  name: 'pod-storage-limit',
  matches: (pod) =>
    pod.status?.phase === 'Running' &&
    pod.metadata.deletionTimestamp === undefined &&
    !isTerminal(pod) &&
    mayExceedStorage(pod),
  delay: ({ status }, { nowMs }: PodContext) => {
    const sinceMs = Date.parse(status?.startTime ?? '') || nowMs;
    return EVICTION_INTERVAL_MS - ((nowMs - sinceMs) % EVICTION_INTERVAL_MS);
  },
  next: (pod, { nowMs }) => {
    const message = storageExcess(pod, nowMs);
    if (message === undefined) return {};
    const { status } = stopContainers(pod, nowMs, EXIT_CODE_KILLED, {
      others: { phase: 'Failed', reason: REASON_EVICTED, message },
    });
    return { status, events: [{ type: 'Warning', reason: REASON_EVICTED, message }] };
  },
};
