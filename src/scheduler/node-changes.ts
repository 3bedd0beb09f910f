import { deepEqual } from '../lib/deep-equal.ts';
import type { ClusterEvent } from './framework.ts';

/** Worked out once an event, however many pods ask. */
const answers = new WeakMap<ClusterEvent, boolean>();

/** Whether a node has other labels now. Most updates of a node are its heartbeats, and help nobody. */
export function labelsChanged(event: ClusterEvent): boolean {
  if (event.type !== 'node-updated') return false;
  let answer = answers.get(event);
  if (answer === undefined) {
    answer = !deepEqual(event.before.metadata.labels, event.node.metadata.labels);
    answers.set(event, answer);
  }
  return answer;
}
