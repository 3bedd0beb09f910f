import { createHash } from 'node:crypto';
import { toRfc3339 } from '../../lib/clock.ts';
import { findCondition } from '../../scheme/conditions.ts';
import type {
  Node,
  NodeAddress,
  NodeCondition,
  NodeSystemInfo,
} from '../../scheme/generated/types/core-v1.ts';

const KUBELET_VERSION = 'v1.36.0';

interface ConditionTemplate {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** A healthy node, in the kubelet's words; the network's in those of the cloud's route controller. */
const HEALTHY: readonly ConditionTemplate[] = [
  {
    type: 'NetworkUnavailable',
    status: 'False',
    reason: 'RouteCreated',
    message: 'RouteController created a route',
  },
  {
    type: 'MemoryPressure',
    status: 'False',
    reason: 'KubeletHasSufficientMemory',
    message: 'kubelet has sufficient memory available',
  },
  {
    type: 'DiskPressure',
    status: 'False',
    reason: 'KubeletHasNoDiskPressure',
    message: 'kubelet has no disk pressure',
  },
  {
    type: 'PIDPressure',
    status: 'False',
    reason: 'KubeletHasSufficientPID',
    message: 'kubelet has sufficient PID available',
  },
  {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    message: 'kubelet is posting ready status',
  },
];

/** The node's conditions as its kubelet reports them now; those that are not the kubelet's are kept. */
export function healthyConditions({ status }: Node, nowMs: number): NodeCondition[] {
  const now = toRfc3339(nowMs);
  const reported = HEALTHY.map((condition): NodeCondition => {
    const current = findCondition(status?.conditions, condition.type);
    const same = current?.status === condition.status;
    return {
      ...condition,
      lastHeartbeatTime: now,
      lastTransitionTime: same ? (current.lastTransitionTime ?? now) : now,
    };
  });
  const others = (status?.conditions ?? []).filter(
    ({ type }) => !HEALTHY.some((condition) => condition.type === type),
  );
  return [...reported, ...others];
}

/** Whether every condition is as a healthy kubelet last reported it. */
export function isReportedHealthy({ status }: Node): boolean {
  return HEALTHY.every(
    (condition) => findCondition(status?.conditions, condition.type)?.status === condition.status,
  );
}

export const DEFAULT_CAPACITY: Readonly<Record<string, string>> = {
  cpu: '4',
  memory: '16Gi',
  'ephemeral-storage': '100Gi',
  pods: '110',
  'hugepages-1Gi': '0',
  'hugepages-2Mi': '0',
};

/** What a machine of this name and uid is. The same node is always the same machine. */
export function nodeInfoOf({ metadata }: Node): NodeSystemInfo {
  const id = (salt: string): string =>
    createHash('sha256').update(`${salt}/${metadata.uid}`).digest('hex').slice(0, 32);
  return {
    architecture: 'amd64',
    bootID: toUuid(id('boot')),
    containerRuntimeVersion: 'containerd://2.1.4',
    kernelVersion: '6.12.48-orrery',
    kubeProxyVersion: '',
    kubeletVersion: KUBELET_VERSION,
    machineID: id('machine'),
    operatingSystem: 'linux',
    osImage: 'Orrery Simulated Linux',
    systemUUID: toUuid(id('system')),
  };
}

function toUuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A machine's addresses, one of each family. */
export interface NodeIps {
  readonly internal: readonly string[];
  readonly external: readonly string[];
}

/** Addresses that the node was given are kept; what is missing is added. */
export function addressesOf(
  { metadata, status }: Node,
  { external, internal }: NodeIps,
): NodeAddress[] {
  const given = status?.addresses ?? [];
  const wanted: readonly NodeAddress[] = [
    { type: 'Hostname', address: metadata.name ?? '' },
    ...external.map((address) => ({ type: 'ExternalIP', address })),
    ...internal.map((address) => ({ type: 'InternalIP', address })),
  ];
  const missing = wanted.filter(({ type }) => !given.some((address) => address.type === type));
  return [...given, ...missing];
}
