import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareResizes, neighboursOfResize } from '../../../src/kubelet/resize-order.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { buildNode, buildPod } from '../../support/builders.ts';

interface Waiting {
  readonly name: string;
  readonly has?: string;
  readonly wants: string;
  readonly priority?: number;
  readonly guaranteed?: boolean;
  /** The minute since which it waits; undefined for one that asks just now. */
  readonly since?: number;
}

function waiting({ name, has = '1', wants, priority, guaranteed, since }: Waiting): Pod {
  const requests = { cpu: wants, memory: '1Gi' };
  const held = { cpu: has, memory: '1Gi' };
  const pod = buildPod({
    name,
    spec: {
      nodeName: 'node-1',
      ...(priority === undefined ? {} : { priority }),
      containers: [
        {
          name: 'main',
          image: 'nginx',
          resources: guaranteed ? { requests, limits: requests } : { requests },
        },
      ],
    },
  });
  const pending = {
    type: 'PodResizePending',
    status: 'True',
    reason: 'Deferred',
    lastTransitionTime: `2026-01-01T00:${String(since).padStart(2, '0')}:00Z`,
  };
  return {
    ...pod,
    status: {
      phase: 'Running',
      conditions: since === undefined ? [] : [pending],
      containerStatuses: [
        {
          name: 'main',
          image: 'nginx',
          imageID: '',
          ready: true,
          restartCount: 0,
          state: { running: {} },
          resources: { requests: held },
          allocatedResources: held,
        },
      ],
    },
  };
}

test.each<[string, Waiting, Waiting]>([
  [
    'takes less comes before one of high priority',
    { name: 'b', has: '2', wants: '1', since: 9 },
    { name: 'a', wants: '2', priority: 1_000, since: 1 },
  ],
  [
    'has the higher priority comes before one of a better class',
    { name: 'b', wants: '2', priority: 10, since: 9 },
    { name: 'a', wants: '2', guaranteed: true, since: 1 },
  ],
  [
    'is Guaranteed comes before one that waits longer',
    { name: 'b', wants: '2', guaranteed: true, since: 9 },
    { name: 'a', wants: '2', since: 1 },
  ],
  [
    'waits longer comes first',
    { name: 'b', wants: '2', since: 1 },
    { name: 'a', wants: '2', since: 2 },
  ],
  [
    'waits comes before one that asks just now',
    { name: 'b', wants: '2', since: 9 },
    { name: 'a', wants: '2' },
  ],
])('a Pod that %s', (_, first, second) => {
  expect(compareResizes(waiting(first), waiting(second))).toBeLessThan(0);
  expect(compareResizes(waiting(second), waiting(first))).toBeGreaterThan(0);
});

const NODE = buildNode({ cpu: '4' });

/** What each neighbour counts for, in CPUs. */
const pendingNames = (pods: readonly Pod[]): (string | undefined)[] =>
  pods
    .filter(({ status }) => status?.conditions?.some(({ type }) => type === 'PodResizePending'))
    .map(({ metadata }) => metadata.name)
    .sort();

test('who comes before has its room first, as far as there is some', () => {
  const first = waiting({ name: 'first', wants: '2', priority: 10, since: 5 });
  const large = waiting({ name: 'large', wants: '4', priority: 20, since: 5 });
  const late = waiting({ name: 'late', wants: '2', priority: 0, since: 9 });
  const pod = waiting({ name: 'pod', wants: '2', priority: 5, since: 1 });
  // Four have one CPU each of five: one of them may have a second one, and nobody three more.
  const node = buildNode({ cpu: '5' });
  expect(pendingNames(neighboursOfResize(pod, node, [late, large, first]))).toEqual([
    'large',
    'late',
  ]);
  expect(pendingNames(neighboursOfResize(first, node, [late, large, pod]))).toEqual([
    'large',
    'late',
    'pod',
  ]);
});

test('neighbours that wait for nothing are left as they are', () => {
  const neighbours = [waiting({ name: 'a', wants: '1' }), waiting({ name: 'b', wants: '1' })];
  const pod = waiting({ name: 'pod', wants: '2', since: 1 });
  expect(neighboursOfResize(pod, NODE, neighbours)).toBe(neighbours);
});

test('resizes are in one order, whoever is compared with whom', () => {
  const pods = fc
    .record({
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      wants: fc.constantFrom('500m', '1', '2'),
      priority: fc.constantFrom(0, 5),
      guaranteed: fc.boolean(),
      since: fc.constantFrom(1, 2, 3),
    })
    .map(waiting);
  fc.assert(
    fc.property(pods, pods, pods, (a, b, c) => {
      expect(Math.sign(compareResizes(a, b))).toBe(-Math.sign(compareResizes(b, a)) || 0);
      if (compareResizes(a, b) <= 0 && compareResizes(b, c) <= 0) {
        expect(compareResizes(a, c)).toBeLessThanOrEqual(0);
      }
    }),
  );
});
