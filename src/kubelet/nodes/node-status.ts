import { createHash } from 'node:crypto';
import { toRfc3339 } from '../../lib/clock.ts';
import type { EventNote } from '../../machinery/event-recorder.ts';
import { findCondition, isConditionTrue } from '../../scheme/conditions.ts';
import type {
  Node,
  NodeAddress,
  NodeCondition,
  NodeStatus,
  NodeSystemInfo,
} from '../../scheme/generated/types/core-v1.ts';
import type { PressureType } from '../../scheme/groups/simulation/types.ts';
import {
  FEATURE_GUARANTEED_CPU_RESIZE,
  FEATURE_POD_LEVEL_RESIZE,
  FEATURE_RESTART_ALL_CONTAINERS,
} from '../../scheme/node-features.ts';
import { ANNOTATION_HOSTNAME_OVERRIDE, ANNOTATION_OUT_OF_DISK } from '../annotations.ts';
import { REASON_NODE_READY } from '../notes.ts';
import { isShuttingDown, SHUTDOWN_MESSAGE } from './node-shutdown.ts';

const REASON_NODE_NOT_READY = 'NodeNotReady';
const REASON_SHUTDOWN = 'Shutdown';
const KUBELET_VERSION = 'v1.36.0';

interface ConditionTemplate {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

const NETWORK: ConditionTemplate = {
  type: 'NetworkUnavailable',
  status: 'False',
  reason: 'RouteCreated',
  message: 'RouteController created a route',
};
/** There is no route to a node whose Pods have no range. */
const NO_NETWORK: ConditionTemplate = {
  type: 'NetworkUnavailable',
  status: 'True',
  reason: 'NoRouteCreated',
  message: 'Node created without a route',
};
const READY: ConditionTemplate = {
  type: 'Ready',
  status: 'True',
  reason: 'KubeletReady',
  message: 'kubelet is posting ready status',
};

const SHUTTING_DOWN: ConditionTemplate = {
  type: 'Ready',
  status: 'False',
  reason: 'KubeletNotReady',
  message: SHUTDOWN_MESSAGE,
};

/** What a node may run out of, in the kubelet's words: that it does not, and that it does. */
const PRESSURE_TEXTS = {
  MemoryPressure: {
    calm: ['KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
    pressed: ['KubeletHasInsufficientMemory', 'kubelet has insufficient memory available'],
    calmEvent: 'NodeHasSufficientMemory',
    pressedEvent: 'NodeHasInsufficientMemory',
  },
  DiskPressure: {
    calm: ['KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
    pressed: ['KubeletHasDiskPressure', 'kubelet has disk pressure'],
    calmEvent: 'NodeHasNoDiskPressure',
    pressedEvent: 'NodeHasDiskPressure',
  },
  PIDPressure: {
    calm: ['KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
    pressed: ['KubeletHasInsufficientPID', 'kubelet has insufficient PID available'],
    calmEvent: 'NodeHasSufficientPID',
    pressedEvent: 'NodeHasInsufficientPID',
  },
} as const;

const PRESSURE_ORDER: readonly PressureType[] = ['MemoryPressure', 'DiskPressure', 'PIDPressure'];

export type Pressures = ReadonlySet<PressureType>;

/** As a kubelet says it; the network's in the words of the cloud's route controller. */
function templatesOf(node: Node, pressures: Pressures): ConditionTemplate[] {
  return [
    node.spec?.podCIDR ? NETWORK : NO_NETWORK,
    ...outOfDiskTemplates(node),
    ...PRESSURE_ORDER.map((type): ConditionTemplate => {
      const isPressed = pressures.has(type);
      const [reason, message] = PRESSURE_TEXTS[type][isPressed ? 'pressed' : 'calm'];
      return { type, status: isPressed ? 'True' : 'False', reason, message };
    }),
    isShuttingDown(node) ? SHUTTING_DOWN : READY,
  ];
}

/** The condition of older clusters, for nodes that are to have it. */
function outOfDiskTemplates({ metadata }: Node): ConditionTemplate[] {
  const declared = metadata.annotations?.[ANNOTATION_OUT_OF_DISK];
  if (declared === 'true') {
    const [reason, message] = ['KubeletOutOfDisk', 'out of disk space'];
    return [{ type: 'OutOfDisk', status: 'True', reason, message }];
  }
  if (declared !== 'false') return [];
  const [reason, message] = [
    'KubeletHasSufficientDisk',
    'kubelet has sufficient disk space available',
  ];
  return [{ type: 'OutOfDisk', status: 'False', reason, message }];
}

/** The node's conditions as its kubelet reports them now; those that are not the kubelet's are kept. */
export function reportedConditions(
  node: Node,
  nowMs: number,
  pressures: Pressures,
): NodeCondition[] {
  const now = toRfc3339(nowMs);
  const templates = templatesOf(node, pressures);
  const current = node.status?.conditions ?? [];
  const reported = templates.map((condition): NodeCondition => {
    const before = findCondition(current, condition.type);
    const same = before?.status === condition.status;
    return {
      ...condition,
      lastHeartbeatTime: now,
      lastTransitionTime: same ? (before.lastTransitionTime ?? now) : now,
    };
  });
  const others = current.filter(({ type }) => !templates.some((one) => one.type === type));
  return [...reported, ...others];
}

/** Whether every condition is as its kubelet would report it. */
export function isReported(node: Node, pressures: Pressures): boolean {
  return templatesOf(node, pressures).every(
    ({ status, type }) => findCondition(node.status?.conditions, type)?.status === status,
  );
}

/** What a kubelet says of the pressures that have come and gone. */
export function pressureNotes({ metadata, status }: Node, pressures: Pressures): EventNote[] {
  return PRESSURE_ORDER.flatMap((type) => {
    const before = findCondition(status?.conditions, type)?.status === 'True';
    if (before === pressures.has(type)) return [];
    const { calmEvent, pressedEvent } = PRESSURE_TEXTS[type];
    const reason = before ? calmEvent : pressedEvent;
    const message = `Node ${metadata.name} status is now: ${reason}`;
    return [{ type: 'Normal', reason, message } as const];
  });
}

/** What a kubelet says when its node has become ready, or is no longer because it shuts down. */
export function readinessNotes(node: Node): EventNote[] {
  const { name } = node.metadata;
  const isReady = isConditionTrue(node.status?.conditions, 'Ready');
  if (isReady === !isShuttingDown(node)) return [];
  const reason = isReady ? REASON_NODE_NOT_READY : REASON_NODE_READY;
  const message = `Node ${name} status is now: ${reason}`;
  const change = { type: 'Normal', reason, message } as const;
  if (!isReady) return [change];
  const detected = 'Shutdown manager detected shutdown event';
  return [{ type: 'Normal', reason: REASON_SHUTDOWN, message: detected }, change];
}

const HANDLER_FEATURES = { recursiveReadOnlyMounts: true, userNamespaces: true } as const;

/** What a kubelet of ours, and its runtime, can do that not every one can. */
export const NODE_ABILITIES: Pick<NodeStatus, 'declaredFeatures' | 'features' | 'runtimeHandlers'> =
  {
    declaredFeatures: [
      FEATURE_GUARANTEED_CPU_RESIZE,
      FEATURE_POD_LEVEL_RESIZE,
      FEATURE_RESTART_ALL_CONTAINERS,
    ],
    features: { supplementalGroupsPolicy: true },
    runtimeHandlers: [
      { name: '', features: HANDLER_FEATURES },
      { name: 'runc', features: HANDLER_FEATURES },
    ],
  };

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
  const hostname = metadata.annotations?.[ANNOTATION_HOSTNAME_OVERRIDE] ?? metadata.name ?? '';
  const given = status?.addresses ?? [];
  const wanted: readonly NodeAddress[] = [
    { type: 'Hostname', address: hostname },
    ...external.map((address) => ({ type: 'ExternalIP', address })),
    ...internal.map((address) => ({ type: 'InternalIP', address })),
  ];
  const missing = wanted.filter(({ type }) => !given.some((address) => address.type === type));
  return [...given, ...missing];
}
