import type { Lease } from '../../scheme/generated/types/coordination-v1.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { nodeReadyCondition } from '../shared/nodes.ts';

/** The namespace of the Leases that kubelets renew as their heartbeats; a Lease has the name of its Node. */
export const NODE_LEASE_NAMESPACE = 'kube-node-lease';

/** A look comes so long after a Node's time is up: Nodes that fell silent together are found together. */
const GATHER_MS = 500;

export interface GracePeriods {
  /** How long a Node that has reported may be silent. */
  readonly monitorMs: number;
  /** How long a new Node may take to report for the first time. */
  readonly startupMs: number;
}

interface Health {
  /** When a sign of life was last seen here: clocks of other machines do not count. */
  probeMs: number;
  heartbeat: string | undefined;
  renewTime: string | undefined;
}

/** When each Node last gave a sign of life. A heartbeat costs one entry of a map; nothing is read or queued for it. */
export class NodeHealth {
  readonly #grace: GracePeriods;
  readonly #nodes = new Map<string, Health>();
  /** Leases may be seen before their Nodes. */
  readonly #renewals = new Map<string, string>();

  constructor(grace: GracePeriods) {
    this.#grace = grace;
  }

  /** Follows an addition or a change of a Node. */
  observeNode(node: Node, nowMs: number): void {
    const { name = '', creationTimestamp } = node.metadata;
    const ready = nodeReadyCondition(node);
    const heartbeat = ready?.lastHeartbeatTime;
    const health = this.#nodes.get(name);
    if (!health) {
      const createdMs = creationTimestamp ? Date.parse(creationTimestamp) : nowMs;
      const probeMs = ready ? nowMs : createdMs;
      this.#nodes.set(name, { probeMs, heartbeat, renewTime: this.#renewals.get(name) });
      return;
    }
    // Unknown is what this controller writes: no kubelet says that of itself.
    if (!ready || ready.status === 'Unknown' || health.heartbeat === heartbeat) return;
    health.heartbeat = heartbeat;
    health.probeMs = nowMs;
  }

  /** Follows an addition or a change of a Lease. */
  observeLease({ metadata, spec }: Lease, nowMs: number): void {
    if (metadata.namespace !== NODE_LEASE_NAMESPACE || !spec?.renewTime) return;
    const { name = '' } = metadata;
    this.#renewals.set(name, spec.renewTime);
    const health = this.#nodes.get(name);
    if (!health || health.renewTime === spec.renewTime) return;
    health.renewTime = spec.renewTime;
    health.probeMs = nowMs;
  }

  /** Follows the end of a Node. */
  forget(name: string): void {
    this.#nodes.delete(name);
    this.#renewals.delete(name);
  }

  /** Whether the Node has been silent for longer than it may. */
  isOverdue(node: Node, nowMs: number): boolean {
    return nowMs > this.#dueMs(node);
  }

  /** How long until it is time to look for silent ones: `periodMs`, or less when one of them may not be silent for so long. */
  msToNextLook(nodes: Iterable<Node>, nowMs: number, periodMs: number): number {
    let nextMs = nowMs + periodMs;
    for (const node of nodes) {
      const dueMs = this.#dueMs(node);
      if (dueMs >= nowMs) nextMs = Math.min(nextMs, dueMs + GATHER_MS);
    }
    return nextMs - nowMs;
  }

  /** Gives every Node its grace period anew: when nothing was heard from any, the fault was likely here. */
  restartAll(nowMs: number): void {
    for (const health of this.#nodes.values()) health.probeMs = nowMs;
  }

  /** Until when the Node may be silent; infinite for one that is not known. */
  #dueMs(node: Node): number {
    const health = this.#nodes.get(node.metadata.name ?? '');
    if (!health) return Number.POSITIVE_INFINITY;
    const graceMs = nodeReadyCondition(node) ? this.#grace.monitorMs : this.#grace.startupMs;
    return health.probeMs + graceMs;
  }
}
