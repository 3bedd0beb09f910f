/**
 * Taint eviction: Pods leave Nodes with NoExecute taints that they do not tolerate, or no longer. A job is a Node with all
 * its Pods; deadlines follow from the objects, so a restart forgets none.
 */
import { deepEqual } from '../../lib/deep-equal.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfterFirst,
} from '../../machinery/controller.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import { addNodeNameIndex } from '../../machinery/indexes.ts';
import { INDEX_NODE_NAME, type Informer } from '../../machinery/informer.ts';
import { coreNodes, corePods } from '../../scheme/generated/resources.ts';
import type { Node, Pod, Taint } from '../../scheme/generated/types/core-v1.ts';
import { keyOf } from '../../scheme/object.ts';
import { concurrently, throwFirst } from '../shared/concurrently.ts';
import { evictPod } from '../shared/evict-pod.ts';
import { noExecuteTaints, planEvictions } from './plan.ts';

export const REASON_TAINT_MANAGER_EVICTION = 'TaintManagerEviction';

const DISRUPTION = {
  reason: 'DeletionByTaintManager',
  message: 'Taint manager: deleting due to NoExecute taint',
};
/** The Pods of many Nodes go together when a zone does: their writes share commits. */
const NODE_CONCURRENCY = 64;
const EVICTION_CONCURRENCY = 50;

/** Its keys are names of Nodes. */
export function createTaintEvictionController(): Controller {
  return {
    name: 'taint-eviction',
    serviceAccount: 'node-controller',
    concurrency: NODE_CONCURRENCY,
    singleton: true,
    setUp(context) {
      const eviction = new TaintEviction(context);
      return (name) => eviction.reconcile(name);
    },
  };
}

class TaintEviction {
  readonly #context: ControllerContext;
  readonly #events: EventRecorder;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  /** By Node: Pods that are due later, for the event that takes it back. */
  readonly #scheduled = new Map<string, ReadonlyMap<string, string>>();
  /** By Node: taints that do not say when they were added, and when they were first seen. */
  readonly #seenMs = new Map<string, Map<string, number>>();

  constructor(context: ControllerContext) {
    const { informers, queue, events } = context;
    this.#context = context;
    this.#events = events.withSource('taint-eviction-controller');
    this.#nodes = informers.informer(coreNodes);
    this.#pods = informers.informer(corePods);
    addNodeNameIndex(this.#pods);
    this.#nodes.addHandler({
      onAdd: (node) => {
        if (noExecuteTaints(node).length > 0) queue.add(keyOf(node));
      },
      onUpdate: (previous, node) => {
        if (!deepEqual(noExecuteTaints(previous), noExecuteTaints(node))) queue.add(keyOf(node));
      },
      onDelete: (node) => queue.add(keyOf(node)),
    });
    this.#pods.addHandler({
      onAdd: (pod) => this.#onPod(undefined, pod),
      onUpdate: (previous, pod) => this.#onPod(previous, pod),
    });
  }

  async reconcile(name: string): Promise<ReconcileResult> {
    const node = this.#nodes.get(name);
    if (!node) {
      this.#scheduled.delete(name);
      this.#seenMs.delete(name);
      return done;
    }
    const nowMs = this.#context.clock.now();
    const { evict, scheduled, nextInMs } = planEvictions({
      node,
      pods: this.#pods.byIndex(INDEX_NODE_NAME, name),
      seenMs: this.#firstSeen(name, node, nowMs),
      nowMs,
    });
    this.#noteScheduled(name, scheduled, evict);
    throwFirst(await concurrently(evict, EVICTION_CONCURRENCY, (pod) => this.#evict(pod)));
    return requeueAfterFirst(nextInMs);
  }

  #onPod(previous: Pod | undefined, pod: Pod): void {
    const nodeName = pod.spec?.nodeName;
    if (!nodeName) return;
    const isSame =
      previous?.spec?.nodeName === nodeName &&
      deepEqual(previous.spec.tolerations, pod.spec?.tolerations);
    if (isSame) return;
    const node = this.#nodes.get(nodeName);
    if (node && noExecuteTaints(node).length > 0) this.#context.queue.add(nodeName);
  }

  async #evict(pod: Pod): Promise<void> {
    this.#events.record(pod, {
      type: 'Normal',
      reason: REASON_TAINT_MANAGER_EVICTION,
      message: `Marking for deletion Pod ${keyOf(pod)}`,
    });
    await evictPod(this.#context, pod, DISRUPTION);
  }

  /** Tells of Pods that were to go and may stay: the taint is gone, or they tolerate it now. */
  #noteScheduled(nodeName: string, scheduled: readonly Pod[], evicted: readonly Pod[]): void {
    const before = this.#scheduled.get(nodeName);
    const uids = new Map(scheduled.map((pod) => [keyOf(pod), pod.metadata.uid ?? '']));
    if (uids.size > 0) this.#scheduled.set(nodeName, uids);
    else this.#scheduled.delete(nodeName);
    const going = new Set(evicted.map(keyOf));
    for (const [key, uid] of before ?? []) {
      const pod = this.#pods.get(key);
      const isTakenBack = !uids.has(key) && !going.has(key) && pod?.metadata.uid === uid;
      if (!isTakenBack || pod.metadata.deletionTimestamp) continue;
      this.#events.record(pod, {
        type: 'Normal',
        reason: REASON_TAINT_MANAGER_EVICTION,
        message: `Cancelling deletion of Pod ${key}`,
      });
    }
  }

  /** When each taint was first seen, for those that were added by hand and do not say. */
  #firstSeen(nodeName: string, node: Node, nowMs: number): (taint: Taint) => number {
    const before = this.#seenMs.get(nodeName);
    const seen = new Map<string, number>();
    for (const { key, value = '', timeAdded } of noExecuteTaints(node)) {
      const id = `${key}=${value}`;
      if (!timeAdded) seen.set(id, before?.get(id) ?? nowMs);
    }
    if (seen.size > 0) this.#seenMs.set(nodeName, seen);
    else this.#seenMs.delete(nodeName);
    return ({ key, value = '' }) => seen.get(`${key}=${value}`) ?? nowMs;
  }
}
