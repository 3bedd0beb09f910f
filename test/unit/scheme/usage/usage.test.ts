import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type {
  Node,
  Pod,
  ResourceRequirements,
} from '../../../../src/scheme/generated/types/core-v1.ts';
import { quantityMilliValue, quantityValue } from '../../../../src/scheme/quantity.ts';
import { podUsage } from '../../../../src/scheme/usage/container-usage.ts';
import { nodeMetrics, podMetrics } from '../../../../src/scheme/usage/resource-metrics.ts';
import { waveAt } from '../../../../src/scheme/usage/wave.ts';

const NOW = Date.UTC(2026, 0, 1, 12, 0, 7);
const MINUTE_MS = 60_000;
const MOMENTS = Array.from({ length: 200 }, (_, i) => NOW + i * MINUTE_MS);
const MEBIBYTE = 1024 * 1024;

function podOf(
  resources: ResourceRequirements,
  annotations: Record<string, string> = {},
  names: readonly string[] = ['web'],
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', uid: 'u-1', labels: { app: 'web' }, annotations },
    spec: { containers: names.map((name) => ({ name, resources })) },
    status: {
      phase: 'Running',
      containerStatuses: names.map((name) => ({
        name,
        image: '',
        imageID: '',
        ready: true,
        restartCount: 0,
        state: { running: {} },
      })),
    },
  };
}

/** The least and the most that the container uses over three hours: milliCPU and MiB. */
function rangeOf(pod: Pod, container = 'web') {
  const samples = MOMENTS.map((moment) => {
    const found = podUsage(pod, moment).get(container);
    if (!found) throw new Error(`${container} uses nothing`);
    return { cpu: found.cpuNanos / 1e6, memory: found.memoryBytes / MEBIBYTE };
  });
  const cpu = samples.map((sample) => sample.cpu);
  const memory = samples.map((sample) => sample.memory);
  return {
    cpu: [Math.min(...cpu), Math.max(...cpu)] as const,
    memory: [Math.min(...memory), Math.max(...memory)] as const,
  };
}

function expectWithin([low, high]: readonly [number, number], from: number, to: number): void {
  expect(low).toBeGreaterThanOrEqual(from);
  expect(high).toBeLessThanOrEqual(to);
}

describe('what a container uses', () => {
  test.each<
    [
      title: string,
      resources: ResourceRequirements,
      annotations: Record<string, string>,
      cpu: readonly [number, number],
      memory: readonly [number, number],
    ]
  >([
    ['follows its requests', { requests: { cpu: '1', memory: '1Gi' } }, {}, [300, 800], [614, 871]],
    [
      'stays below its limits',
      { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '400m', memory: '700Mi' } },
      {},
      [300, 400],
      [614, 700],
    ],
    [
      'follows its limits where it asks for nothing',
      { limits: { cpu: '1', memory: '1Gi' } },
      {},
      [100, 500],
      [102, 512],
    ],
    ['is little where it says nothing', {}, {}, [1, 10], [8, 32]],
    [
      'is what annotations say',
      { requests: { cpu: '1', memory: '1Gi' } },
      { 'orrery.dev/usage-cpu': '250m', 'orrery.dev/usage-memory': '64Mi' },
      [250, 250],
      [64, 64],
    ],
    [
      'swings in the range that annotations say',
      {},
      { 'orrery.dev/usage-cpu': '400m..100m', 'orrery.dev/usage-memory': '64Mi..128Mi' },
      [100, 400],
      [64, 128],
    ],
    [
      'is what the annotation of the container says, before that of the Pod',
      {},
      {
        'orrery.dev/usage-cpu': '1',
        'orrery.dev/usage-cpu.web': '2',
        'orrery.dev/usage-memory': '1Mi',
      },
      [2000, 2000],
      [1, 1],
    ],
    [
      'is what the annotations of KWOK say',
      {},
      { 'kwok.x-k8s.io/usage-cpu': '70m', 'kwok.x-k8s.io/usage-memory': '5Mi' },
      [70, 70],
      [5, 5],
    ],
    [
      'does not follow what is no quantity',
      {},
      { 'orrery.dev/usage-cpu': 'much', 'orrery.dev/usage-memory': '-1Mi' },
      [1, 10],
      [8, 32],
    ],
    [
      'is throttled at the limit, whatever annotations say',
      { limits: { cpu: '1' } },
      { 'orrery.dev/usage-cpu': '5' },
      [1000, 1000],
      [8, 32],
    ],
  ])('%s', (_, resources, annotations, cpu, memory) => {
    const range = rangeOf(podOf(resources, annotations));
    expectWithin(range.cpu, ...cpu);
    expectWithin(range.memory, ...memory);
  });

  test('swings', () => {
    const { cpu } = rangeOf(podOf({ requests: { cpu: '1' } }));
    expect(cpu[1] - cpu[0]).toBeGreaterThan(200);
  });

  test('is the same whenever it is asked, and another for another container', () => {
    const pod = podOf({ requests: { cpu: '1' } }, {}, ['a', 'b']);
    const usage = podUsage(pod, NOW);
    expect(podUsage(structuredClone(pod), NOW)).toEqual(usage);
    expect(usage.get('a')).not.toEqual(usage.get('b'));
  });

  test.each<[title: string, change: (pod: Pod) => void]>([
    ['of a Pod that is pending', (pod) => Object.assign(pod.status ?? {}, { phase: 'Pending' })],
    [
      'of a container that waits',
      (pod) => Object.assign(pod.status?.containerStatuses?.[0] ?? {}, { state: { waiting: {} } }),
    ],
  ])('is not told %s', (_, change) => {
    const pod = podOf({});
    change(pod);
    expect(podMetrics(pod, NOW)).toBeUndefined();
  });
});

test('a wave is a number from 0 to 1, the same for the same seed and time', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 1e9 }), (seed, time, period) => {
      const value = waveAt(seed, time, period);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
      expect(waveAt(seed, time, period)).toBe(value);
    }),
  );
});

describe('metrics', () => {
  const node: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', labels: { zone: 'a' } },
    status: {
      capacity: { cpu: '4', memory: '8Gi' },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };

  test('of a Pod have its place and labels, and the moment at which they were measured', () => {
    const pod = podOf({}, { 'orrery.dev/usage-cpu': '250m', 'orrery.dev/usage-memory': '64Mi' });
    expect(podMetrics(pod, NOW)).toEqual({
      apiVersion: 'metrics.k8s.io/v1beta1',
      kind: 'PodMetrics',
      metadata: {
        name: 'web',
        namespace: 'shop',
        labels: { app: 'web' },
        creationTimestamp: '2026-01-01T12:00:07Z',
      },
      timestamp: '2026-01-01T12:00:00Z',
      window: '15s',
      containers: [{ name: 'web', usage: { cpu: '250000000n', memory: '65536Ki' } }],
    });
    expect(podMetrics(pod, NOW + 7_000)).toMatchObject({ timestamp: '2026-01-01T12:00:00Z' });
  });

  test('of a node are those of its Pods and a little for itself', () => {
    const pods = [
      podOf({}, { 'orrery.dev/usage-cpu': '1', 'orrery.dev/usage-memory': '1Gi' }),
      podOf({}, { 'orrery.dev/usage-cpu': '500m', 'orrery.dev/usage-memory': '1Gi' }),
    ];
    const { usage } = nodeMetrics(node, pods, NOW) ?? {};
    expectWithin(
      [quantityMilliValue(usage?.cpu ?? ''), quantityMilliValue(usage?.cpu ?? '')],
      1540,
      1620,
    );
    const memory = quantityValue(usage?.memory ?? '') / MEBIBYTE;
    expectWithin([memory, memory], 2048 + 245, 2048 + 410);
  });

  test('of a node are never more than it has', () => {
    const greedy = podOf({}, { 'orrery.dev/usage-cpu': '100', 'orrery.dev/usage-memory': '100Gi' });
    expect(nodeMetrics(node, [greedy], NOW)?.usage).toEqual({
      cpu: '4000000000n',
      memory: '8388608Ki',
    });
  });

  test('of a node that is not ready are not told', () => {
    const lost = {
      ...node,
      status: { ...node.status, conditions: [{ type: 'Ready', status: 'Unknown' }] },
    };
    expect(nodeMetrics(lost, [], NOW)).toBeUndefined();
  });
});
