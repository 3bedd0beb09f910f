import type { Plugin, Refusal } from '../framework.ts';
import { portsConflict } from '../host-ports.ts';
import { toPodInfo } from '../pod-info.ts';

export const REASON_NODE_PORTS = "node(s) didn't have free ports for the requested pod ports";

const REFUSAL: Refusal = { reasons: [REASON_NODE_PORTS] };

/** Two pods cannot have the same host port of a node. */
export const nodePorts: Plugin = {
  name: 'NodePorts',
  sign: ({ hostPorts }) => hostPorts,
  preFilter({ hostPorts }) {
    if (hostPorts.length === 0) return undefined;
    return { filter: (node) => (node.hasPortConflict(hostPorts) ? REFUSAL : undefined) };
  },
  helpedBy: ['node-added', 'assigned-pod-removed'],
  couldHelp(event, { hostPorts }) {
    if (event.type === 'node-added') return true;
    if (event.type !== 'assigned-pod-removed') return false;
    const freed = toPodInfo(event.pod).hostPorts;
    return freed.some((port) => hostPorts.some((wanted) => portsConflict(port, wanted)));
  },
};
