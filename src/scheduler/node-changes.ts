import { deepEqual } from '../lib/deep-equal.ts';
import type { ClusterEvent } from './framework.ts';

/** Whether a node has other labels now. Most updates of a node are its heartbeats, and help nobody. */
export function labelsChanged(event: ClusterEvent): boolean {
  if (event.type !== 'node-updated') return false;
  return !deepEqual(event.before.metadata.labels, event.node.metadata.labels);
}
