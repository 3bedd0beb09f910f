import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { REASON_DEADLINE_EXCEEDED } from '../notes.ts';
import type { PodStage } from '../stage.ts';
import { EXIT_CODE_KILLED } from '../status/container-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { stopContainers } from './stop-containers.ts';

const MESSAGE = 'Pod was active on the node longer than the specified deadline';

function deadlineMs({ spec, status }: Pod): number {
  return Date.parse(status?.startTime ?? '') + (spec?.activeDeadlineSeconds ?? 0) * 1_000;
}

/** A Pod that ran longer than its spec allows: it is stopped and has failed. */
export const podDeadline: PodStage = {
  name: 'pod-deadline',
  matches: (pod) =>
    pod.spec?.activeDeadlineSeconds !== undefined &&
    pod.status?.startTime !== undefined &&
    pod.metadata.deletionTimestamp === undefined &&
    !isTerminal(pod),
  delay: (pod, { nowMs }) => deadlineMs(pod) - nowMs,
  next: (pod, { nowMs }) => {
    const { events, status } = stopContainers(pod, nowMs, EXIT_CODE_KILLED, {
      others: { phase: 'Failed', reason: REASON_DEADLINE_EXCEEDED, message: MESSAGE },
    });
    const exceeded = {
      type: 'Normal',
      reason: REASON_DEADLINE_EXCEEDED,
      message: MESSAGE,
    } as const;
    return { status, events: [exceeded, ...events] };
  },
};
