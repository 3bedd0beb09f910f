import { type Clock, systemClock, type Timer } from '../lib/clock.ts';
import type { ApiObject } from '../scheme/object.ts';
import { qualifiedName, type ResourceRef } from '../scheme/resource.ts';
import type { Informer, InformerFactory, InformerHandler } from './informer.ts';

/** After this long without a first list, the log says which are missing. */
const SLOW_SYNC_MS = 10_000;

type AnyInformer = Informer<ApiObject>;

interface Registration {
  readonly informer: AnyInformer;
  readonly handler: InformerHandler<ApiObject>;
}

/**
 * The shared informers as one controller sees them. Its handlers are held back until every informer that it asked for has
 * synced, so that a handler may look anything up; and they leave with the controller.
 */
export class ScopedInformers implements InformerFactory {
  readonly #shared: InformerFactory;
  readonly #views = new Map<AnyInformer, AnyInformer>();
  readonly #registrations: Registration[] = [];
  #state: 'holding' | 'attached' | 'detached' = 'holding';

  constructor(shared: InformerFactory) {
    this.#shared = shared;
  }

  informer<T extends ApiObject>(ref: ResourceRef<T>): Informer<T> {
    const informer = this.#shared.informer(ref) as unknown as AnyInformer;
    let view = this.#views.get(informer);
    if (!view) {
      view = this.#view(informer);
      this.#views.set(informer, view);
    }
    return view as unknown as Informer<T>;
  }

  /** Waits for the first lists, then lets the handlers hear; false when `signal` aborted before. */
  async attach(
    signal: AbortSignal,
    onSlow: (resources: readonly string[]) => void,
    clock: Clock = systemClock,
  ): Promise<boolean> {
    const slow: Timer = clock.setTimer(SLOW_SYNC_MS, () => onSlow(this.#unsynced()));
    await Promise.race([this.#synced(), aborted(signal)]);
    slow.cancel();
    if (signal.aborted || this.#state !== 'holding') return false;
    this.#state = 'attached';
    for (const { informer, handler } of this.#registrations) informer.addHandler(handler);
    return true;
  }

  /** The handlers hear nothing more. */
  detach(): void {
    this.#state = 'detached';
    for (const { informer, handler } of this.#registrations) informer.removeHandler(handler);
  }

  /** See Informer.catchUp, of all that were asked for. */
  async catchUp(): Promise<void> {
    await Promise.all([...this.#views.keys()].map((informer) => informer.catchUp()));
  }

  async #synced(): Promise<void> {
    await Promise.all([...this.#views.keys()].map((informer) => informer.synced));
  }

  #unsynced(): string[] {
    return [...this.#views.keys()]
      .filter((informer) => !informer.hasSynced)
      .map((informer) => qualifiedName(informer.ref));
  }

  #view(informer: AnyInformer): AnyInformer {
    return {
      ref: informer.ref,
      synced: informer.synced,
      get hasSynced() {
        return informer.hasSynced;
      },
      get size() {
        return informer.size;
      },
      get: (key) => informer.get(key),
      list: () => informer.list(),
      byIndex: (indexName, value) => informer.byIndex(indexName, value),
      addIndex: (indexName, values) => informer.addIndex(indexName, values),
      addHandler: (handler) => this.#addHandler({ informer, handler }),
      removeHandler: (handler) => informer.removeHandler(handler),
      catchUp: () => informer.catchUp(),
    };
  }

  #addHandler(registration: Registration): void {
    this.#registrations.push(registration);
    if (this.#state === 'attached') registration.informer.addHandler(registration.handler);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
