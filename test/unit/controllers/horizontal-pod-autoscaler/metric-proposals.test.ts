import { describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../../../src/apiserver/client.ts';
import {
  type MetricContext,
  proposeFor,
} from '../../../../src/controllers/horizontal-pod-autoscaler/metric-proposals.ts';
import type { MetricSpec } from '../../../../src/scheme/generated/types/autoscaling-v2.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../support/builders.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const PREFIX = 'metrics.orrery.dev/';

function pod(name: string, metrics: Record<string, string> = {}): Pod {
  const annotations = Object.fromEntries(
    Object.entries(metrics).map(([metric, value]) => [`${PREFIX}${metric}`, value]),
  );
  const built = buildPod({
    name,
    requests: { cpu: '1' },
    status: {
      phase: 'Running',
      startTime: '2026-01-01T00:00:00Z',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
    },
  });
  return { ...built, metadata: { ...built.metadata, annotations } };
}

/** Two Pods that serve 100 and 300 requests, and an autoscaler that tells of a queue of 60. */
const context: MetricContext = {
  client: {} as ApiClient,
  autoscaler: {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', annotations: { [`${PREFIX}queue`]: '60' } },
    spec: { maxReplicas: 10, scaleTargetRef: { kind: 'Deployment', name: 'web' } },
  },
  namespace: 'default',
  selector: 'app=web',
  pods: [pod('a', { requests: '100' }), pod('b', { requests: '300' })],
  specReplicas: 2,
  statusReplicas: 2,
  tolerances: { up: 0.1, down: 0.1 },
  nowMs: NOW,
};

const ofPods = (name: string, averageValue: string): MetricSpec => ({
  type: 'Pods',
  pods: { metric: { name }, target: { type: 'AverageValue', averageValue } },
});
const INGRESS = { kind: 'Ingress', name: 'front' };
const ofObject = (name: string, target: Record<string, string>): MetricSpec => ({
  type: 'Object',
  object: { describedObject: INGRESS, metric: { name }, target: { type: 'Value', ...target } },
});
const ofOutside = (name: string, target: Record<string, string>): MetricSpec => ({
  type: 'External',
  external: {
    metric: { name, selector: { matchLabels: { tier: 'a' } } },
    target: { type: 'Value', ...target },
  },
});

describe('a metric proposes', () => {
  test.each<[title: string, metric: MetricSpec, replicas: number, name: string, current: object]>([
    [
      'as many Pods as bring the average to its target',
      ofPods('requests', '100'),
      4,
      'pods metric requests',
      { averageValue: '200' },
    ],
    [
      'no other number while it is near its target',
      ofPods('requests', '190'),
      2,
      'pods metric requests',
      { averageValue: '200' },
    ],
    [
      'as many as the value is of its target',
      ofObject('queue', { value: '20' }),
      6,
      'Ingress metric queue',
      { value: '60' },
    ],
    [
      'as many as have a share of the value each',
      ofObject('queue', { averageValue: '10' }),
      6,
      'external metric queue(nil)',
      { averageValue: '30' },
    ],
    [
      'by what is outside, as by an object',
      ofOutside('queue', { value: '30' }),
      4,
      'external metric queue(&LabelSelector{MatchLabels:map[string]string{tier: a,},MatchExpressions:[]LabelSelectorRequirement{},})',
      { value: '60' },
    ],
  ])('%s', async (_title, metric, replicas, name, current) => {
    const proposal = await proposeFor(context, metric);
    expect(proposal).toMatchObject({ replicas, name });
    const { external, object, pods } = proposal.status;
    expect((pods ?? object ?? external)?.current).toEqual(current);
  });

  test.each<[title: string, metric: MetricSpec, message: string]>([
    [
      'Pods that do not tell it',
      ofPods('other', '1'),
      `unable to get metric other: no Pod has the annotation ${PREFIX}other`,
    ],
    [
      'an object that does not tell it',
      ofObject('other', { value: '1' }),
      'unable to get metric other: Ingress on default front/no metrics returned: HorizontalPodAutoscaler web does not have the annotation',
    ],
    [
      'what is outside and does not tell it',
      ofOutside('other', { value: '1' }),
      'unable to get external metric default/other/&LabelSelector',
    ],
  ])('nothing of %s, and says why', async (_title, metric, message) => {
    await expect(async () => proposeFor(context, metric)).rejects.toThrow(message);
  });
});
