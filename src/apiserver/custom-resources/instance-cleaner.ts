import { isApiError } from '../../scheme/errors.ts';
import type { CustomResourceDefinition } from '../../scheme/generated/types/apiextensions-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ResourceCache, Subscription } from '../../store/store.ts';
import { APISERVER_USER } from '../authentication/identities.ts';
import { deleteAll } from '../registry/delete-collection.ts';
import type { Registry } from '../registry/registry.ts';
import { createWriteScope } from '../registry/write-scope.ts';

/** Deletes the objects of definitions that are being deleted, and watches those that something holds. */
export class InstanceCleaner {
  readonly #registry: Registry;
  readonly #onProgress: () => void;
  readonly #watched = new Map<string, Subscription>();

  /** @param onProgress Called when objects of a definition that is waited for have changed. */
  constructor(registry: Registry, onProgress: () => void) {
    this.#registry = registry;
    this.#onProgress = onProgress;
  }

  /** How many objects are left, as of now. */
  async remaining(definition: CustomResourceDefinition): Promise<number> {
    const cache = await this.#cacheOf(definition);
    await this.#registry.catchUp([cache]);
    return cache.size;
  }

  /** Asks for the deletion of every object that is not on its way out yet. */
  async clean(definition: CustomResourceDefinition): Promise<void> {
    const { group, names, versions } = definition.spec;
    const cache = await this.#cacheOf(definition);
    await this.#watch(definition.metadata.name ?? '', cache);
    const storage = versions.find((version) => version.storage)?.name ?? '';
    const resource = this.#registry.resources.resolveKnown({
      group,
      version: storage,
      resource: names.plural,
    });
    await resource.ready();
    const scope = createWriteScope(this.#registry, { user: APISERVER_USER }, resource, {});
    const waiting = cache.list().items.filter(({ metadata }) => !metadata.deletionTimestamp);
    await deleteAll(scope, waiting as ApiObject[], {});
  }

  /** Nothing more is waited for. */
  forget(name: string): void {
    this.#watched.get(name)?.stop();
    this.#watched.delete(name);
  }

  stop(): void {
    for (const name of [...this.#watched.keys()]) this.forget(name);
  }

  #cacheOf({ spec }: CustomResourceDefinition): Promise<ResourceCache> {
    return this.#registry.store.cache({ group: spec.group, resource: spec.names.plural });
  }

  async #watch(name: string, cache: ResourceCache): Promise<void> {
    if (this.#watched.has(name)) return;
    const subscriber = {
      onBatch: ({ events }: { readonly events: readonly unknown[] }): void => {
        if (events.length > 0) this.#onProgress();
      },
      onClose: (error: Error): void => {
        this.#watched.delete(name);
        if (isApiError(error, 'Expired')) this.#onProgress();
      },
    };
    const { resourceVersion: afterResourceVersion } = cache;
    this.#watched.set(name, await cache.subscribe({ afterResourceVersion, subscriber }));
  }
}
