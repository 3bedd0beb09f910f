import type { PodInfo } from './pod-info.ts';

/** A pod that wants a node, with its history in the queue. */
export interface QueuedPod {
  info: PodInfo;
  /** When it entered the active queue last, in milliseconds since the epoch: ties in priority go to the oldest. */
  queuedAtMs: number;
  /** How many times a node was sought for it. */
  attempts: number;
  /** When the last attempt ended without a node. */
  failedAtMs: number;
  /** The plugins that said no at the last attempt; their hints decide when it is tried again. */
  rejectedBy: ReadonlySet<string>;
  place: 'gated' | 'active' | 'backoff' | 'unschedulable' | 'none';
}
