import type { ApiClient } from '../apiserver/client.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { type Logger, silentLogger } from '../lib/logger.ts';
import { type Random, systemRandom } from '../lib/random.ts';
import type { ApiObject } from '../scheme/object.ts';
import type { ResourceRef } from '../scheme/resource.ts';
import type { Informer, InformerFactory } from './informer.ts';
import { SharedInformer, type SharedInformerOptions } from './shared-informer.ts';

export interface InformerFactoryOptions {
  readonly client: Pick<ApiClient, 'watch' | 'list'>;
  readonly logger?: Logger;
  readonly random?: Random;
  /** Paces the re-opening of broken watches. @default real time */
  readonly retryClock?: Clock;
}

/** The informers of one process, one a resource. Only what is asked for is watched. */
export class SharedInformerFactory implements InformerFactory {
  readonly #informers = new Map<string, SharedInformer<ApiObject>>();
  readonly #options: SharedInformerOptions;
  #state: 'created' | 'started' | 'stopped' = 'created';

  constructor({
    client,
    logger = silentLogger,
    random = systemRandom,
    retryClock = systemClock,
  }: InformerFactoryOptions) {
    this.#options = { client, logger, random, retryClock };
  }

  informer<T extends ApiObject>(ref: ResourceRef<T>): Informer<T> {
    const id = `${ref.group}/${ref.version}/${ref.resource}`;
    const existing = this.#informers.get(id);
    // The map is keyed by resource, and a resource has one object type.
    if (existing) return existing as unknown as SharedInformer<T>;
    const informer = new SharedInformer<T>(ref, this.#options);
    this.#informers.set(id, informer as unknown as SharedInformer<ApiObject>);
    if (this.#state === 'started') informer.start();
    if (this.#state === 'stopped') informer.stop();
    return informer;
  }

  /** Starts every informer asked for so far, and from now on each as it is asked for. */
  start(): void {
    if (this.#state !== 'created') return;
    this.#state = 'started';
    for (const informer of this.#informers.values()) informer.start();
  }

  stop(): void {
    this.#state = 'stopped';
    for (const informer of this.#informers.values()) informer.stop();
  }
}
