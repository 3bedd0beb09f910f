import type { ApiClient } from '../apiserver/client.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { MetricRegistry } from '../lib/metrics.ts';
import type { Random } from '../lib/random.ts';
import type { WorkGauge } from '../lib/work-gauge.ts';
import type { Controller, ControllerContext, Reconcile } from './controller.ts';
import { ControllerQueue } from './controller-queue.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { InformerFactory } from './informer.ts';
import type { PauseWatch } from './pause-watch.ts';
import { QueueMetrics } from './queue-metrics.ts';
import { RunFence } from './run-fence.ts';
import { ScopedInformers } from './scoped-informers.ts';
import type { BackendQueue, QueueBackend } from './work-queue.ts';
import { type AssertMayWrite, FencedError, fencedClient } from './write-fence.ts';

const DEFAULT_CONCURRENCY = 4;

/** What the controllers of one process share. */
export interface ControllerEnvironment {
  /** What a controller acts by: as whoever it is. */
  readonly clientFor: (controller: Controller) => ApiClient;
  readonly informers: InformerFactory;
  readonly backend: QueueBackend;
  readonly events: EventRecorder;
  readonly clock: Clock;
  /** Real time, for what is broken rather than late. */
  readonly retryClock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /**
   * Set when other processes work on the same queues: catch up with the store before each run, keep deadlines where all see
   * them as well, and write nothing for a run that stood still.
   */
  readonly sharedQueues: { readonly pauses: PauseWatch } | undefined;
  /** Is told what there is to do. @default nobody */
  readonly work?: WorkGauge | undefined;
  /** Gets the figures of the work queues, and what controllers tell of themselves. @default nobody */
  readonly metrics?: MetricRegistry | undefined;
}

export interface ControllerRunnerOptions {
  /** Whether its process still holds the lease of a singleton. @default always */
  readonly isLeading?: () => boolean;
  /** See QueueOptions.onDataLoss. */
  readonly onDataLoss?: () => void;
}

/** One controller at work, from set-up to stop: used once. */
export class ControllerRunner {
  readonly #controller: Controller;
  readonly #environment: ControllerEnvironment;
  readonly #abort = new AbortController();
  readonly #metrics = new QueueMetrics();
  readonly #runs: RunFence | undefined;
  readonly #isLeading: () => boolean;
  readonly #onDataLoss: () => void;
  #removeMetrics: (() => void) | undefined;
  #removeWork: (() => void) | undefined;
  #parts:
    | { backendQueue: BackendQueue; queue: ControllerQueue; informers: ScopedInformers }
    | undefined;

  constructor(
    controller: Controller,
    environment: ControllerEnvironment,
    { isLeading = () => true, onDataLoss = () => undefined }: ControllerRunnerOptions = {},
  ) {
    this.#controller = controller;
    this.#environment = environment;
    this.#isLeading = isLeading;
    this.#onDataLoss = onDataLoss;
    const { sharedQueues } = environment;
    if (sharedQueues) this.#runs = new RunFence(sharedQueues.pauses);
  }

  /** Resolves when the informers have synced and keys are being worked on, or when it was stopped before. */
  async start(): Promise<void> {
    const { backend, logger } = this.#environment;
    const { concurrency = DEFAULT_CONCURRENCY, name } = this.#controller;
    const backendQueue = await backend.open({
      name,
      concurrency,
      process: (key, signal, waitedMs) =>
        this.#metrics.follow(waitedMs, queue.process(key, reconcile, signal)),
      onLoss: () => {
        this.#runs?.noteLoss();
        this.#parts?.queue.noteLoss();
      },
      onRecovery: () => this.#parts?.queue.recover(),
      onDataLoss: () => this.#onDataLoss(),
    });
    this.#observe(backendQueue);
    const queue = this.#createQueue(backendQueue);
    this.#removeWork = this.#environment.work?.add(() => queue.oldestWorkMs());
    const informers = new ScopedInformers(this.#environment.informers);
    this.#parts = { backendQueue, queue, informers };
    const setUp = this.#controller.setUp(this.#context(queue, informers));
    const reconcile = this.#withCatchUp(setUp, informers);
    const attached = await informers.attach(this.#abort.signal, (waiting) =>
      logger.warn('controller waits for its informers', { controller: name, resources: waiting }),
    );
    if (!attached) return this.#close();
    await backendQueue.run();
    logger.debug('controller started', { controller: name });
  }

  /** Takes no more keys and waits for those being worked on. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#close();
  }

  async #close(): Promise<void> {
    if (!this.#parts) return;
    const { backendQueue, informers, queue } = this.#parts;
    this.#removeMetrics?.();
    this.#removeWork?.();
    informers.detach();
    queue.stop();
    await backendQueue.close();
  }

  #observe(backendQueue: BackendQueue): void {
    const { metrics } = this.#environment;
    if (!metrics) return;
    const depth = () => backendQueue.depth();
    this.#removeMetrics = this.#metrics.addTo(metrics, this.#controller.name, depth);
  }

  #createQueue(backendQueue: BackendQueue): ControllerQueue {
    const { clock, logger, random, retryClock, sharedQueues } = this.#environment;
    const { failureBackoff, minIntervalMs = 0, name } = this.#controller;
    const enqueueLater = (key: string, delayMs: number) => backendQueue.enqueueLater(key, delayMs);
    return new ControllerQueue({
      controller: name,
      enqueue: (keys) => {
        this.#metrics.added(keys.length);
        return backendQueue.enqueue(keys);
      },
      onRetry: () => this.#metrics.retried(),
      ...(sharedQueues ? { enqueueLater } : {}),
      clock,
      retryClock,
      random,
      logger,
      minIntervalMs,
      failureBackoff,
    });
  }

  #context(queue: ControllerQueue, informers: ScopedInformers): ControllerContext {
    const { clientFor, clock, events, logger, metrics, random } = this.#environment;
    const { name } = this.#controller;
    const client = clientFor(this.#controller);
    return {
      client: this.#runs ? fencedClient(client, this.#assertMayWrite) : client,
      informers,
      queue,
      // Not fenced: they tell of what was done.
      events: events.withClient(client).withSource(name),
      clock,
      random,
      logger: logger.child({ controller: name }),
      signal: this.#abort.signal,
      addMetric: (metric) => {
        const remove = metrics?.add(metric);
        if (remove) this.#abort.signal.addEventListener('abort', remove, { once: true });
      },
    };
  }

  #withCatchUp(reconcile: Reconcile, informers: ScopedInformers): Reconcile {
    const runs = this.#runs;
    if (!runs) return reconcile;
    // The run before this one may have been in another process, and what it created is perhaps not in this one's
    // informers yet: without this, a ReplicaSet would create its Pods again.
    return (key, signal) =>
      runs.run(async () => {
        await informers.catchUp();
        return reconcile(key, signal);
      });
  }

  readonly #assertMayWrite: AssertMayWrite = () => {
    if (!this.#isLeading()) {
      const { name } = this.#controller;
      throw new FencedError(`the lease of ${name} is lost: another process may hold it`);
    }
    this.#runs?.assertMayWrite();
  };
}
