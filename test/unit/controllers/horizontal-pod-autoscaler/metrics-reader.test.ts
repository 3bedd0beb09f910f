import { describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../../../src/apiserver/client.ts';
import {
  declaredValue,
  podSamples,
  resourceSamples,
} from '../../../../src/controllers/horizontal-pod-autoscaler/metrics-reader.ts';
import {
  MetricsError,
  type Samples,
} from '../../../../src/controllers/horizontal-pod-autoscaler/replica-calculator.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import type { PodMetrics } from '../../../../src/scheme/groups/metrics/resource-metrics.ts';
import { buildPod } from '../../../support/builders.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');

type Usage = Readonly<Record<string, string>>;

/** What is measured of each Pod: the usage of its containers, by name. */
type Measured = Readonly<Record<string, Readonly<Record<string, Usage>>>>;

function metricsOf(name: string, containers: Readonly<Record<string, Usage>>): PodMetrics {
  return {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'PodMetrics',
    metadata: { name, namespace: 'default' },
    timestamp: '2026-01-01T11:59:50Z',
    window: '15s',
    containers: Object.entries(containers).map(([container, usage]) => ({
      name: container,
      usage: usage as PodMetrics['containers'][number]['usage'],
    })),
  };
}

/** A client that knows these metrics alone. */
function clientOf(measured: Measured): ApiClient {
  const items = Object.entries(measured).map(([name, containers]) => metricsOf(name, containers));
  return { list: async () => ({ items }) } as unknown as ApiClient;
}

const values = (samples: Samples) =>
  Object.fromEntries([...samples].map(([name, { value }]) => [name, value]));

async function ask(measured: Measured, resource: string, container?: string) {
  const of = container === undefined ? {} : { container };
  const question = { namespace: 'default', selector: 'app=web', resource, ...of };
  return resourceSamples(clientOf(measured), question);
}

describe('what Pods use of a resource', () => {
  const two = { main: { cpu: '250m', memory: '1Ki' }, sidecar: { cpu: '1', memory: '1Ki' } };
  test.each<
    [
      law: string,
      measured: Measured,
      resource: string,
      container: string | undefined,
      expected: object,
    ]
  >([
    [
      'is the sum over their containers, in thousandths',
      { a: two },
      'cpu',
      undefined,
      { a: 1_250 },
    ],
    ['is told of memory in the same way', { a: two }, 'memory', undefined, { a: 2_048_000 }],
    [
      'is that of one container where one is asked for',
      { a: two, b: two },
      'cpu',
      'main',
      { a: 250, b: 250 },
    ],
    [
      'is unknown of a Pod that has a container without a figure',
      { a: { main: { cpu: '1' }, other: {} }, b: two },
      'cpu',
      undefined,
      { b: 1_250 },
    ],
    [
      'is unknown of a Pod of which the container has no figure',
      { a: { main: {} }, b: two },
      'cpu',
      'main',
      { b: 250 },
    ],
    ['is unknown of a Pod without containers', { a: {}, b: two }, 'cpu', undefined, { b: 1_250 }],
  ])('%s', async (_, measured, resource, container, expected) => {
    expect(values(await ask(measured, resource, container))).toEqual(expected);
  });

  test('is of the time when it was measured, over the window that it tells', async () => {
    const samples = await ask({ a: two }, 'cpu');

    expect(samples.get('a')).toEqual({
      value: 1_250,
      measuredAtMs: NOW - 10_000,
      windowMs: 15_000,
    });
  });

  test.each<[law: string, measured: Measured, container: string | undefined, message: string]>([
    ['no Pod is measured', {}, undefined, 'no metrics returned from resource metrics API'],
    [
      'a Pod does not have the container',
      { a: two },
      'web',
      'failed to get container metrics: container web not present in metrics for pod default/a',
    ],
    [
      'a Pod has no containers and one is asked for',
      { a: {} },
      'web',
      'failed to get container metrics: container web not present in metrics for pod default/a',
    ],
  ])('cannot be had when %s', async (_, measured, container, message) => {
    await expect(ask(measured, 'cpu', container)).rejects.toEqual(
      new MetricsError(`unable to get metrics for resource cpu: ${message}`),
    );
  });
});

const annotated = (name: string, value?: string): Pod => {
  const pod = buildPod({ name });
  if (value === undefined) return pod;
  const annotations = { 'metrics.orrery.dev/hits': value };
  return { ...pod, metadata: { ...pod.metadata, annotations } };
};

describe('a metric of Pods', () => {
  test('is what each of them tells, now', () => {
    const samples = podSamples(
      'hits',
      [annotated('a', '1500m'), annotated('b'), annotated('c', '2k')],
      NOW,
    );

    expect(values(samples)).toEqual({ a: 1_500, c: 2_000_000 });
    expect(samples.get('a')).toMatchObject({ measuredAtMs: NOW, windowMs: 0 });
  });

  test.each<[law: string, value: string | undefined, message: RegExp]>([
    [
      'none tells it',
      undefined,
      /^unable to get metric hits: no Pod has the annotation metrics.orrery.dev\/hits$/,
    ],
    ['one tells what is no quantity', 'many', /^unable to get metric hits: /],
  ])('cannot be had when %s', (_, value, message) => {
    const read = () => podSamples('hits', [annotated('a', value)], NOW);

    expect(read).toThrow(MetricsError);
    expect(read).toThrow(message);
  });
});

describe('a metric that is not of Pods', () => {
  const autoscaler = (annotations: Record<string, string>) => ({
    apiVersion: 'autoscaling/v2' as const,
    kind: 'HorizontalPodAutoscaler' as const,
    metadata: { name: 'web', annotations },
    spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'web' } },
  });

  test('is what the autoscaler tells', () => {
    expect(declaredValue(autoscaler({ 'metrics.orrery.dev/queue': '30' }), 'queue')).toBe(30_000);
  });

  test('cannot be had when the autoscaler tells nothing of it', () => {
    expect(() => declaredValue(autoscaler({ 'metrics.orrery.dev/other': '30' }), 'queue')).toThrow(
      new MetricsError(
        'no metrics returned: HorizontalPodAutoscaler web does not have the annotation metrics.orrery.dev/queue',
      ),
    );
  });
});
