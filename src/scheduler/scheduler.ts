/**
 * The scheduler: gives each pod without a node the best node that can take it.
 *
 * Informers feed the cluster cache (nodes, and the pods on them) and the scheduling queue (pods without a node). One work
 * queue key stands for "there are pods to try"; its job drains the queue in batches: each pod is placed against the cache at
 * once, counted there (*assumed*), and the bindings of a batch are stored concurrently so that they share transactions.
 *
 * Invariant: deciding is synchronous. Between popping a pod and filing the outcome no event can slip by unseen.
 * Entry point: {@link createScheduler}. It is a singleton: run it under a leader lease.
 */

import { invariant, toError } from '../lib/errors.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../machinery/controller.ts';
import { isApiError } from '../scheme/errors.ts';
import { coreNamespaces, coreNodes, corePods } from '../scheme/generated/resources.ts';
import type { Node, Pod } from '../scheme/generated/types/core-v1.ts';
import { keyOf } from '../scheme/object.ts';
import { ClusterCache } from './cluster-cache.ts';
import { diagnose } from './diagnosis.ts';
import type { ClusterEvent, Plugin, Profile } from './framework.ts';
import { PlacementTables } from './placement-tables.ts';
import { isTerminal, type PodInfo } from './pod-info.ts';
import { createDefaultProfile, type PluginHandle } from './profile.ts';
import type { QueuedPod } from './queued-pod.ts';
import { reportUnschedulable } from './report.ts';
import { SchedulingQueue } from './scheduling-queue.ts';
import { createWorkloadSelector } from './topology/workload-selectors.ts';

export const REASON_SCHEDULED = 'Scheduled';

/** The one key of the scheduler's work queue. */
const KEY = 'schedule';

export interface SchedulerOptions {
  /** Builds the profile that this scheduler serves. @default the default plugins */
  readonly createProfile?: (handle: PluginHandle) => Profile;
  /** How many pods one job places at the most, before others get their turn. @default 512 */
  readonly batchSize?: number;
}

export function createScheduler({
  createProfile = createDefaultProfile,
  batchSize = 512,
}: SchedulerOptions = {}): Controller {
  return {
    name: 'scheduler',
    concurrency: 1,
    singleton: true,
    setUp(context) {
      const cache = new ClusterCache();
      const { client, informers } = context;
      const workloadSelector = createWorkloadSelector(informers);
      const profile = createProfile({ client, cache, workloadSelector });
      // Events come from the scheduler's name in the pods' spec, as in Kubernetes.
      const events = context.events.withSource(profile.schedulerName);
      const scheduler = new Scheduler({ ...context, events }, { profile, cache, batchSize });
      scheduler.watch();
      return () => scheduler.run();
    },
  };
}

interface SchedulerParts {
  readonly profile: Profile;
  readonly cache: ClusterCache;
  readonly batchSize: number;
}

class Scheduler {
  readonly #context: ControllerContext;
  readonly #profile: Profile;
  readonly #batchSize: number;
  readonly #cache: ClusterCache;
  readonly #queue: SchedulingQueue;
  readonly #tables: PlacementTables;
  readonly #binder: NonNullable<Plugin['bind']>;

  constructor(context: ControllerContext, { profile, cache, batchSize }: SchedulerParts) {
    this.#context = context;
    this.#cache = cache;
    this.#profile = profile;
    this.#batchSize = batchSize;
    this.#queue = new SchedulingQueue({ plugins: profile.plugins, clock: context.clock });
    this.#tables = new PlacementTables({ profile, cache: this.#cache, random: context.random });
    const binder = profile.plugins.find((plugin) => plugin.bind);
    invariant(binder?.bind, `profile ${profile.schedulerName} has a plugin that binds`);
    this.#binder = binder.bind.bind(binder);
  }

  watch(): void {
    this.#addMetrics();
    const { informers } = this.#context;
    informers.informer(coreNodes).addHandler({
      onAdd: (node) => this.#onNode(undefined, node),
      onUpdate: (before, node) => this.#onNode(before, node),
      onDelete: (node) => this.#onNodeGone(node),
    });
    informers.informer(coreNamespaces).addHandler({
      onAdd: ({ metadata }) => this.#cache.setNamespace(metadata.name ?? '', metadata.labels ?? {}),
      onUpdate: (_, { metadata }) =>
        this.#cache.setNamespace(metadata.name ?? '', metadata.labels ?? {}),
      onDelete: ({ metadata }) => this.#cache.setNamespace(metadata.name ?? '', undefined),
    });
    informers.informer(corePods).addHandler({
      onAdd: (pod) => this.#onPod(pod),
      onUpdate: (before, pod) => this.#onPod(pod, before),
      onDelete: (pod) => this.#onPodGone(pod),
    });
  }

  #addMetrics(): void {
    this.#context.addMetric({
      name: 'scheduler_pending_pods',
      help: 'Pods that want a node, by where they wait.',
      type: 'gauge',
      read: () => {
        const { none, ...counts } = this.#queue.counts();
        return Object.entries(counts).map(([queue, value]) => ({ labels: { queue }, value }));
      },
    });
  }

  /** One job: places a batch, stores its bindings, and says when to come back. */
  async run(): Promise<ReconcileResult> {
    this.#queue.flush();
    const reports: Promise<void>[] = [];
    while (reports.length < this.#batchSize) {
      const queued = this.#queue.pop();
      if (!queued) break;
      reports.push(this.#schedule(queued));
    }
    await Promise.all(reports);
    if (this.#queue.hasActive) return requeueAfter(0);
    const nextMs = this.#queue.flush();
    return nextMs === undefined ? done : requeueAfter(nextMs);
  }

  #onNode(before: Node | undefined, node: Node): void {
    this.#cache.setNode(node);
    this.#onEvent(before ? { type: 'node-updated', before, node } : { type: 'node-added', node });
  }

  #onNodeGone(node: Node): void {
    this.#cache.removeNode(node.metadata.name ?? '');
    this.#onEvent({ type: 'node-removed', node });
  }

  #onPod(pod: Pod, before?: Pod): void {
    if (isTerminal(pod)) {
      this.#onPodGone(pod);
    } else if (pod.spec?.nodeName) {
      this.#queue.delete(keyOf(pod));
      this.#onAssigned(pod, before);
    } else if (this.#isOurs(pod)) {
      this.#queue.set(pod);
      this.#wake();
    } else {
      this.#queue.delete(keyOf(pod));
    }
  }

  #onAssigned(pod: Pod, before: Pod | undefined): void {
    const isNews = !this.#cache.isUpToDate(pod);
    if (isNews) this.#cache.setPod(pod);
    if (!before?.spec?.nodeName) this.#onEvent({ type: 'assigned-pod-added', pod });
    else if (isNews) this.#onEvent({ type: 'assigned-pod-updated', before, pod });
  }

  #onEvent(event: ClusterEvent): void {
    this.#queue.onEvent(event);
    this.#wake();
  }

  #onPodGone(pod: Pod): void {
    this.#queue.delete(keyOf(pod));
    this.#cache.removePod(pod.metadata.uid ?? '');
    if (!pod.spec?.nodeName) return;
    this.#onEvent({ type: 'assigned-pod-removed', pod });
  }

  #isOurs(pod: Pod): boolean {
    return (
      !pod.metadata.deletionTimestamp &&
      (pod.spec?.schedulerName ?? 'default-scheduler') === this.#profile.schedulerName
    );
  }

  #wake(): void {
    if (this.#queue.hasActive) this.#context.queue.add(KEY);
    else if (this.#queue.size > 0) this.#scheduleFlush();
  }

  #scheduleFlush(): void {
    const nextMs = this.#queue.flush();
    if (nextMs !== undefined) this.#context.queue.addAfter(KEY, nextMs);
  }

  /** Decides at once; what it returns is the storing of the decision. */
  #schedule(queued: QueuedPod): Promise<void> {
    const { info } = queued;
    const table = this.#tables.tableFor(info);
    const nodeName = table.best();
    if (nodeName !== undefined) {
      this.#reserve(info, nodeName);
      return this.#bind(queued, nodeName);
    }
    const { message, rejectedBy } = diagnose(this.#cache.nodeCount, table.rejections());
    this.#queue.addUnschedulable(queued, rejectedBy);
    return reportUnschedulable(this.#context, info.pod, message);
  }

  #reserve(info: PodInfo, nodeName: string): void {
    this.#cache.place(info, nodeName);
    for (const plugin of this.#profile.plugins) plugin.reserve?.(info, nodeName);
  }

  async #bind(queued: QueuedPod, nodeName: string): Promise<void> {
    const { info } = queued;
    try {
      await this.#binder(info, nodeName);
    } catch (thrown) {
      this.#onBindFailed(queued, nodeName, toError(thrown));
      return;
    }
    this.#context.events.record(info.pod, {
      type: 'Normal',
      reason: REASON_SCHEDULED,
      message: `Successfully assigned ${info.key} to ${nodeName}`,
    });
  }

  #onBindFailed(queued: QueuedPod, nodeName: string, error: Error): void {
    const { info } = queued;
    for (const plugin of this.#profile.plugins) plugin.unreserve?.(info, nodeName);
    this.#cache.removePod(info.uid);
    if (isApiError(error, 'NotFound', 'Conflict')) {
      // The pod is gone or has a node already: the informer tells the rest.
      this.#queue.delete(info.key);
    } else {
      this.#context.logger.warn('binding failed', { pod: info.key, node: nodeName, error });
      this.#queue.addBackoff(queued);
    }
  }
}
