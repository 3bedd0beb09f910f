import type { NewObject } from '../../src/apiserver/client.ts';
import type { Pod, PodAffinityTerm, PodSpec } from '../../src/scheme/generated/types/core-v1.ts';

export const ZONE = 'topology.kubernetes.io/zone';
export const HOSTNAME = 'kubernetes.io/hostname';

/** What is scheduled, and among what. */
export interface SchedulingCase {
  readonly name: string;
  readonly label: string;
  /** Pods that are there before, on nodes if they can be. @default 0 */
  readonly initialPods?: number;
  readonly initialPod?: (index: number) => NewObject<Pod>;
  readonly pods: number;
  readonly pod: (index: number) => NewObject<Pod>;
  /** Zones that the nodes are in. @default 3 */
  readonly zones?: number;
  /** What kube-scheduler has to reach in Kubernetes' own benchmark. */
  readonly atLeast?: number;
  /** Nodes and pods that come and go meanwhile. @default false */
  readonly churns?: boolean;
  /** The initial pods wait for ever: they are not waited for. @default false */
  readonly initialWait?: boolean;
}

interface PodParts {
  readonly prefix: string;
  readonly labels?: Record<string, string>;
  readonly spec?: Partial<PodSpec>;
  readonly cpu?: string;
}

const podMaker =
  ({ prefix, labels, spec, cpu = '100m' }: PodParts) =>
  (index: number): NewObject<Pod> => ({
    metadata: { namespace: 'default', name: `${prefix}-${index}`, ...(labels ? { labels } : {}) },
    spec: {
      containers: [
        {
          name: 'pause',
          image: 'registry.k8s.io/pause:3.10',
          resources: { requests: { cpu, memory: '500Mi' } },
        },
      ],
      ...spec,
    },
  });

const plain = (prefix: string) => podMaker({ prefix });

const term = (topologyKey: string, labels: Record<string, string>): PodAffinityTerm => ({
  topologyKey,
  labelSelector: { matchLabels: labels },
});

const BLUE = { color: 'blue' };
const GREEN = { color: 'green' };

const near = (prefix: string) =>
  podMaker({
    prefix,
    labels: BLUE,
    spec: {
      affinity: {
        podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(ZONE, BLUE)] },
      },
    },
  });

const away = (prefix: string) =>
  podMaker({
    prefix,
    labels: GREEN,
    spec: {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [term(HOSTNAME, GREEN)],
        },
      },
    },
  });

const spread = (prefix: string, whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway') =>
  podMaker({
    prefix,
    labels: BLUE,
    spec: {
      topologySpreadConstraints: [
        { topologyKey: ZONE, maxSkew: 5, whenUnsatisfiable, labelSelector: { matchLabels: BLUE } },
      ],
    },
  });

const inZones = podMaker({
  prefix: 'affine',
  spec: {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: ZONE, operator: 'In', values: ['zone-0', 'zone-1'] }] },
          ],
        },
      },
    },
  },
});

const onNode = (index: number, nodes: number): NewObject<Pod> =>
  podMaker({
    prefix: 'daemon',
    spec: {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              {
                matchFields: [
                  { key: 'metadata.name', operator: 'In', values: [`node-${index % nodes}`] },
                ],
              },
            ],
          },
        },
      },
    },
  })(index);

/** Kubernetes' scheduler_perf, by the numbers of its cases of 5,000 nodes. */
export function schedulingCases(nodes: number, share: number): readonly SchedulingCase[] {
  const count = (pods: number) => Math.max(1, Math.round(pods * share));
  return [...plainCases(count), ...topologyCases(count), ...otherCases(count, nodes)];
}

type Count = (pods: number) => number;

const before = (count: Count) => ({ initialPods: count(1_000), initialPod: plain('old') });

function plainCases(count: Count): readonly SchedulingCase[] {
  const basic = { ...before(count), pod: plain('new') };
  return [
    { ...basic, name: 'basic', label: 'plain Pods', pods: count(10_000), atLeast: 680 },
    { ...basic, name: 'basic_50000', label: 'plain Pods, many', pods: count(50_000) },
    {
      ...basic,
      name: 'churn',
      label: 'plain Pods while others come and go',
      pods: count(10_000),
      churns: true,
    },
    {
      ...basic,
      name: 'gated',
      label: 'plain Pods beside gated ones',
      initialPods: count(10_000),
      initialPod: podMaker({ prefix: 'gated', spec: { schedulingGates: [{ name: 'wait' }] } }),
      initialWait: true,
      pods: count(10_000),
    },
  ];
}

function topologyCases(count: Count): readonly SchedulingCase[] {
  return [
    {
      ...before(count),
      name: 'spread',
      label: 'Pods with required spread',
      pods: count(5_000),
      pod: spread('even', 'DoNotSchedule'),
      atLeast: 460,
    },
    {
      ...before(count),
      name: 'preferred_spread',
      label: 'Pods with preferred spread',
      pods: count(5_000),
      pod: spread('even', 'ScheduleAnyway'),
    },
    {
      name: 'pod_affinity',
      label: 'Pods with Pod affinity',
      zones: 1,
      initialPods: count(5_000),
      initialPod: near('old'),
      pods: count(5_000),
      pod: near('new'),
      atLeast: 35,
    },
    {
      name: 'pod_anti_affinity',
      label: 'Pods with Pod anti-affinity',
      initialPods: count(1_000),
      initialPod: away('old'),
      pods: count(2_000),
      pod: away('new'),
      atLeast: 60,
    },
  ];
}

function otherCases(count: Count, nodes: number): readonly SchedulingCase[] {
  const low = { cpu: '900m', spec: { terminationGracePeriodSeconds: 0 } };
  return [
    {
      ...before(count),
      name: 'node_affinity',
      label: 'Pods with node affinity',
      pods: count(10_000),
      pod: inZones,
      atLeast: 220,
    },
    {
      name: 'preemption',
      label: 'Pods that preempt others',
      initialPods: nodes * 4,
      initialPod: podMaker({ prefix: 'low', ...low }),
      pods: count(5_000),
      pod: podMaker({ prefix: 'high', cpu: '3', spec: { priorityClassName: 'high' } }),
      atLeast: 570,
    },
    {
      name: 'daemon',
      label: 'Pods that each name their node',
      pods: count(15_000),
      pod: (index) => onNode(index, nodes),
    },
  ];
}
