import type { ApiClient } from '../../apiserver/client.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Random } from '../../lib/random.ts';
import type { ActionRecorder } from '../../machinery/event-recorder.ts';
import { SharedInformerFactory } from '../../machinery/informer-factory.ts';
import { ScopedInformers } from '../../machinery/scoped-informers.ts';
import { badRequest, serviceUnavailable } from '../../scheme/errors.ts';
import { ClusterCache } from '../cluster-cache.ts';
import type { SchedulerConfiguration } from '../configuration/scheduler-configuration.ts';
import { createRunners } from '../create-runners.ts';
import { HttpExtender } from '../extenders/http-extender.ts';
import type { ProfileRunner } from '../profile-runner.ts';
import { ClusterMirror } from './cluster-mirror.ts';
import type { Pace } from './pace.ts';

export interface SimulatedClusterOptions {
  /** Sees what the scheduler sees. */
  readonly client: ApiClient;
  readonly configuration: SchedulerConfiguration;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Whether DeviceTaintRules are served. @default true */
  readonly hasDeviceTaintRules?: boolean;
}

/** Nothing happens, so there is nothing to tell. */
const NO_EVENTS: ActionRecorder = { record: () => undefined };

/** The cluster as a scheduler of the same configuration sees it, to try placements on. */
export class SimulatedCluster {
  readonly cache = new ClusterCache();
  readonly extenders: readonly HttpExtender[];
  readonly logger: Logger;
  readonly #shared: SharedInformerFactory;
  readonly #informers: ScopedInformers;
  readonly #mirror: ClusterMirror;
  readonly #runners: ReadonlyMap<string, ProfileRunner>;
  readonly #abort = new AbortController();

  constructor(options: SimulatedClusterOptions) {
    const { client, configuration, logger } = options;
    this.logger = logger;
    this.#shared = new SharedInformerFactory({ client, logger });
    this.#informers = new ScopedInformers(this.#shared);
    this.extenders = configuration.extenders.map((extender) => new HttpExtender(extender));
    this.#mirror = new ClusterMirror(this.cache, this.#informers);
    this.#runners = createRunners({
      ...options,
      informers: this.#informers,
      events: NO_EVENTS,
      cache: this.cache,
      onChange: () => undefined,
      activate: () => undefined,
    });
  }

  /** Resolves when it knows the cluster. @throws {ApiError} ServiceUnavailable when it is stopped before */
  async start(): Promise<void> {
    this.#shared.start();
    const isAttached = await this.#informers.attach(this.#abort.signal, (resources) =>
      this.logger.warn('a simulation waits for its first lists', { resources }),
    );
    if (!isAttached) throw serviceUnavailable('the server is being stopped');
  }

  stop(): void {
    this.#abort.abort();
    this.#informers.detach();
    this.#shared.stop();
  }

  /** Resolves when the cache shows every write that was acknowledged before. */
  async update(pace: Pace): Promise<void> {
    await this.#informers.catchUp();
    await this.#mirror.update(pace);
  }

  /** @throws {ApiError} BadRequest when no profile has this name */
  runnerOf(schedulerName: string): ProfileRunner {
    const runner = this.#runners.get(schedulerName);
    if (runner) return runner;
    const known = [...this.#runners.keys()].join(', ');
    throw badRequest(
      `spec.schedulerName: this server has no scheduler profile "${schedulerName}"; it has ${known}`,
    );
  }
}
