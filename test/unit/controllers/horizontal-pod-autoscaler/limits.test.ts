import { describe, expect, test } from '@jest/globals';
import {
  NO_HISTORY,
  recommended,
  scaled,
} from '../../../../src/controllers/horizontal-pod-autoscaler/history.ts';
import { limitScale } from '../../../../src/controllers/horizontal-pod-autoscaler/limits.ts';
import type {
  HorizontalPodAutoscalerSpec,
  HPAScalingRules,
} from '../../../../src/scheme/generated/types/autoscaling-v2.ts';

const NOW = 10_000_000;

interface Case {
  readonly current: number;
  readonly desired: number;
  readonly spec?: Partial<HorizontalPodAutoscalerSpec>;
  readonly up?: HPAScalingRules;
  readonly down?: HPAScalingRules;
  /** Recommendations before, as [seconds ago, replicas]. */
  readonly before?: readonly (readonly [number, number])[];
  /** Changes before, as [seconds ago, from, to]. */
  readonly changes?: readonly (readonly [number, number, number])[];
}

function limited({ before = [], changes = [], current, desired, down, spec, up }: Case) {
  let history = NO_HISTORY;
  for (const [ago, replicas] of before) history = recommended(history, replicas, NOW - ago * 1_000);
  for (const [ago, from, to] of changes) history = scaled(history, from, to, NOW - ago * 1_000);
  const rules = up || down ? { behavior: { scaleUp: up ?? UP, scaleDown: down ?? DOWN } } : {};
  const {
    able,
    limited: limit,
    replicas,
  } = limitScale({
    spec: {
      maxReplicas: 100,
      minReplicas: 1,
      scaleTargetRef: { kind: 'Deployment', name: 'web' },
      ...rules,
      ...spec,
    },
    currentReplicas: current,
    desiredReplicas: desired,
    history,
    nowMs: NOW,
  });
  return [replicas, able.reason, limit.isLimited, limit.reason];
}

const policy = (type: 'Pods' | 'Percent', value: number, periodSeconds = 60) => ({
  type,
  value,
  periodSeconds,
});
const UP: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [policy('Pods', 4, 15), policy('Percent', 100, 15)],
};
const DOWN: HPAScalingRules = { selectPolicy: 'Max', policies: [policy('Percent', 100, 15)] };
const READY = 'ReadyForNewScale';
const WITHIN = 'DesiredWithinRange';

describe('the limits of an autoscaler', () => {
  test.each<
    [name: string, input: Case, replicas: number, able: string, isLimited: boolean, reason: string]
  >([
    ['let it be', { current: 3, desired: 3 }, 3, READY, false, WITHIN],
    ['let it grow', { current: 3, desired: 5 }, 5, READY, false, WITHIN],
    ['let it grow to the double', { current: 3, desired: 9 }, 6, READY, true, 'ScaleUpLimit'],
    ['let it grow to four', { current: 1, desired: 9 }, 4, READY, true, 'ScaleUpLimit'],
    [
      'keep it below its most',
      { current: 3, desired: 9, spec: { maxReplicas: 5 } },
      5,
      READY,
      true,
      'TooManyReplicas',
    ],
    [
      'keep it above its least',
      { current: 3, desired: 0, spec: { minReplicas: 2 } },
      2,
      READY,
      true,
      'TooFewReplicas',
    ],
    ['let it shrink', { current: 5, desired: 2 }, 2, READY, false, WITHIN],
    [
      'hold it to the highest of five minutes',
      {
        current: 5,
        desired: 2,
        before: [
          [400, 9],
          [290, 4],
          [10, 3],
        ],
      },
      4,
      'ScaleDownStabilized',
      false,
      WITHIN,
    ],
    [
      'hold growth to the lowest of its window',
      {
        current: 2,
        desired: 6,
        up: { ...UP, stabilizationWindowSeconds: 60 },
        before: [
          [90, 2],
          [50, 3],
          [10, 5],
        ],
      },
      3,
      'ScaleUpStabilized',
      false,
      WITHIN,
    ],
    [
      'hold shrinking to the highest of its window',
      {
        current: 8,
        desired: 2,
        down: { ...DOWN, stabilizationWindowSeconds: 60 },
        before: [
          [90, 8],
          [50, 5],
        ],
      },
      5,
      'ScaleDownStabilized',
      false,
      WITHIN,
    ],
    [
      'take five minutes where a window is not said',
      { current: 8, desired: 2, up: UP, before: [[250, 7]] },
      7,
      'ScaleDownStabilized',
      false,
      WITHIN,
    ],
    [
      'take the policy that allows most',
      { current: 3, desired: 20, up: UP },
      7,
      READY,
      true,
      'ScaleUpLimit',
    ],
    [
      'take the policy that allows least',
      { current: 3, desired: 20, up: { ...UP, selectPolicy: 'Min' } },
      6,
      READY,
      true,
      'ScaleUpLimit',
    ],
    [
      'forbid growth',
      { current: 3, desired: 20, up: { ...UP, selectPolicy: 'Disabled' } },
      3,
      READY,
      true,
      'ScaleUpLimit',
    ],
    [
      'count what was added in the period',
      {
        current: 6,
        desired: 20,
        up: { ...UP, policies: [policy('Pods', 4)] },
        changes: [[30, 3, 6]],
      },
      7,
      READY,
      true,
      'ScaleUpLimit',
    ],
    [
      'forget what was added before the period',
      {
        current: 6,
        desired: 20,
        up: { ...UP, policies: [policy('Pods', 4)] },
        changes: [[70, 3, 6]],
      },
      10,
      READY,
      true,
      'ScaleUpLimit',
    ],
    [
      'never turn growth into shrinking',
      {
        current: 9,
        desired: 20,
        up: { ...UP, policies: [policy('Pods', 2)] },
        changes: [[5, 3, 9]],
      },
      9,
      READY,
      true,
      'ScaleUpLimit',
    ],
    [
      'take of policies to shrink the one that allows most',
      {
        current: 10,
        desired: 1,
        down: {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Max',
          policies: [policy('Pods', 2), policy('Percent', 50)],
        },
      },
      5,
      READY,
      true,
      'ScaleDownLimit',
    ],
    [
      'take of policies to shrink the one that allows least',
      {
        current: 10,
        desired: 1,
        down: {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Min',
          policies: [policy('Pods', 2), policy('Percent', 50)],
        },
      },
      8,
      READY,
      true,
      'ScaleDownLimit',
    ],
    [
      'count what was removed in the period',
      {
        current: 7,
        desired: 1,
        down: { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [policy('Pods', 4)] },
        changes: [[30, 10, 7]],
      },
      6,
      READY,
      true,
      'ScaleDownLimit',
    ],
  ])('%s', (_, input, ...expected) => {
    expect(limited(input)).toEqual(expected);
  });
});
