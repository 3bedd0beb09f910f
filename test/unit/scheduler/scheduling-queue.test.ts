import { expect, test } from '@jest/globals';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import type { Plugin } from '../../../src/scheduler/framework.ts';
import { prioritySort } from '../../../src/scheduler/plugins/priority-sort.ts';
import { schedulingGates } from '../../../src/scheduler/plugins/scheduling-gates.ts';
import {
  SchedulingQueue,
  UNSCHEDULABLE_TIMEOUT_MS,
} from '../../../src/scheduler/scheduling-queue.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { keyOf } from '../../../src/scheme/object.ts';
import { buildNode, buildPod } from '../../support/builders.ts';

const hopeful: Plugin = { name: 'Hopeful', helpedBy: ['node-added'] };
const nodeAdded = { type: 'node-added', node: buildNode() } as const;

function createQueue(): { queue: SchedulingQueue; clock: VirtualClock } {
  const clock = new VirtualClock();
  const plugins = [prioritySort, schedulingGates, hopeful];
  const profiles = [{ schedulerName: 'default-scheduler', plugins, weights: {} }];
  return { queue: new SchedulingQueue({ profiles, clock }), clock };
}

function popNames(queue: SchedulingQueue): string[] {
  const names: string[] = [];
  for (let next = queue.pop(); next; next = queue.pop()) names.push(next.info.key);
  return names;
}

function failOnce(queue: SchedulingQueue, pod: Pod, rejectedBy: string[]): void {
  queue.set(pod);
  const queued = queue.pop();
  if (!queued) throw new Error('the pod was not active');
  queue.addUnschedulable(queued, new Set(rejectedBy));
}

test('the highest priority goes first, then the pod that waits longest', () => {
  const { queue, clock } = createQueue();
  queue.set(buildPod({ name: 'old' }));
  clock.advance(1);
  queue.set(buildPod({ name: 'new' }));
  clock.advance(1);
  queue.set(buildPod({ name: 'vip', spec: { priority: 10 } }));
  expect(popNames(queue)).toEqual(['default/vip', 'default/old', 'default/new']);
});

test('a pod that is set twice waits once', () => {
  const { queue } = createQueue();
  const pod = buildPod();
  queue.set(pod);
  queue.set({ ...pod });
  expect(popNames(queue)).toHaveLength(1);
});

test('a deleted pod is not tried', () => {
  const { queue } = createQueue();
  const pod = buildPod();
  queue.set(pod);
  queue.delete(keyOf(pod));
  expect(queue.hasActive).toBe(false);
  expect(queue.pop()).toBeUndefined();
});

test('a namesake with another uid is another pod', () => {
  const { queue } = createQueue();
  queue.set(buildPod({ name: 'web' }));
  const second = buildPod({ name: 'web' });
  queue.set(second);
  expect(queue.pop()?.info.uid).toBe(second.metadata.uid);
  expect(queue.pop()).toBeUndefined();
});

test('a gated pod waits until its gates are gone', () => {
  const { queue } = createQueue();
  const gated = buildPod({ spec: { schedulingGates: [{ name: 'example.com/quota' }] } });
  queue.set(gated);
  expect(queue.hasActive).toBe(false);
  queue.set({ ...gated, spec: { containers: [], schedulingGates: [] } });
  expect(queue.hasActive).toBe(true);
});

test('an event that cannot help leaves an unschedulable pod where it is', () => {
  const { queue, clock } = createQueue();
  failOnce(queue, buildPod(), ['Hopeful']);
  clock.advance(60_000);
  queue.onEvent({ type: 'assigned-pod-removed', pod: buildPod() });
  expect(queue.hasActive).toBe(false);
});

test('an event that helps only a plugin that did not reject the pod does not move it', () => {
  const { queue, clock } = createQueue();
  failOnce(queue, buildPod(), ['NodeName']);
  clock.advance(60_000);
  queue.onEvent(nodeAdded);
  expect(queue.hasActive).toBe(false);
});

test('a helpful event brings the pod back once its backoff is over', () => {
  const { queue, clock } = createQueue();
  failOnce(queue, buildPod(), ['Hopeful']);
  queue.onEvent(nodeAdded);
  expect(queue.hasActive).toBe(false);
  expect(queue.flush()).toBe(1_000);
  clock.advance(1_000);
  expect(queue.flush()).toBeUndefined();
  expect(queue.hasActive).toBe(true);
});

test('a helpful event after the backoff brings the pod back at once', () => {
  const { queue, clock } = createQueue();
  failOnce(queue, buildPod(), ['Hopeful']);
  clock.advance(1_000);
  queue.onEvent(nodeAdded);
  expect(queue.hasActive).toBe(true);
});

test('the backoff doubles with each attempt and ends at ten seconds', () => {
  const { queue, clock } = createQueue();
  const pod = buildPod();
  queue.set(pod);
  const waits: (number | undefined)[] = [];
  for (let attempt = 1; attempt <= 6; attempt++) {
    const queued = queue.pop();
    if (queued) queue.addBackoff(queued);
    const wait = queue.flush();
    waits.push(wait);
    clock.advance(wait ?? 0);
    queue.flush();
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});

test('a pod that no event helps is tried again after five minutes', () => {
  const { queue, clock } = createQueue();
  failOnce(queue, buildPod(), ['NodeName']);
  expect(queue.flush()).toBe(UNSCHEDULABLE_TIMEOUT_MS);
  clock.advance(UNSCHEDULABLE_TIMEOUT_MS);
  queue.flush();
  expect(queue.hasActive).toBe(true);
});

test('a change of its labels lets an unschedulable pod be tried, a change of its status does not', () => {
  const { queue, clock } = createQueue();
  const pod = buildPod();
  failOnce(queue, pod, ['NodeName']);
  clock.advance(60_000);
  queue.set({ ...pod, status: { phase: 'Pending', message: 'waits' } });
  expect(queue.hasActive).toBe(false);
  queue.set({ ...pod, metadata: { ...pod.metadata, labels: { tier: 'web' } } });
  expect(queue.hasActive).toBe(true);
});

test('a pod deleted while it was being tried does not come back', () => {
  const { queue } = createQueue();
  const pod = buildPod();
  queue.set(pod);
  const queued = queue.pop();
  queue.delete(keyOf(pod));
  if (queued) queue.addUnschedulable(queued, new Set(['Hopeful']));
  queue.onEvent(nodeAdded);
  expect(queue.size).toBe(0);
  expect(queue.flush()).toBeUndefined();
});

test('a pod that is activated does not wait for its backoff', () => {
  const { queue } = createQueue();
  const pod = buildPod();
  failOnce(queue, pod, ['Fussy']);
  queue.activate([keyOf(pod)]);
  expect(popNames(queue)).toEqual(['default/web-1']);
});

test('an event leaves out the pods that it is told to leave out', () => {
  const { queue, clock } = createQueue();
  failOnce(queue, buildPod({ name: 'kept' }), ['Hopeful']);
  failOnce(queue, buildPod({ name: 'skipped' }), ['Hopeful']);
  clock.advance(1_000);
  queue.onEvent(nodeAdded, ({ key }) => key === 'default/skipped');
  expect(popNames(queue)).toEqual(['default/kept']);
});

test('a pod that failed for a reason of its own waits for its backoff alone', () => {
  const { queue, clock } = createQueue();
  const pod = buildPod();
  queue.set(pod);
  const queued = queue.pop();
  if (!queued) throw new Error('the pod was not active');
  queue.addUnschedulable(queued, new Set(['Hopeful']));
  queue.addBackoff(queued);
  expect(queue.counts()).toMatchObject({ unschedulable: 0, backoff: 1 });
  clock.advance(1_000);
  queue.flush();
  expect(popNames(queue)).toEqual(['default/web-1']);
});
