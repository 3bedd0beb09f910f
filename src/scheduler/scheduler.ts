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

import { toError } from '../lib/errors.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../machinery/controller.ts';
import { isApiError } from '../scheme/errors.ts';
import type { Pod } from '../scheme/generated/types/core-v1.ts';
import { AttemptCounts } from './attempt-counts.ts';
import { ClusterCache } from './cluster-cache.ts';
import { ClusterWatcher } from './cluster-watcher.ts';
import {
  DEFAULT_CONFIGURATION,
  type SchedulerConfiguration,
} from './configuration/scheduler-configuration.ts';
import { createRunners } from './create-runners.ts';
import { DecisionRecorder, type DecisionSettings } from './decisions/decision-recorder.ts';
import { countOnce, diagnose, diagnoseRefusal } from './diagnosis.ts';
import { chooseWithExtenders } from './extenders/choose-with-extenders.ts';
import { HttpExtender } from './extenders/http-extender.ts';
import { reviewByExtenders } from './extenders/preempt-with-extenders.ts';
import { DEFAULT_SCHEDULER_NAME, type NodeRejection, type PostFilterResult } from './framework.ts';
import type { PlacementTable } from './placement-table.ts';
import type { PodInfo } from './pod-info.ts';
import type { Binder, ProfileRunner } from './profile-runner.ts';
import type { QueuedPod } from './queued-pod.ts';
import {
  type Failure,
  REASON_SCHEDULER_ERROR,
  reportExpectedNode,
  reportUnschedulable,
} from './report.ts';
import { SchedulingQueue } from './scheduling-queue.ts';
import { PermitRejection } from './waiting-pods.ts';

export const REASON_SCHEDULED = 'Scheduled';
const ACTION_BINDING = 'Binding';

/** The one key of the scheduler's work queue. */
const KEY = 'schedule';

export interface SchedulerOptions {
  /** The profiles that this scheduler serves. @default one of the default plugins */
  readonly configuration?: SchedulerConfiguration;
  /** How many pods one job places at the most, before others get their turn. @default 512 */
  readonly batchSize?: number;
  /** Whether DeviceTaintRules are served. @default true */
  readonly hasDeviceTaintRules?: boolean;
  /** Who hears what is decided, and why. @default nobody */
  readonly decisions?: DecisionSettings | undefined;
}

export function createScheduler({
  configuration = DEFAULT_CONFIGURATION,
  batchSize = 512,
  decisions,
  hasDeviceTaintRules,
}: SchedulerOptions = {}): Controller {
  return {
    name: 'scheduler',
    concurrency: 1,
    singleton: true,
    setUp(context) {
      const scheduler = new Scheduler(context, configuration, {
        batchSize,
        decisions,
        hasDeviceTaintRules,
      });
      return () => scheduler.run();
    },
  };
}

interface Settings {
  readonly batchSize: number;
  readonly decisions: DecisionSettings | undefined;
  readonly hasDeviceTaintRules: boolean | undefined;
}

/** A pod that no node takes. */
interface Refused {
  /** Where room is being made for it, if anywhere. */
  readonly room: PostFilterResult | undefined;
  /** What extenders have against nodes. */
  readonly rejections?: readonly NodeRejection[];
}

const nameOf = ({ spec }: Pod): string => spec?.schedulerName ?? DEFAULT_SCHEDULER_NAME;

class Scheduler {
  readonly #context: ControllerContext;
  readonly #runners: ReadonlyMap<string, ProfileRunner>;
  readonly #batchSize: number;
  readonly #cache = new ClusterCache();
  readonly #queue: SchedulingQueue;
  readonly #extenders: readonly HttpExtender[];
  readonly #attempts = new AttemptCounts();
  readonly #decisions: DecisionRecorder | undefined;
  /** An extender is asked about one pod after the other; pods that do not concern it do not wait for that. */
  readonly #asking = new Map<HttpExtender, Promise<unknown>>();

  constructor(
    context: ControllerContext,
    configuration: SchedulerConfiguration,
    { batchSize, decisions, hasDeviceTaintRules }: Settings,
  ) {
    this.#context = context;
    this.#batchSize = batchSize;
    this.#decisions =
      decisions && new DecisionRecorder({ ...context, ...decisions, cache: this.#cache });
    this.#extenders = configuration.extenders.map((config) => new HttpExtender(config));
    const { clock, informers } = context;
    this.#runners = createRunners({
      ...context,
      // Events come from the scheduler's name in the pods' spec, as in Kubernetes.
      events: context.events.reportingAs(DEFAULT_SCHEDULER_NAME),
      configuration,
      cache: this.#cache,
      hasDeviceTaintRules,
      onChange: (event) => {
        this.#queue.onEvent(event);
        this.#wake();
      },
      activate: (keys) => {
        this.#queue.activate(keys);
        this.#wake();
      },
    });
    const profiles = [...this.#runners.values()].map(({ profile }) => profile);
    this.#queue = new SchedulingQueue({ profiles, clock, backoff: configuration.backoff });
    this.#attempts.addMetrics(context, this.#queue);
    new ClusterWatcher({
      cache: this.#cache,
      queue: this.#queue,
      isOurs: (pod) => !pod.metadata.deletionTimestamp && this.#runners.has(nameOf(pod)),
      wake: () => this.#wake(),
    }).start(informers);
  }

  /** One job: places a batch, stores its bindings, and says when to come back. */
  async run(): Promise<ReconcileResult> {
    this.#queue.flush();
    const reports: (Promise<void> | undefined)[] = [];
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

  #wake(): void {
    if (this.#queue.hasActive) this.#context.queue.add(KEY);
    else if (this.#queue.size > 0) this.#scheduleFlush();
  }

  #scheduleFlush(): void {
    const nextMs = this.#queue.flush();
    if (nextMs !== undefined) this.#context.queue.addAfter(KEY, nextMs);
  }

  /** Decides at once; what it returns is the storing of the decision. */
  #schedule(queued: QueuedPod): Promise<void> | undefined {
    const { info } = queued;
    const runner = this.#runners.get(nameOf(info.pod));
    // Its profile is gone with a configuration before: it is not ours.
    if (!runner) return undefined;
    const extenders = this.#extenders.filter((extender) => extender.isInterested(info));
    if (extenders.length > 0) {
      this.#askInTurn(extenders, () => this.#scheduleWith(extenders, queued, runner));
      return undefined;
    }
    this.#decisions?.begin();
    const { nominations } = this.#cache;
    const nominated = nominations.nodeOf(info.uid);
    // The room that is kept for the pod is not in its own way.
    nominations.remove(info.uid);
    const table = runner.tables.tableFor(info);
    const nodeName = nominated && table.accepts(nominated) ? nominated : runner.best(table);
    this.#decisions?.judged(queued, table, nodeName);
    if (nodeName !== undefined) return this.#place(queued, runner, nodeName);
    if (nominated !== undefined) nominations.set(info, nominated);
    return this.#refuse(queued, table, { room: runner.postFilter(info, table) });
  }

  #askInTurn(extenders: readonly HttpExtender[], ask: () => Promise<void>): void {
    const asked = Promise.all(extenders.map((each) => this.#asking.get(each))).then(ask);
    for (const extender of extenders) this.#asking.set(extender, asked);
  }

  /** Asks the extenders, and holds their answer against what has become of the cluster meanwhile. */
  async #scheduleWith(
    extenders: readonly HttpExtender[],
    queued: QueuedPod,
    runner: ProfileRunner,
  ): Promise<void> {
    if (!this.#queue.holds(queued)) return;
    const { info } = queued;
    const { logger } = this.#context;
    this.#cache.nominations.remove(info.uid);
    const { eventCount } = this.#queue;
    this.#decisions?.begin();
    const table = runner.tables.tableFor(info);
    this.#decisions?.judged(queued, table);
    const shared = { extenders, cache: this.#cache, logger };
    try {
      const ranked = runner.ranked(table);
      const choice = await chooseWithExtenders({ pod: info, ranked, ...shared });
      const { nodeName, rejections } = choice;
      const room =
        nodeName === undefined
          ? await runner.reviewedPostFilter(info, table, reviewByExtenders(shared))
          : undefined;
      if (!this.#queue.holds(queued)) return;
      const isNews = this.#queue.eventCount !== eventCount;
      if (nodeName === undefined) await this.#refuse(queued, table, { room, rejections });
      else if (runner.tables.tableFor(info).accepts(nodeName)) {
        await this.#place(queued, runner, nodeName, binderOf(extenders));
        return;
      }
      if (nodeName !== undefined || isNews) this.#tryLater(queued);
    } catch (thrown) {
      const error = toError(thrown);
      logger.warn('an extender failed', { pod: info.key, error });
      this.#tryLater(queued);
      this.#decisions?.failed(queued, 'Error', error.message);
      await this.#report(info, { message: error.message, reason: REASON_SCHEDULER_ERROR }).catch(
        (failed) => logger.error('a failure is not reported', { error: toError(failed) }),
      );
    }
  }

  #tryLater(queued: QueuedPod): void {
    this.#attempts.count('error');
    this.#queue.addBackoff(queued);
    this.#wake();
  }

  #place(
    queued: QueuedPod,
    runner: ProfileRunner,
    nodeName: string,
    binder?: Binder,
  ): Promise<void> | undefined {
    const { info } = queued;
    this.#cache.place(info, nodeName);
    let prepared: Promise<void> | undefined;
    try {
      runner.reserve(info, nodeName);
      prepared = runner.prepare(info, nodeName);
    } catch (thrown) {
      return this.#takeBack(queued, runner, nodeName, toError(thrown));
    }
    if (!prepared) return this.#bind(queued, runner, nodeName, binder);
    // A placement that waits must not hold up the others.
    Promise.all([prepared, reportExpectedNode(this.#context, info.pod, nodeName)])
      .then(
        () => this.#bind(queued, runner, nodeName, binder),
        (thrown) => this.#takeBack(queued, runner, nodeName, toError(thrown)),
      )
      .catch((error) => this.#context.logger.error('binding failed', { error }));
    return undefined;
  }

  async #bind(
    queued: QueuedPod,
    runner: ProfileRunner,
    nodeName: string,
    binder: Binder | undefined,
  ): Promise<void> {
    const { info } = queued;
    try {
      await runner.bind(info, nodeName, binder);
    } catch (thrown) {
      // The pod is gone or has a node already: the informer tells the rest.
      const error = toError(thrown);
      if (isApiError(error.cause ?? error, 'NotFound', 'Conflict')) this.#queue.delete(info.key);
      await this.#takeBack(queued, runner, nodeName, error);
      return;
    }
    this.#attempts.count('scheduled');
    this.#decisions?.scheduled(queued, nodeName);
    this.#eventsOf(info).record(info.pod, {
      type: 'Normal',
      reason: REASON_SCHEDULED,
      action: ACTION_BINDING,
      message: `Successfully assigned ${info.key} to ${nodeName}`,
    });
  }

  #takeBack(
    queued: QueuedPod,
    runner: ProfileRunner,
    nodeName: string,
    error: Error,
  ): Promise<void> | undefined {
    runner.unreserve(queued.info, nodeName);
    this.#cache.removePod(queued.info.uid);
    return this.#onFailed(queued, nodeName, error);
  }

  #onFailed(queued: QueuedPod, nodeName: string, error: Error): Promise<void> | undefined {
    const { info } = queued;
    const { logger } = this.#context;
    if (error instanceof PermitRejection) {
      this.#attempts.count('unschedulable');
      this.#queue.addUnschedulable(queued, new Set([error.plugin]));
      this.#decisions?.failed(queued, 'Unschedulable', error.message);
      return this.#report(info, { message: error.message });
    }
    if (!this.#queue.holds(queued)) return undefined;
    logger.warn('binding failed', { pod: info.key, node: nodeName, error });
    this.#decisions?.failed(queued, 'Error', error.message);
    this.#tryLater(queued);
    return this.#report(info, { message: error.message, reason: REASON_SCHEDULER_ERROR });
  }

  #refuse(
    queued: QueuedPod,
    table: PlacementTable,
    { room, rejections: byExtenders = [] }: Refused,
  ): Promise<void> | undefined {
    const { info } = queued;
    this.#attempts.count('unschedulable');
    const { nodeCount, nominations } = this.#cache;
    const { refusal } = table.plan;
    const { message, rejectedBy, reasons } = refusal
      ? diagnoseRefusal(nodeCount, refusal)
      : diagnose(nodeCount, [...table.rejections(), ...countOnce(byExtenders)]);
    // Nobody knows what could change the mind of an extender: any event may.
    this.#queue.addUnschedulable(queued, byExtenders.length > 0 ? new Set() : rejectedBy);
    if (room?.nominate) nominations.set(info, room.nominate);
    else if (room?.nominate === null) nominations.remove(info.uid);
    const told = [message, room?.message].filter(Boolean).join(' ');
    this.#decisions?.refused(queued, { message: told, reasons, room });
    const reported = this.#report(info, { message: told });
    // Others need not wait until the victims have left.
    if (room?.act) this.#makeRoom(info, room.act);
    return reported;
  }

  #makeRoom(info: PodInfo, act: () => Promise<void>): void {
    act().catch((thrown) => {
      const error = toError(thrown);
      this.#context.logger.warn('making room failed', { pod: info.key, error });
      this.#cache.nominations.remove(info.uid);
      this.#queue.activate([info.key]);
      this.#wake();
    });
  }

  #report(info: PodInfo, failure: Omit<Failure, 'nominatedNodeName'>): Promise<void> {
    const nominatedNodeName = this.#cache.nominations.nodeOf(info.uid);
    const { client, clock } = this.#context;
    const events = this.#eventsOf(info);
    return reportUnschedulable({ client, clock, events }, info.pod, {
      ...failure,
      nominatedNodeName,
    });
  }

  #eventsOf({ pod }: PodInfo) {
    return this.#context.events.reportingAs(nameOf(pod));
  }
}

/** The extender that binds in place of the profile's plugins, if one does. */
function binderOf(extenders: readonly HttpExtender[]): Binder | undefined {
  const extender = extenders.find(({ config }) => config.bindVerb);
  const verb = extender?.config.bindVerb;
  return extender && verb ? (pod, nodeName) => extender.bind(verb, pod, nodeName) : undefined;
}
