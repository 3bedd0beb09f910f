/**
 * Node IPAM: each node gets a part of the cluster's Pod ranges, whoever made it. What is taken is in memory, rebuilt from the
 * nodes at each start, so only one process does this at a time. Invariant: no two nodes are given a common address, also when
 * it is not known whether a write arrived: a range stays with its node until that is gone or has another.
 */
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../machinery/controller.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import type { Informer } from '../../machinery/informer.ts';
import { isApiError } from '../../scheme/errors.ts';
import { coreNodes } from '../../scheme/generated/resources.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { concurrently, throwFirst } from '../shared/concurrently.ts';
import { PodRanges, type PodRangesOptions, podCidrsOf } from './plan.ts';

export const REASON_CIDR_NOT_AVAILABLE = 'CIDRNotAvailable';
export const REASON_CIDR_ASSIGNMENT_FAILED = 'CIDRAssignmentFailed';

/** One key serves all nodes: a thousand that come at once are one run. */
const KEY_ASSIGN = 'assign';
const WRITE_CONCURRENCY = 256;
const LOST_RACE_RETRY_MS = 100;

/** @throws {RangeError} at set-up, when the ranges cannot be divided */
export function createNodeIpamController(options: PodRangesOptions = {}): Controller {
  return {
    name: 'node-ipam',
    serviceAccount: 'node-controller',
    concurrency: 1,
    singleton: true,
    setUp(context) {
      const ipam = new NodeIpam(context, new PodRanges(options));
      return () => ipam.assignAll();
    },
  };
}

class NodeIpam {
  readonly #context: ControllerContext;
  readonly #events: EventRecorder;
  readonly #nodes: Informer<Node>;
  readonly #ranges: PodRanges;
  /** Names of the nodes without a range. */
  readonly #waiting = new Set<string>();
  /** Uids of those that have been told that there is none. */
  readonly #refused = new Set<string>();

  constructor(context: ControllerContext, ranges: PodRanges) {
    this.#context = context;
    this.#events = context.events.withSource('cidrAllocator');
    this.#ranges = ranges;
    this.#nodes = context.informers.informer(coreNodes);
    this.#nodes.addHandler({
      onAdd: (node) => this.#onNode(node),
      onUpdate: (_previous, node) => this.#onNode(node),
      onDelete: (node) => this.#onNodeGone(node),
    });
  }

  #onNode(node: Node): void {
    const { name = '', uid = '' } = node.metadata;
    if (podCidrsOf(node).length > 0) {
      this.#ranges.observe(node);
      this.#waiting.delete(name);
      this.#refused.delete(uid);
    } else if (!this.#waiting.has(name)) {
      this.#waiting.add(name);
      this.#context.queue.add(KEY_ASSIGN);
    }
  }

  #onNodeGone(node: Node): void {
    const { name = '', uid = '' } = node.metadata;
    this.#ranges.release(node);
    this.#waiting.delete(name);
    this.#refused.delete(uid);
    if (this.#waiting.size > 0) this.#context.queue.add(KEY_ASSIGN);
  }

  async assignAll(): Promise<ReconcileResult> {
    let isRaceLost = false;
    const nodes = [...this.#waiting].flatMap((name) => this.#nodes.get(name) ?? []);
    const errors = await concurrently(nodes, WRITE_CONCURRENCY, async (node) => {
      const cidrs = this.#ranges.reserve(node);
      if (!cidrs) this.#refuse(node);
      else if (!(await this.#assign(node, cidrs))) isRaceLost = true;
    });
    throwFirst(errors);
    return isRaceLost ? requeueAfter(LOST_RACE_RETRY_MS) : done;
  }

  /** False when the node is another by now, or has a range: the informer is about to tell. */
  async #assign(node: Node, podCIDRs: readonly string[]): Promise<boolean> {
    const { name = '', uid } = node.metadata;
    const patch = { metadata: { uid }, spec: { podCIDR: podCIDRs[0], podCIDRs } };
    try {
      await this.#context.client.patch(coreNodes, { name }, { type: 'merge', patch });
    } catch (thrown) {
      if (isApiError(thrown, 'NotFound', 'Conflict')) return false;
      this.#note(node, REASON_CIDR_ASSIGNMENT_FAILED);
      throw thrown;
    }
    if (this.#nodes.get(name)?.metadata.uid === uid) this.#waiting.delete(name);
    return true;
  }

  /** It is tried again when another node goes. */
  #refuse(node: Node): void {
    const { uid = '' } = node.metadata;
    if (this.#refused.has(uid)) return;
    this.#refused.add(uid);
    this.#note(node, REASON_CIDR_NOT_AVAILABLE);
  }

  #note(node: Node, reason: string): void {
    const message = `Node ${node.metadata.name} status is now: ${reason}`;
    this.#events.record(node, { type: 'Normal', reason, message });
  }
}
