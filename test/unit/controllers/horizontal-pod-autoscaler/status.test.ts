import { describe, expect, test } from '@jest/globals';
import {
  explain,
  failedMetricReason,
  withCondition,
} from '../../../../src/controllers/horizontal-pod-autoscaler/status.ts';
import type { HorizontalPodAutoscalerCondition } from '../../../../src/scheme/generated/types/autoscaling-v2.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const EARLIER = '2026-01-01T00:00:00Z';

const condition = (
  fields: Partial<HorizontalPodAutoscalerCondition> = {},
): HorizontalPodAutoscalerCondition => ({
  type: 'AbleToScale',
  status: 'True',
  reason: 'ReadyForNewScale',
  message: 'ready',
  lastTransitionTime: EARLIER,
  ...fields,
});

describe('a condition of an autoscaler', () => {
  test.each<[title: string, isTrue: boolean, reason: string, since: string]>([
    ['keeps its time while it says the same', true, 'ReadyForNewScale', EARLIER],
    ['keeps its time while its status is the same', true, 'SucceededGetScale', EARLIER],
    ['has a new time when its status changes', false, 'FailedGetScale', '2026-01-01T12:00:00Z'],
  ])('%s', (_title, isTrue, reason, lastTransitionTime) => {
    const status = isTrue ? 'True' : 'False';
    const told = withCondition([condition()], 'AbleToScale', isTrue, explain(reason, 'm'), NOW);
    expect(told).toEqual([condition({ status, reason, message: 'm', lastTransitionTime })]);
  });

  test('leaves the others alone', () => {
    const before = [condition()];
    const told = withCondition(
      before,
      'ScalingActive',
      true,
      explain('ValidMetricFound', 'm'),
      NOW,
    );
    expect(told.map(({ type }) => type)).toEqual(['AbleToScale', 'ScalingActive']);
    expect(told[0]).toBe(before[0]);
  });
});

test.each([
  ['Resource', 'FailedGetResourceMetric'],
  ['ContainerResource', 'FailedGetContainerResourceMetric'],
  ['Pods', 'FailedGetPodsMetric'],
  ['Object', 'FailedGetObjectMetric'],
  ['External', 'FailedGetExternalMetric'],
])('a failed metric of type %s is told as %s', (type, reason) => {
  expect(failedMetricReason(type)).toBe(reason);
});
