import type { NewObject } from '../../apiserver/client.ts';
import type { Node, Taint } from '../../scheme/generated/types/core-v1.ts';
import { ANNOTATION_KUBELET, KUBELET_SIMULATED } from '../annotations.ts';
import { DEFAULT_CAPACITY } from './node-status.ts';

export interface SimulatedNodeOptions {
  readonly name: string;
  /** @default '4' */
  readonly cpu?: string;
  /** @default '16Gi' */
  readonly memory?: string;
  /** @default 110 */
  readonly pods?: number;
  /** @default '100Gi' */
  readonly ephemeralStorage?: string;
  readonly zone?: string;
  readonly region?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  /** More resources: `{ 'example.com/gpu': '2' }`. */
  readonly extended?: Readonly<Record<string, string>>;
}

/**
 * A Node to create through the API, by whoever wants a machine: the annotation lets the kubelet role run it, the capacity says
 * how large it is, and everything else its kubelet fills in when it registers.
 */
export function simulatedNode(options: SimulatedNodeOptions): NewObject<Node> {
  const { cpu, ephemeralStorage, extended, memory, name, pods, taints } = options;
  const capacity = {
    ...DEFAULT_CAPACITY,
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(ephemeralStorage === undefined ? {} : { 'ephemeral-storage': ephemeralStorage }),
    ...(pods === undefined ? {} : { pods: String(pods) }),
    ...extended,
  };
  return {
    metadata: {
      name,
      labels: labelsOf(options),
      annotations: { [ANNOTATION_KUBELET]: KUBELET_SIMULATED },
    },
    ...(taints === undefined ? {} : { spec: { taints: [...taints] } }),
    status: { capacity, allocatable: capacity },
  };
}

function labelsOf({ labels, name, region, zone }: SimulatedNodeOptions): Record<string, string> {
  return {
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    ...(region === undefined ? {} : { 'topology.kubernetes.io/region': region }),
    ...(zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone }),
    ...labels,
  };
}
