import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { quantityValue } from '../../scheme/quantity.ts';
import { ANNOTATION_HOSTNAME_OVERRIDE } from '../annotations.ts';
import type { NodeContext, NodeStage } from '../nodes/node-stage.ts';
import {
  addressesOf,
  DEFAULT_CAPACITY,
  nodeInfoOf,
  reportedConditions,
} from '../nodes/node-status.ts';
import { REASON_NODE_READY, REASON_STARTING } from '../notes.ts';

const KUBELET_PORT = 10_250;
const DEFAULT_PODS = 110;

/** Whether a kubelet has taken the node on. */
export function isRegistered({ spec, status }: Node): boolean {
  return spec?.podCIDR !== undefined && status?.nodeInfo?.kubeletVersion !== undefined;
}

/** A Node object that is to be simulated: its kubelet registers, and the machine is up. */
export const nodeRegister: NodeStage = {
  name: 'node-register',
  matches: (node) => !isRegistered(node),
  next: (node, ctx) => {
    const registered = withPodCidrs(withLabels(node), ctx);
    const { podCIDRs } = registered.spec ?? {};
    const capacity = { ...DEFAULT_CAPACITY, ...node.status?.capacity };
    const name = node.metadata.name ?? '';
    return {
      node: registered,
      status: {
        ...node.status,
        capacity,
        allocatable: { ...capacity, ...node.status?.allocatable },
        conditions: reportedConditions(node, ctx.nowMs, ctx.pressuresOf(node)),
        ...(podCIDRs ? { addresses: addressesOf(node, ctx.ipsOf(podCIDRs)) } : {}),
        daemonEndpoints: { kubeletEndpoint: { Port: KUBELET_PORT } },
        nodeInfo: nodeInfoOf(node),
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

function withLabels(node: Node): Node {
  const { annotations, name = '' } = node.metadata;
  const hostname = annotations?.[ANNOTATION_HOSTNAME_OVERRIDE] ?? name;
  const labels = {
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': hostname,
    'kubernetes.io/os': 'linux',
    ...node.metadata.labels,
  };
  return { ...node, metadata: { ...node.metadata, labels } };
}

function withPodCidrs(node: Node, ctx: NodeContext): Node {
  if (node.spec?.podCIDR !== undefined) return node;
  const pods = node.status?.capacity?.pods;
  const podCIDRs = ctx.allocatePodCidrs(pods === undefined ? DEFAULT_PODS : quantityValue(pods));
  if (!podCIDRs) return node;
  return { ...node, spec: { ...node.spec, podCIDR: podCIDRs[0], podCIDRs: [...podCIDRs] } };
}
