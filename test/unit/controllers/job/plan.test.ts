import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  MAX_PODS_PER_RUN,
  type PodPlan,
  planPods,
  wantedPods,
} from '../../../../src/controllers/job/plan.ts';
import type { JobSpec, JobStatus } from '../../../../src/scheme/generated/types/batch-v1.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { censusOf, type JobPodFields, jobPod, NOW_MS } from '../../../support/job-census.ts';

interface Case {
  readonly spec?: Partial<JobSpec>;
  readonly status?: JobStatus;
  readonly pods?: readonly Pod[];
}

const many = (count: number, fields: JobPodFields = {}): readonly Pod[] =>
  Array.from({ length: count }, (_, index) => jobPod(`pod-${index}`, fields));
const atIndex = (index: number | string, fields: JobPodFields = {}): Pod =>
  jobPod(`at-${index}`, { index, ...fields });
const indexed = (completions: number, spec: Partial<JobSpec> = {}): Partial<JobSpec> => ({
  completionMode: 'Indexed',
  completions,
  parallelism: completions,
  ...spec,
});

/** A plan with the names of the Pods instead of them. */
function plan({ pods = [], ...fields }: Case) {
  const planned: PodPlan = planPods(censusOf(fields, pods), NOW_MS);
  if (planned.kind !== 'remove') return planned;
  return { kind: 'remove', pods: planned.pods.map(({ metadata }) => metadata.name) };
}

const NONE = { kind: 'none' } as const;
const create = (count: number) => ({ kind: 'create', count });
const createAt = (...indexes: number[]) => ({ kind: 'create', count: indexes.length, indexes });

describe('a Job without indexes', () => {
  test.each<[law: string, input: Case, expected: unknown]>([
    [
      'starts as many Pods as may run at once',
      { spec: { parallelism: 3, completions: 5 } },
      create(3),
    ],
    [
      'runs one Pod at a time where it does not say how many',
      { spec: { completions: 5 } },
      create(1),
    ],
    [
      'starts no more Pods than there are successes to come',
      { spec: { parallelism: 3, completions: 5 }, status: { succeeded: 4 } },
      create(1),
    ],
    [
      'starts those that are missing beside those that run',
      { spec: { parallelism: 3, completions: 5 }, pods: many(2) },
      create(1),
    ],
    [
      'rests while as many run as may',
      { spec: { parallelism: 2, completions: 5 }, pods: many(2) },
      NONE,
    ],
    [
      'rests once it has all successes',
      { spec: { parallelism: 2, completions: 5 }, status: { succeeded: 5 } },
      NONE,
    ],
    [
      'removes all Pods that run beyond the last success',
      { spec: { parallelism: 2, completions: 5 }, status: { succeeded: 5 }, pods: many(2) },
      { kind: 'remove', pods: ['pod-0', 'pod-1'] },
    ],
    [
      'has no fewer than no Pods when more succeeded than it asked for',
      { spec: { parallelism: 2, completions: 5 }, status: { succeeded: 7 } },
      NONE,
    ],
    [
      'counts a success that has just been seen',
      { spec: { parallelism: 3, completions: 2 }, pods: [jobPod('done', { phase: 'Succeeded' })] },
      create(1),
    ],
    [
      'starts nothing with a parallelism of none',
      { spec: { parallelism: 0, completions: 5 } },
      NONE,
    ],
    [
      'removes everything with a parallelism of none',
      { spec: { parallelism: 0, completions: 5 }, pods: many(1) },
      { kind: 'remove', pods: ['pod-0'] },
    ],
    [
      'removes those that have come least far when fewer may run',
      {
        spec: { parallelism: 1, completions: 5 },
        pods: [jobPod('ready', { isReady: true }), jobPod('waiting', { phase: 'Pending' })],
      },
      { kind: 'remove', pods: ['waiting'] },
    ],
    [
      'keeps its parallelism while nothing has succeeded and it has no number of completions',
      { spec: { parallelism: 3 } },
      create(3),
    ],
    [
      'starts nothing after the first success without a number of completions',
      { spec: { parallelism: 3 }, status: { succeeded: 1 } },
      NONE,
    ],
    [
      'lets run what runs after the first success without a number of completions',
      { spec: { parallelism: 3 }, status: { succeeded: 1 }, pods: many(2) },
      NONE,
    ],
    [
      'removes all its Pods when it is suspended',
      { spec: { parallelism: 3, suspend: true }, pods: many(2) },
      { kind: 'remove', pods: ['pod-0', 'pod-1'] },
    ],
    ['starts nothing while it is suspended', { spec: { parallelism: 3, suspend: true } }, NONE],
    [
      'replaces a Pod as soon as it is being deleted',
      {
        spec: { parallelism: 1, completions: 5, backoffLimit: 6 },
        status: {},
        pods: [jobPod('old', { isDeleted: true, isReleased: true, endedSecondsAgo: 60 })],
      },
      create(1),
    ],
    [
      'replaces only what has ended where it is told so',
      {
        spec: { parallelism: 2, completions: 5, podReplacementPolicy: 'Failed' },
        pods: [jobPod('old', { isDeleted: true })],
      },
      create(1),
    ],
    [
      'replaces only what has ended where a policy judges failures',
      {
        spec: { parallelism: 1, completions: 5, podFailurePolicy: { rules: [] } },
        pods: [jobPod('old', { isDeleted: true })],
      },
      NONE,
    ],
    [
      'waits ten seconds after a failure',
      { spec: { completions: 5 }, pods: [jobPod('bad', { phase: 'Failed', endedSecondsAgo: 4 })] },
      { kind: 'wait', delayMs: 6_000 },
    ],
    [
      'waits twice as long after two failures',
      {
        spec: { completions: 5 },
        pods: [
          jobPod('bad', { phase: 'Failed', endedSecondsAgo: 9 }),
          jobPod('worse', { phase: 'Failed', endedSecondsAgo: 4 }),
        ],
      },
      { kind: 'wait', delayMs: 16_000 },
    ],
    [
      'replaces a failed Pod when the wait is over',
      { spec: { completions: 5 }, pods: [jobPod('bad', { phase: 'Failed', endedSecondsAgo: 10 })] },
      create(1),
    ],
    [
      'does not wait after a failure that a success followed',
      {
        spec: { completions: 5 },
        pods: [
          jobPod('bad', { phase: 'Failed', endedSecondsAgo: 4 }),
          jobPod('good', { phase: 'Succeeded', endedSecondsAgo: 2 }),
        ],
      },
      create(1),
    ],
    [
      'removes what is too much although it waits after a failure',
      {
        spec: { completions: 5 },
        pods: [...many(2), jobPod('bad', { phase: 'Failed', endedSecondsAgo: 4 })],
      },
      { kind: 'remove', pods: ['pod-0'] },
    ],
  ])('%s', (_, input, expected) => {
    expect(plan(input)).toEqual(expected);
  });

  test('creates at most so many Pods in one run', () => {
    expect(plan({ spec: { parallelism: MAX_PODS_PER_RUN + 1 } })).toEqual(create(MAX_PODS_PER_RUN));
  });

  test('removes at most so many Pods in one run, the least far first', () => {
    const pods = [jobPod('ready', { isReady: true }), ...many(MAX_PODS_PER_RUN + 1)];
    const planned = plan({ spec: { parallelism: 0 }, pods });

    expect(planned.kind === 'remove' && planned.pods).toEqual(
      many(MAX_PODS_PER_RUN).map(({ metadata }) => metadata.name),
    );
  });
});

describe('an Indexed Job', () => {
  const perIndex = indexed(4, { backoffLimitPerIndex: 2 });
  const failedAt = (index: number, endedSecondsAgo: number, failures = '0'): Pod =>
    atIndex(index, {
      phase: 'Failed',
      endedSecondsAgo,
      annotations: { 'batch.kubernetes.io/job-index-failure-count': failures },
    });
  test.each<[law: string, input: Case, expected: unknown]>([
    ['starts a Pod for each index', { spec: indexed(3) }, createAt(0, 1, 2)],
    ['starts the lowest indexes first', { spec: indexed(5, { parallelism: 2 }) }, createAt(0, 1)],
    [
      'starts the indexes that neither run nor have succeeded',
      {
        spec: indexed(5, { parallelism: 3 }),
        status: { completedIndexes: '0,2' },
        pods: [atIndex(1)],
      },
      createAt(3, 4),
    ],
    [
      'does not start an index that has just succeeded',
      { spec: indexed(3, { parallelism: 2 }), pods: [atIndex(0, { phase: 'Succeeded' })] },
      createAt(1, 2),
    ],
    [
      'removes a Pod without an index',
      { spec: indexed(2), pods: [atIndex(0), atIndex(1), jobPod('stray')] },
      { kind: 'remove', pods: ['stray'] },
    ],
    [
      'removes a Pod whose index is no number',
      { spec: indexed(2), pods: [atIndex(0), atIndex('one')] },
      { kind: 'remove', pods: ['at-one'] },
    ],
    [
      'removes a Pod whose index is beyond the last',
      { spec: indexed(2), pods: [atIndex(0), atIndex(2)] },
      { kind: 'remove', pods: ['at-2'] },
    ],
    [
      'keeps the Pod that has come farthest of those of one index',
      {
        spec: indexed(2),
        pods: [
          jobPod('slow', { index: 0, phase: 'Pending' }),
          jobPod('fast', { index: 0, isReady: true }),
        ],
      },
      { kind: 'remove', pods: ['slow'] },
    ],
    [
      'removes others only beyond the doubles',
      {
        spec: indexed(4, { parallelism: 1 }),
        pods: [
          jobPod('twin', { index: 0, phase: 'Pending' }),
          jobPod('first', { index: 0, isReady: true }),
          atIndex(1),
        ],
      },
      { kind: 'remove', pods: ['twin', 'at-1'] },
    ],
    [
      'does not start an index whose Pod still ends where it replaces only what has ended',
      {
        spec: indexed(3, { podReplacementPolicy: 'Failed' }),
        pods: [atIndex(1, { isDeleted: true })],
      },
      createAt(0, 2),
    ],
    [
      'starts no index again that has failed for good',
      { spec: perIndex, status: { failedIndexes: '1' } },
      createAt(0, 2, 3),
    ],
    [
      'starts the other indexes while one waits after its failure',
      { spec: perIndex, pods: [failedAt(1, 4)] },
      createAt(0, 2, 3),
    ],
    [
      'waits for the index that may start soonest when all must wait',
      { spec: indexed(2, { backoffLimitPerIndex: 2 }), pods: [failedAt(0, 4), failedAt(1, 7)] },
      { kind: 'wait', delayMs: 3_000 },
    ],
    [
      'waits longer for an index that has failed before',
      { spec: indexed(1, { backoffLimitPerIndex: 2 }), pods: [failedAt(0, 4, '1')] },
      { kind: 'wait', delayMs: 16_000 },
    ],
    [
      'starts an index again when its wait is over',
      { spec: perIndex, pods: [failedAt(1, 10)] },
      createAt(0, 1, 2, 3),
    ],
    [
      'waits for all indexes after a failure where they have no limits of their own',
      { spec: indexed(2), pods: [atIndex(1, { phase: 'Failed', endedSecondsAgo: 4 })] },
      { kind: 'wait', delayMs: 6_000 },
    ],
    [
      'starts nothing when every index has succeeded or failed',
      { spec: perIndex, status: { completedIndexes: '0-2', failedIndexes: '3' } },
      NONE,
    ],
    [
      'removes all its Pods when it is suspended, whatever their index',
      { spec: indexed(2, { suspend: true }), pods: [atIndex(0), atIndex(5)] },
      { kind: 'remove', pods: ['at-0', 'at-5'] },
    ],
  ])('%s', (_, input, expected) => {
    expect(plan(input)).toEqual(expected);
  });
});

describe('whatever a Job has and wants', () => {
  const change = (planned: PodPlan): number => {
    if (planned.kind === 'remove') return -planned.pods.length;
    return planned.kind === 'create' ? planned.count : 0;
  };
  const spec = fc.record(
    {
      parallelism: fc.nat(6),
      completions: fc.option(fc.nat(6), { nil: undefined }),
      suspend: fc.boolean(),
      podReplacementPolicy: fc.constantFrom('Failed' as const, 'TerminatingOrFailed' as const),
    },
    { requiredKeys: ['parallelism'] },
  );
  const phases = fc.array(
    fc.constantFrom<JobPodFields>(
      { phase: 'Running' },
      { phase: 'Pending' },
      { phase: 'Succeeded' },
      { phase: 'Running', isDeleted: true },
    ),
    { maxLength: 8 },
  );

  test('its plan never leads to more Pods than it wants, and removes some whenever there are more', () => {
    fc.assert(
      fc.property(spec, phases, ({ completions, ...rest }, fields) => {
        const pods = fields.map((one, index) => jobPod(`pod-${index}`, one));
        const wanted = completions === undefined ? rest : { ...rest, completions };
        const census = censusOf({ spec: wanted }, pods, {
          backoff: { failuresSinceSuccess: 0, lastFailureMs: 0 },
        });
        const planned = planPods(census, NOW_MS);
        const active = census.activePods.length;
        const target = rest.suspend ? 0 : wantedPods(census);

        expect(active + change(planned)).toBeLessThanOrEqual(target);
        expect(planned.kind === 'remove').toBe(active > target);
      }),
    );
  });
});
