/**
 * Runs controllers: the entry point of this room.
 *
 * Each controller sets up its informers and handlers; when what it asked for has synced, its handlers hear the present, its
 * keys are enqueued, and its queue runs. Stopping waits for the keys being worked on. Nothing needs to be saved: starting
 * lists everything, and reconcilers look at the present.
 */
import type { ApiClient } from '../apiserver/client.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { type Logger, silentLogger } from '../lib/logger.ts';
import type { MetricRegistry } from '../lib/metrics.ts';
import { type Random, systemRandom } from '../lib/random.ts';
import type { WorkGauge } from '../lib/work-gauge.ts';
import type { Controller } from './controller.ts';
import type { ControllerEnvironment } from './controller-runner.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { InformerFactory } from './informer.ts';
import { LastingRunner } from './lasting-runner.ts';
import { LeaderElector } from './leader-elector.ts';
import { PauseWatch } from './pause-watch.ts';
import type { QueueBackend } from './work-queue.ts';

export interface ControllerManagerOptions {
  /** Contends for leases, and is what controllers act by unless {@link clientFor} says otherwise. */
  readonly client: ApiClient;
  /** What each controller acts by. @default `client` */
  readonly clientFor?: (controller: Controller) => ApiClient;
  /** Started and stopped by whoever made it: several managers may share one. */
  readonly informers: InformerFactory;
  readonly backend: QueueBackend;
  readonly controllers: readonly Controller[];
  readonly events: EventRecorder;
  readonly clock?: Clock;
  readonly retryClock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
  /** Is told what there is to do. @default nobody */
  readonly work?: WorkGauge | undefined;
  /** Gets the figures of the work queues. @default nobody */
  readonly metrics?: MetricRegistry | undefined;
  /**
   * Set when other processes work on the same queues: each run first catches up with the store, deadlines are kept in the
   * queue's server as well (in real time), and controllers that are singletons contend for a Lease under this identity.
   */
  readonly shared?: {
    readonly identity: string;
    /** The Lease of a singleton, in kube-system. @default `orrery-` and the controller's name */
    readonly leaseName?: (controller: Controller) => string;
  };
}

export class ControllerManager {
  readonly #options: ControllerManagerOptions;
  readonly #environment: ControllerEnvironment;
  readonly #runners = new Set<LastingRunner>();
  readonly #elections: Promise<void>[] = [];
  readonly #pauses: PauseWatch;
  readonly #abort = new AbortController();

  constructor(options: ControllerManagerOptions) {
    this.#options = options;
    const { backend, client, clientFor = () => client, events, informers } = options;
    const { retryClock = systemClock } = options;
    this.#pauses = new PauseWatch(retryClock);
    this.#environment = {
      backend,
      clientFor,
      events,
      informers,
      clock: options.clock ?? systemClock,
      retryClock,
      random: options.random ?? systemRandom,
      logger: options.logger ?? silentLogger,
      sharedQueues: options.shared && { pauses: this.#pauses },
      work: options.work,
      metrics: options.metrics,
    };
  }

  /** Resolves when every controller works on its keys (those that wait for a lease aside). Informers must be started. */
  async start(): Promise<void> {
    const { controllers, shared } = this.#options;
    if (shared) this.#pauses.start();
    const starts = controllers.map((controller) => {
      if (shared && controller.singleton) return this.#contend(controller, shared);
      return this.#addRunner(controller).start();
    });
    await Promise.all(starts);
  }

  /** Resolves when nothing is being worked on any more. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all([...this.#runners].map((runner) => this.#stopRunner(runner)));
    await Promise.all(this.#elections);
    this.#pauses.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #addRunner(controller: Controller, isLeading?: () => boolean): LastingRunner {
    const runner = new LastingRunner(controller, this.#environment, isLeading);
    this.#runners.add(runner);
    return runner;
  }

  async #stopRunner(runner: LastingRunner): Promise<void> {
    this.#runners.delete(runner);
    await runner.stop();
  }

  #contend(
    controller: Controller,
    { identity, leaseName }: NonNullable<ControllerManagerOptions['shared']>,
  ): void {
    const { events, logger, metrics, random, retryClock } = this.#environment;
    const name = leaseName?.(controller) ?? `orrery-${controller.name}`;
    const elector = new LeaderElector({
      client: this.#options.client,
      // Processes live in real time, however fast or slow the cluster's goes.
      clock: retryClock,
      random,
      logger,
      events,
      identity,
      namespace: 'kube-system',
      name,
    });
    const removeMetric = metrics?.add({
      name: 'leader_election_master_status',
      help: 'Whether this process leads, by the name of the lease: 1 if so, 0 if it waits.',
      type: 'gauge',
      read: () => [{ labels: { name }, value: elector.isLeader ? 1 : 0 }],
    });
    let runner: LastingRunner | undefined;
    const role = {
      start: (isHeld: () => boolean) => {
        runner = this.#addRunner(controller, isHeld);
        return runner.start();
      },
      stop: async () => {
        if (runner) await this.#stopRunner(runner);
      },
    };
    const election = elector.run(role, this.#abort.signal);
    this.#elections.push(election.finally(() => removeMetric?.()));
  }
}
