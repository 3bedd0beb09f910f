import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { planPods } from '../../../../src/controllers/job/plan.ts';
import { inRemovalOrder } from '../../../../src/controllers/job/removal-order.ts';
import type { JobSpec, JobStatus } from '../../../../src/scheme/generated/types/batch-v1.ts';
import { censusOf, NOW, newPod, type PodState } from '../../../support/job-census.ts';

/** The plan, with the positions of the Pods in place of these. */
function planned(spec: Partial<JobSpec>, states: readonly PodState[], status?: JobStatus) {
  const census = censusOf(spec, states, status);
  const plan = planPods(census, NOW);
  if (plan.kind !== 'remove') return plan;
  return { kind: 'remove', pods: plan.pods.map((pod) => census.pods.indexOf(pod)) };
}

const running = (count: number): PodState[] => Array.from({ length: count }, () => ({}));
const create = (count: number, ...indexes: number[]) => ({
  kind: 'create',
  count,
  ...(indexes.length > 0 ? { indexes } : {}),
});
const NONE = { kind: 'none' };
const INDEXED = { completionMode: 'Indexed' } as const;

describe('a Job', () => {
  test.each<[name: string, spec: Partial<JobSpec>, pods: PodState[], plan: object, JobStatus?]>([
    ['makes as many Pods as run at once', { parallelism: 3, completions: 5 }, [], create(3)],
    ['makes what is missing', { parallelism: 3, completions: 5 }, running(1), create(2)],
    ['has enough', { parallelism: 3, completions: 5 }, running(3), NONE],
    [
      'makes no more than are left to do',
      { parallelism: 3, completions: 5 },
      running(1),
      create(1),
      { succeeded: 3 },
    ],
    [
      'makes none while the last of them run',
      { parallelism: 3, completions: 5 },
      running(1),
      NONE,
      { succeeded: 4 },
    ],
    ['makes five hundred in one run', { parallelism: 2_000, completions: 2_000 }, [], create(500)],
    ['with no number of completions makes its parallelism', { parallelism: 4 }, [], create(4)],
    [
      'with no number of completions makes none after the first success',
      { parallelism: 4 },
      [{ phase: 'Succeeded' }, ...running(2)],
      NONE,
    ],
    ['that does nothing at once makes none', { parallelism: 0, completions: 3 }, [], NONE],
    [
      'removes what is too many',
      { parallelism: 1, completions: 5 },
      [{ ready: true }, {}, { ready: true, age: 90 }],
      { kind: 'remove', pods: [1, 0] },
    ],
    [
      'that is suspended removes all',
      { parallelism: 2, suspend: true },
      [{}, { phase: 'Succeeded' }, {}],
      { kind: 'remove', pods: [0, 2] },
    ],
    ['that is suspended makes none', { parallelism: 2, suspend: true }, [], NONE],
    [
      'waits ten seconds after a failure',
      { completions: 1 },
      [{ phase: 'Failed', age: 4 }],
      { kind: 'wait', delayMs: 6_000 },
    ],
    [
      'waits twice as long after the second',
      { completions: 1 },
      [
        { phase: 'Failed', age: 30 },
        { phase: 'Failed', age: 4 },
      ],
      { kind: 'wait', delayMs: 16_000 },
    ],
    ['goes on when it has waited', { completions: 1 }, [{ phase: 'Failed', age: 10 }], create(1)],
    [
      'waits after a deletion as after a failure',
      { completions: 1 },
      [{ deleted: true }],
      { kind: 'wait', delayMs: 9_000 },
    ],
    [
      'that replaces only what has failed waits for a Pod that is being deleted',
      { completions: 1, podReplacementPolicy: 'Failed' },
      [{ deleted: true }],
      NONE,
    ],
  ])('%s', (_, spec, pods, plan, status = {}) => {
    expect(planned(spec, pods, status)).toEqual(plan);
  });
});

describe('an Indexed Job', () => {
  test.each<[name: string, spec: Partial<JobSpec>, pods: PodState[], plan: object, JobStatus?]>([
    ['makes the lowest indexes', { parallelism: 2, completions: 4 }, [], create(2, 0, 1)],
    [
      'makes those that neither run nor have succeeded',
      { parallelism: 3, completions: 6 },
      [{ index: 1 }],
      create(2, 3, 5),
      { completedIndexes: '0,2,4', succeeded: 3 },
    ],
    [
      'keeps of two Pods of one index the one that is farther',
      { parallelism: 3, completions: 3 },
      [{ index: 0, phase: 'Pending' }, { index: 0 }, { index: 1 }],
      { kind: 'remove', pods: [0] },
    ],
    [
      'removes Pods without a place',
      { parallelism: 3, completions: 2 },
      [{ index: 0 }, {}, { index: 7 }],
      { kind: 'remove', pods: [1, 2] },
    ],
    [
      'does not make again what has failed for good',
      { parallelism: 2, completions: 3, backoffLimitPerIndex: 0 },
      [{ index: 0, phase: 'Failed' }],
      create(2, 1, 2),
    ],
    [
      'waits for each index by itself',
      { parallelism: 3, completions: 3, backoffLimitPerIndex: 5 },
      [
        { index: 0, phase: 'Failed', age: 4 },
        { index: 1, phase: 'Failed', age: 11 },
      ],
      create(2, 1, 2),
    ],
    [
      'waits for the first of its indexes that may go on',
      { parallelism: 2, completions: 2, backoffLimitPerIndex: 5 },
      [
        { index: 0, phase: 'Failed', age: 4 },
        { index: 1, phase: 'Failed', age: 4, indexFailures: 1 },
      ],
      { kind: 'wait', delayMs: 6_000 },
    ],
  ])('%s', (_, spec, pods, plan, status = {}) => {
    expect(planned({ ...INDEXED, ...spec }, pods, status)).toEqual(plan);
  });
});

describe('what a Job plans', () => {
  const anyPod = fc.record(
    {
      phase: fc.constantFrom('Pending', 'Running', 'Succeeded', 'Failed'),
      deleted: fc.boolean(),
      ready: fc.boolean(),
      bound: fc.boolean(),
      restarts: fc.nat(3),
      age: fc.nat(10_000),
      index: fc.nat(8),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<PodState>;
  const anySpec = fc.record({
    parallelism: fc.nat(6),
    completions: fc.nat(8),
    completionMode: fc.constantFrom('Indexed', 'NonIndexed'),
  }) as fc.Arbitrary<Partial<JobSpec>>;

  test('leads to no more Pods at once than its parallelism, and to no more than are left to do', () => {
    fc.assert(
      fc.property(anySpec, fc.array(anyPod, { maxLength: 12 }), (spec, states) => {
        const census = censusOf(spec, states);
        const plan = planPods(census, NOW);
        const { parallelism = 0, completions = 0 } = spec;
        const most = Math.max(0, Math.min(parallelism, completions - census.succeeded));
        const active = census.activePods.length;
        if (plan.kind === 'create') expect(active + plan.count).toBeLessThanOrEqual(most);
        if (plan.kind === 'remove') expect(plan.pods.length).toBeGreaterThan(0);
        if (plan.kind === 'none' && spec.completionMode !== 'Indexed') {
          expect(active).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  test('removes the same Pods whatever their order in memory', () => {
    fc.assert(
      fc.property(fc.array(anyPod, { maxLength: 12 }), fc.nat(), (states, turn) => {
        const pods = states.map((state, position) => newPod({ ...state, age: 60 + position }));
        const cut = pods.length > 0 ? turn % pods.length : 0;
        const turned = [...pods.slice(cut), ...pods.slice(0, cut)];
        expect(inRemovalOrder(turned)).toEqual(inRemovalOrder(pods));
      }),
    );
  });
});

describe('Pods go in this order:', () => {
  test.each<[name: string, first: PodState, then: PodState]>([
    ['without a node before those with one', { bound: false }, { phase: 'Pending' }],
    ['pending before running', { phase: 'Pending' }, {}],
    ['not ready before ready', {}, { ready: true }],
    ['ready for a moment before ready for long', { ready: true, age: 5 }, { ready: true, age: 50 }],
    ['restarted often before restarted seldom', { restarts: 3 }, { restarts: 1 }],
    ['young before old', { age: 5 }, { age: 50 }],
  ])('%s', (_, first, then) => {
    const [a, b] = [newPod(first), newPod(then)];
    expect(inRemovalOrder([b, a])).toEqual([a, b]);
    expect(inRemovalOrder([a, b])).toEqual([a, b]);
  });
});
