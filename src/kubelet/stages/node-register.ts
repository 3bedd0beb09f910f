import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { ANNOTATION_HOSTNAME_OVERRIDE } from '../annotations.ts';
import { allocatableOf } from '../nodes/allocatable.ts';
import type { NodeStage } from '../nodes/node-stage.ts';
import {
  addressesOf,
  DEFAULT_CAPACITY,
  NODE_ABILITIES,
  nodeInfoOf,
  reportedConditions,
} from '../nodes/node-status.ts';
import { REASON_NODE_READY, REASON_STARTING } from '../notes.ts';

const KUBELET_PORT = 10_250;

/** Whether a kubelet has taken the node on. */
export function isRegistered({ status }: Node): boolean {
  return status?.nodeInfo?.kubeletVersion !== undefined;
}

/** A Node object that is to be simulated: its kubelet registers, and the machine is up. */
export const nodeRegister: NodeStage = {
  name: 'node-register',
  matches: (node) => !isRegistered(node),
  next: (node, ctx) => {
    const capacity = { ...DEFAULT_CAPACITY, ...node.status?.capacity };
    const name = node.metadata.name ?? '';
    return {
      ...(isLabelled(node) ? {} : { node: withLabels(node) }),
      status: {
        ...node.status,
        capacity,
        allocatable: reportedAllocatable(node, capacity),
        conditions: reportedConditions(node, ctx.nowMs, ctx.pressuresOf(node)),
        addresses: addressesOf(node, ctx.ipsOf(node.spec?.podCIDRs ?? [])),
        daemonEndpoints: { kubeletEndpoint: { Port: KUBELET_PORT } },
        nodeInfo: nodeInfoOf(node),
        ...NODE_ABILITIES,
      },
      events: [
        { type: 'Normal', reason: REASON_STARTING, message: 'Starting kubelet.' },
        {
          type: 'Normal',
          reason: REASON_NODE_READY,
          message: `Node ${name} status is now: ${REASON_NODE_READY}`,
        },
      ],
    };
  },
};

/** Amounts that the Node's creator gave are kept. One that equals the capacity is none: the API fills it in. */
function reportedAllocatable(
  node: Node,
  capacity: Readonly<Record<string, string>>,
): Record<string, string> {
  const given = Object.entries(node.status?.allocatable ?? {}).filter(
    ([name, amount]) => amount !== capacity[name],
  );
  return { ...allocatableOf({ node, capacity }), ...Object.fromEntries(given) };
}

function ownLabels({ metadata: { annotations, name = '' } }: Node): Record<string, string> {
  return {
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': annotations?.[ANNOTATION_HOSTNAME_OVERRIDE] ?? name,
    'kubernetes.io/os': 'linux',
  };
}

/** A node that has its labels already costs one write less. */
function isLabelled(node: Node): boolean {
  return Object.keys(ownLabels(node)).every((key) => node.metadata.labels?.[key] !== undefined);
}

function withLabels(node: Node): Node {
  const labels = { ...ownLabels(node), ...node.metadata.labels };
  return { ...node, metadata: { ...node.metadata, labels } };
}
