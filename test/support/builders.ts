import type {
  Container,
  Node,
  Pod,
  PodSpec,
  Taint,
} from '../../src/scheme/generated/types/core-v1.ts';

/** Objects for tests, complete as the API would store them; name what matters and take the rest. */
export interface PodFields {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly requests?: Record<string, string>;
  readonly spec?: Partial<PodSpec>;
  readonly status?: Pod['status'];
}

let uids = 0;

/** A pod with one container. */
export function buildPod({
  name = 'web-1',
  namespace = 'default',
  labels = {},
  requests = {},
  spec = {},
  status = { phase: 'Pending' },
}: PodFields = {}): Pod {
  const container: Container = { name: 'main', image: 'nginx:1.7.9', resources: { requests } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid: `uid-${++uids}`,
      labels,
      generation: 1,
      resourceVersion: '1',
    },
    spec: { schedulerName: 'default-scheduler', containers: [container], ...spec },
    ...(status ? { status } : {}),
  };
}

export interface NodeFields {
  readonly name?: string;
  readonly labels?: Record<string, string>;
  readonly cpu?: string;
  readonly memory?: string;
  readonly pods?: string;
  readonly extended?: Record<string, string>;
  readonly taints?: Taint[];
  readonly unschedulable?: boolean;
  readonly declaredFeatures?: string[];
}

/** A ready node with 4 CPUs, 8 GiB and room for 110 pods. */
export function buildNode({
  name = 'node-1',
  labels = {},
  cpu = '4',
  memory = '8Gi',
  pods = '110',
  extended = {},
  taints,
  unschedulable,
  declaredFeatures,
}: NodeFields = {}): Node {
  const allocatable = { cpu, memory, pods, ...extended };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: `uid-${++uids}`, labels, resourceVersion: '1' },
    spec: { ...(taints ? { taints } : {}), ...(unschedulable ? { unschedulable } : {}) },
    status: {
      allocatable,
      capacity: allocatable,
      conditions: [{ type: 'Ready', status: 'True' }],
      ...(declaredFeatures ? { declaredFeatures } : {}),
    },
  };
}
