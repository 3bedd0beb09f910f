import type { Lease } from '../../scheme/generated/types/coordination-v1.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { nodeReadyCondition } from '../shared/nodes.ts';
import { Deadlines } from './deadlines.ts';

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
  /** Whether it has ever reported: then it may be silent for less long. */
  hasReported: boolean;
}

/**
 * When each Node last gave a sign of life, and who is silent. A heartbeat costs an entry of a map, nothing is read or queued
 * for it; a look costs what has fallen silent since the last one, however many Nodes there are.
 */
export class NodeHealth {
  readonly #grace: GracePeriods;
  readonly #nodes = new Map<string, Health>();
  /** Leases may be seen before their Nodes. */
  readonly #renewals = new Map<string, string>();
  /** Until when those may be silent that are not. */
  readonly #deadlines = new Deadlines();
  readonly #silent = new Set<string>();

  constructor(grace: GracePeriods) {
    this.#grace = grace;
  }

  /** Those who had been silent for too long when {@link findSilent} last looked, and have not been heard since. */
  get silent(): ReadonlySet<string> {
    return this.#silent;
  }

  /** Follows an addition or a change of a Node. */
  observeNode(node: Node, nowMs: number): void {
    const { name = '', creationTimestamp } = node.metadata;
    const ready = nodeReadyCondition(node);
    const heartbeat = ready?.lastHeartbeatTime;
    const hasReported = ready !== undefined;
    const health = this.#nodes.get(name);
    if (!health) {
      const createdMs = creationTimestamp ? Date.parse(creationTimestamp) : nowMs;
      const probeMs = ready ? nowMs : createdMs;
      const renewTime = this.#renewals.get(name);
      this.#nodes.set(name, { probeMs, heartbeat, renewTime, hasReported });
      this.#await(name);
      return;
    }
    health.hasReported = hasReported;
    // Unknown is what this controller writes: no kubelet says that of itself.
    if (ready && ready.status !== 'Unknown' && health.heartbeat !== heartbeat) {
      health.heartbeat = heartbeat;
      health.probeMs = nowMs;
    }
    if (!this.#silent.has(name) || !this.isOverdue(name, nowMs)) this.#await(name);
  }

  /** Follows an addition or a change of a Lease; says whether its Node had been silent until then. */
  observeLease({ metadata, spec }: Lease, nowMs: number): boolean {
    if (metadata.namespace !== NODE_LEASE_NAMESPACE || !spec?.renewTime) return false;
    const { name = '' } = metadata;
    this.#renewals.set(name, spec.renewTime);
    const health = this.#nodes.get(name);
    if (!health || health.renewTime === spec.renewTime) return false;
    health.renewTime = spec.renewTime;
    health.probeMs = nowMs;
    return this.#await(name);
  }

  /** Follows the end of a Node. */
  forget(name: string): void {
    this.#nodes.delete(name);
    this.#renewals.delete(name);
    this.#deadlines.delete(name);
    this.#silent.delete(name);
  }

  /** Whether the Node has been silent for longer than it may. */
  isOverdue(name: string, nowMs: number): boolean {
    const health = this.#nodes.get(name);
    return health !== undefined && nowMs > this.#dueMs(health);
  }

  /** The Nodes that have fallen silent since the last look; from now on they are among the {@link silent}. */
  findSilent(nowMs: number): readonly string[] {
    const found = this.#deadlines.takePassed(nowMs);
    for (const name of found) this.#silent.add(name);
    return found;
  }

  /** How long until it is time to look for silent ones: `periodMs`, or less when one of them may not be silent for so long. */
  msToNextLook(nowMs: number, periodMs: number): number {
    const dueMs = this.#deadlines.nextMs() ?? Number.POSITIVE_INFINITY;
    return Math.max(0, Math.min(periodMs, dueMs + GATHER_MS - nowMs));
  }

  /** Gives every Node its grace period anew: when nothing was heard from any, the fault was likely here. */
  restartAll(nowMs: number): void {
    for (const [name, health] of this.#nodes) {
      health.probeMs = nowMs;
      this.#await(name);
    }
  }

  /** The next sign of life of the Node is awaited; says whether it had been silent. */
  #await(name: string): boolean {
    const health = this.#nodes.get(name);
    if (health) this.#deadlines.set(name, this.#dueMs(health));
    return this.#silent.delete(name);
  }

  /** Until when the Node may be silent. */
  #dueMs({ hasReported, probeMs }: Health): number {
    return probeMs + (hasReported ? this.#grace.monitorMs : this.#grace.startupMs);
  }
}
