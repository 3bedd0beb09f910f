import { describe, expect, test } from '@jest/globals';
import {
  podRequests,
  replicasForAverage,
  replicasForShare,
  replicasForUtilization,
  replicasForValue,
  type Sample,
} from '../../../../src/controllers/horizontal-pod-autoscaler/replica-calculator.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { quantityMilliValue } from '../../../../src/scheme/quantity.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const ago = (seconds: number): string => new Date(NOW - seconds * 1_000).toISOString();
const tolerances = { up: 0.1, down: 0.1 };

interface Fields {
  readonly phase?: 'Running' | 'Pending' | 'Failed' | 'Succeeded';
  readonly ready?: 'True' | 'False';
  readonly startedSecondsAgo?: number;
  readonly changedSecondsAgo?: number;
  readonly isDeleted?: boolean;
}

function pod(index: number, fields: Fields = {}): Pod {
  const { changedSecondsAgo = 3_000, isDeleted, phase = 'Running', ready = 'True' } = fields;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${index}`, ...(isDeleted ? { deletionTimestamp: ago(0) } : {}) },
    spec: { containers: [{ name: 'a', resources: { requests: { cpu: '1' } } }] },
    status: {
      phase,
      startTime: ago(fields.startedSecondsAgo ?? 3_600),
      conditions: [{ type: 'Ready', status: ready, lastTransitionTime: ago(changedSecondsAgo) }],
    },
  };
}

/** Each Pod's fields and what it uses in thousandths; undefined for one that tells nothing. */
type Told = readonly (readonly [value: number | undefined, fields?: Fields])[];

function input(told: Told, currentReplicas = told.length) {
  const samples = new Map<string, Sample>();
  told.forEach(([value], index) => {
    if (value === undefined) return;
    samples.set(`pod-${index}`, { value, measuredAtMs: NOW, windowMs: 15_000 });
  });
  const pods = told.map(([, fields], index) => pod(index, fields));
  return { currentReplicas, pods, samples, tolerances, nowMs: NOW };
}

describe('the replicas for a utilization of 50 percent', () => {
  test.each<[name: string, told: Told, replicas: number, utilization: number]>([
    ['grow in proportion', [[800], [1_000]], 4, 90],
    ['shrink in proportion', [[200], [200], [200], [200]], 2, 20],
    ['stay near the target', [[520], [540]], 2, 53],
    [
      'grow less for Pods that have only just started',
      [[1_000], [1_000, { startedSecondsAgo: 60, ready: 'False' }]],
      2,
      100,
    ],
    ['grow less for Pods that wait', [[1_400], [undefined, { phase: 'Pending' }]], 3, 140],
    ['grow less for Pods that tell nothing', [[1_400], [undefined]], 3, 140],
    ['shrink less for Pods that tell nothing', [[100], [100], [100], [undefined]], 3, 10],
    ['do not turn round for Pods that tell nothing', [[100], [undefined]], 2, 10],
    ['leave out Pods that failed', [[1_000], [undefined, { phase: 'Failed' }]], 2, 100],
    ['leave out Pods that are being deleted', [[800], [9_000, { isDeleted: true }]], 2, 80],
    [
      'count Pods that were ready once and are not now',
      [[1_000], [1_000, { ready: 'False', changedSecondsAgo: 60 }]],
      4,
      100,
    ],
    [
      'leave out Pods that never were ready',
      [[1_000], [1_000, { ready: 'False', changedSecondsAgo: 3_590 }]],
      2,
      100,
    ],
    [
      'leave out figures from before a Pod was ready',
      [[1_000], [1_000, { startedSecondsAgo: 100, changedSecondsAgo: 5 }]],
      2,
      100,
    ],
  ])('%s', (_, told, replicas, utilization) => {
    const asked = input(told);
    const requests = podRequests(asked.pods, 'cpu', quantityMilliValue);
    expect(replicasForUtilization(asked, requests, 50, true)).toMatchObject({
      replicas,
      utilization,
    });
  });

  test.each<[name: string, told: Told, message: string]>([
    ['there is no Pod', [], 'no pods returned by selector while calculating replica count'],
    ['no ready Pod tells anything', [[undefined]], 'did not receive metrics for any ready pods'],
  ])('cannot be told when %s', (_, told, message) => {
    const asked = input(told);
    expect(() => replicasForUtilization(asked, new Map(), 50, true)).toThrow(message);
  });

  test('cannot be told of a Pod that asks for nothing', () => {
    expect(() => podRequests([pod(0)], 'memory', quantityMilliValue)).toThrow(
      'missing request for memory in container a of Pod pod-0',
    );
  });
});

describe('the replicas for an average', () => {
  test.each<[name: string, told: Told, target: number, replicas: number, average: number]>([
    ['grow in proportion', [[20], [40]], 10, 6, 30],
    ['shrink in proportion', [[5], [5], [5], [5]], 10, 2, 5],
    ['stay near the target', [[11], [10]], 10, 2, 10],
    ['take Pods that tell nothing for idle when they grow', [[30], [undefined]], 10, 3, 30],
    [
      'take Pods that tell nothing for right when they shrink',
      [[1], [1], [1], [undefined]],
      10,
      2,
      1,
    ],
  ])('%s', (_, told, target, replicas, average) => {
    expect(replicasForAverage(input(told), target, false)).toEqual({ replicas, average });
  });
});

describe('the replicas for a metric of something else than Pods', () => {
  test.each<[current: number, value: number, target: number, replicas: number]>([
    [2, 40, 20, 4],
    [2, 21, 20, 2],
    [4, 5, 20, 1],
    [0, 40, 20, 2],
    [0, 0, 20, 0],
  ])(
    '%i of which the value is %i and should be %i become %i',
    (current, value, target, replicas) => {
      const { pods } = input(Array.from({ length: current }, () => [1] as const));
      const asked = { currentReplicas: current, pods, tolerances };
      expect(replicasForValue(asked, value, target)).toBe(replicas);
    },
  );

  test.each<[current: number, value: number, target: number, replicas: number, average: number]>([
    [2, 40, 8, 5, 20],
    [5, 41, 8, 5, 9],
    [5, 8, 8, 1, 2],
  ])(
    '%i that share %i and should have %i each become %i',
    (current, value, target, replicas, average) => {
      expect(replicasForShare(current, tolerances, value, target)).toEqual({ replicas, average });
    },
  );
});
