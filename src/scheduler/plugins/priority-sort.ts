import type { Plugin } from '../framework.ts';
import type { QueuedPod } from '../queued-pod.ts';

/** Higher `spec.priority` first; among equals, whoever waits longest. */
export const prioritySort: Plugin = {
  name: 'PrioritySort',
  queueSort: (a, b) => priorityOf(b) - priorityOf(a) || a.queuedAtMs - b.queuedAtMs,
};

function priorityOf(queued: QueuedPod): number {
  return queued.info.pod.spec?.priority ?? 0;
}
