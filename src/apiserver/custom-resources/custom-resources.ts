/**
 * Custom resources: what CustomResourceDefinitions say is served, by every API server of the cluster alike.
 *
 * Each process follows the definitions as it follows everything, through their cache: what is established is put into the
 * process's scheme. Any process may write what the status of a definition should say, and clean up behind one that is
 * deleted; writes are compare-and-swap, so that several which do so at once come to one result.
 */

import { sleep, systemClock, type Timer } from '../../lib/clock.ts';
import { toError } from '../../lib/errors.ts';
import { apiextensionsCustomResourceDefinitions } from '../../scheme/generated/resources.ts';
import type { CustomResourceDefinition } from '../../scheme/generated/types/apiextensions-v1.ts';
import type {
  ResourceCache,
  StoreEventBatch,
  Subscriber,
  Subscription,
} from '../../store/store.ts';
import type { Registry } from '../registry/registry.ts';
import { DefinitionFollower } from './definition-follower.ts';
import { DefinitionKeeper } from './definition-keeper.ts';

/** How long to wait before what failed (PostgreSQL away) is tried again, in milliseconds. */
const RETRY_AFTER_MS = 1_000;
/** How long the answer to the write of a definition waits for it to be served, in milliseconds. */
const MAX_SETTLE_MS = 5_000;

export class CustomResources implements Subscriber {
  readonly #registry: Registry;
  readonly #follower: DefinitionFollower;
  readonly #keeper: DefinitionKeeper;
  #cache: ResourceCache | undefined;
  #subscription: Subscription | undefined;
  #timer: Timer | undefined;
  #working: Promise<void> | undefined;
  #isDue = false;
  #isStopped = false;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#follower = new DefinitionFollower(registry.resources.scheme, registry.logger);
    this.#keeper = new DefinitionKeeper(registry, () => this.#work());
  }

  /** Serves what is established already, and follows what comes. */
  async start(): Promise<void> {
    this.#isStopped = false;
    const { group, resource } = apiextensionsCustomResourceDefinitions;
    this.#cache = await this.#registry.store.cache({ group, resource });
    await this.#follow(this.#cache);
  }

  stop(): void {
    this.#isStopped = true;
    this.#subscription?.stop();
    this.#subscription = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#keeper.stop();
  }

  /**
   * Resolves once this process serves what the definitions say that were written before the call, or after a while: whoever
   * creates a definition may use it next. Never rejects: the definitions are there, whatever keeps them from being served.
   */
  async settled(): Promise<void> {
    const controller = new AbortController();
    const givesUp = sleep(systemClock, MAX_SETTLE_MS, controller.signal);
    await Promise.race([this.#settle(controller.signal), givesUp]);
    controller.abort();
  }

  async #settle(signal: AbortSignal): Promise<void> {
    const cache = this.#cache;
    if (!cache) return;
    try {
      do {
        await this.#registry.catchUp([cache], signal);
        await this.#working;
      } while (this.#working && !signal.aborted);
      await this.#registry.catchUp([cache], signal);
    } catch (thrown) {
      this.#registry.logger.debug('custom resource definitions have not settled', {
        error: toError(thrown),
      });
    }
  }

  onBatch({ events }: StoreEventBatch): void {
    if (events.length === 0) return;
    const changed = new Map<string, CustomResourceDefinition | undefined>();
    for (const { type, key, object } of events) {
      changed.set(key.name, type === 'DELETED' ? undefined : (object as CustomResourceDefinition));
    }
    const gone = [...changed].filter(([, definition]) => !definition).map(([name]) => name);
    this.#follower.follow(
      [...changed.values()].filter((definition) => definition !== undefined),
      gone,
    );
    this.#work();
  }

  /** The log in between is lost, or the store stops. */
  onClose(error: Error): void {
    if (this.#isStopped) return;
    this.#registry.logger.info('following custom resource definitions anew', { error });
    this.#retry();
  }

  async #follow(cache: ResourceCache): Promise<void> {
    const { items, resourceVersion } = cache.list();
    this.#follower.reset(items as CustomResourceDefinition[]);
    this.#subscription = await cache.subscribe({
      afterResourceVersion: resourceVersion,
      subscriber: this,
    });
    this.#work();
  }

  #retry(): void {
    this.#timer ??= systemClock.setTimer(RETRY_AFTER_MS, () => {
      this.#timer = undefined;
      if (this.#isStopped || !this.#cache) return;
      if (this.#subscription?.isLive) this.#work();
      else this.#follow(this.#cache).catch((thrown) => this.#onFailure(thrown));
    });
  }

  /** Looks at every definition: one at a time, since what each may have depends on the others. */
  #work(): void {
    this.#isDue = true;
    this.#working ??= this.#workThrough()
      .catch((thrown) => this.#onFailure(thrown))
      .finally(() => {
        this.#working = undefined;
      });
  }

  async #workThrough(): Promise<void> {
    while (this.#isDue && !this.#isStopped && this.#cache) {
      this.#isDue = false;
      for (const definition of this.#cache.list().items) {
        await this.#keeper.keep(definition as CustomResourceDefinition);
      }
    }
  }

  #onFailure(thrown: unknown): void {
    if (this.#isStopped) return;
    this.#registry.logger.warn('custom resource definitions could not be looked after', {
      error: toError(thrown),
    });
    this.#retry();
  }
}
