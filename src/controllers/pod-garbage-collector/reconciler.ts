/**
 * Pod garbage collection: Pods whose kubelet will never end them are removed by force: those of Nodes that no longer exist,
 * those that were deleted before they had a Node, those of Nodes declared out of service, and ended ones beyond a number.
 */
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../machinery/controller.ts';
import { addNodeNameIndex } from '../../machinery/indexes.ts';
import { INDEX_NODE_NAME, type Informer } from '../../machinery/informer.ts';
import { isApiError } from '../../scheme/errors.ts';
import { coreNodes, corePods } from '../../scheme/generated/resources.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { concurrently, throwFirst } from '../shared/concurrently.ts';
import { isPodTerminal } from '../shared/pods.ts';
import { type Cause, isOutOfService, isUnscheduledTerminating, selectExcess } from './plan.ts';
import { asFailed } from './status.ts';

const INDEX_ENDED = 'ended';
const INDEX_UNSCHEDULED_TERMINATING = 'unscheduledTerminating';
const INDEX_VALUE = 'true';
const YES: readonly string[] = [INDEX_VALUE];
const NO: readonly string[] = [];

/** Keys: `node/<name>`, and these. */
const KEY_ENDED = 'ended';
const KEY_UNSCHEDULED = 'unscheduled';
const NODE_PREFIX = 'node/';

const DELETE_CONCURRENCY = 100;

export interface PodGarbageCollectorOptions {
  /** How long a Node must have been gone: it may only be late. @default 40_000 */
  readonly quarantineMs?: number;
  /** How many ended Pods may stay; 0 keeps all. @default 12_500 */
  readonly terminatedPodThreshold?: number;
}

export function createPodGarbageCollectorController(
  options: PodGarbageCollectorOptions = {},
): Controller {
  return {
    name: 'pod-garbage-collector',
    serviceAccount: 'pod-garbage-collector',
    singleton: true,
    setUp(context) {
      const collector = new PodGarbageCollector(context, options);
      return (key) => collector.reconcile(key);
    },
  };
}

class PodGarbageCollector {
  readonly #context: ControllerContext;
  readonly #quarantineMs: number;
  readonly #threshold: number;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  /** Nodes that Pods name and nobody knows, and since when. */
  readonly #missingSinceMs = new Map<string, number>();

  constructor(context: ControllerContext, options: PodGarbageCollectorOptions) {
    const { informers, queue } = context;
    this.#context = context;
    this.#quarantineMs = options.quarantineMs ?? 40_000;
    this.#threshold = options.terminatedPodThreshold ?? 12_500;
    this.#nodes = informers.informer(coreNodes);
    this.#pods = informers.informer(corePods);
    addNodeNameIndex(this.#pods);
    this.#pods.addIndex(INDEX_ENDED, (pod) => (isPodTerminal(pod) ? YES : NO));
    this.#pods.addIndex(INDEX_UNSCHEDULED_TERMINATING, (pod) =>
      isUnscheduledTerminating(pod) ? YES : NO,
    );
    this.#nodes.addHandler({
      onAdd: (node) => this.#onNode(node),
      onUpdate: (_, node) => this.#onNode(node),
      onDelete: ({ metadata }) => queue.add(`${NODE_PREFIX}${metadata.name}`),
    });
    this.#pods.addHandler({
      onAdd: (pod) => this.#onPod(undefined, pod),
      onUpdate: (previous, pod) => this.#onPod(previous, pod),
    });
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    if (key.startsWith(NODE_PREFIX)) return this.#reconcileNode(key.slice(NODE_PREFIX.length));
    if (key === KEY_UNSCHEDULED) {
      const pods = this.#pods.byIndex(INDEX_UNSCHEDULED_TERMINATING, INDEX_VALUE);
      await this.#removeAll(pods, 'unscheduled');
    } else if (key === KEY_ENDED) {
      const ended = this.#pods.byIndex(INDEX_ENDED, INDEX_VALUE);
      await this.#removeAll(selectExcess(ended, this.#threshold), 'excess');
    }
    return done;
  }

  async #reconcileNode(name: string): Promise<ReconcileResult> {
    const node = this.#nodes.get(name);
    const pods = this.#pods.byIndex(INDEX_NODE_NAME, name);
    if (node || pods.length === 0) {
      this.#missingSinceMs.delete(name);
      if (node && isOutOfService(node)) {
        const terminating = pods.filter(({ metadata }) => metadata.deletionTimestamp);
        await this.#removeAll(terminating, 'out-of-service');
      }
      return done;
    }
    const nowMs = this.#context.clock.now();
    const sinceMs = this.#missingSinceMs.get(name) ?? nowMs;
    this.#missingSinceMs.set(name, sinceMs);
    const leftMs = sinceMs + this.#quarantineMs - nowMs;
    if (leftMs > 0) return requeueAfter(leftMs);
    if (await this.#exists(name)) return requeueAfter(this.#quarantineMs);
    await this.#removeAll(pods, 'orphaned');
    this.#missingSinceMs.delete(name);
    return done;
  }

  /** Asks the store: the informer may be behind. */
  async #exists(name: string): Promise<boolean> {
    try {
      await this.#context.client.get(coreNodes, { name });
      return true;
    } catch (thrown) {
      if (isApiError(thrown, 'NotFound')) return false;
      throw thrown;
    }
  }

  async #removeAll(pods: readonly Pod[], cause: Cause): Promise<void> {
    throwFirst(await concurrently(pods, DELETE_CONCURRENCY, (pod) => this.#remove(pod, cause)));
  }

  async #remove(pod: Pod, cause: Cause): Promise<void> {
    const { client, clock } = this.#context;
    const { namespace, name = '', uid = '' } = pod.metadata;
    const failed = asFailed(pod, cause, clock.now());
    if (failed !== pod) {
      const { resourceVersion } = pod.metadata;
      const patch = { metadata: { uid, resourceVersion }, status: failed.status };
      const updated = await ignoreNotFound(
        client.patch(
          corePods,
          { namespace, name },
          { type: 'merge', patch },
          { subresource: 'status' },
        ),
      );
      if (!updated) return;
    }
    await ignoreNotFound(
      client.delete(
        corePods,
        { namespace, name },
        { gracePeriodSeconds: 0, preconditions: { uid } },
      ),
    );
  }

  #onNode(node: Node): void {
    if (isOutOfService(node)) this.#context.queue.add(`${NODE_PREFIX}${node.metadata.name}`);
  }

  #onPod(previous: Pod | undefined, pod: Pod): void {
    const { queue } = this.#context;
    if (isUnscheduledTerminating(pod)) queue.add(KEY_UNSCHEDULED);
    const hasEnded = isPodTerminal(pod) && !(previous && isPodTerminal(previous));
    if (hasEnded && this.#threshold > 0) {
      const ended = this.#pods.byIndex(INDEX_ENDED, INDEX_VALUE).length;
      if (ended > this.#threshold) queue.add(KEY_ENDED);
    }
    const nodeName = pod.spec?.nodeName;
    if (!nodeName) return;
    const node = this.#nodes.get(nodeName);
    const isBound = previous?.spec?.nodeName !== nodeName;
    const isDeleted = pod.metadata.deletionTimestamp && !previous?.metadata.deletionTimestamp;
    if ((isBound && !node) || (isDeleted && node && isOutOfService(node))) {
      queue.add(`${NODE_PREFIX}${nodeName}`);
    }
  }
}
