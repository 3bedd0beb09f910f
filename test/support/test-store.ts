import type { ApiObject } from '../../src/scheme/object.ts';
import type { GroupResource } from '../../src/scheme/resource.ts';
import { createStore } from '../../src/store/postgres-store.ts';
import type {
  ObjectKey,
  ObjectStore,
  ResourceCache,
  StoreEvent,
  StoreWrite,
} from '../../src/store/store.ts';
import type { StoreOptions } from '../../src/store/store-options.ts';

export const CONFIG_MAPS: GroupResource = { group: '', resource: 'configmaps' };

export interface ConfigMap extends ApiObject {
  data?: Record<string, string>;
}

/** A store that is stopped at the end of its scope. */
export interface TestStore extends AsyncDisposable {
  readonly store: ObjectStore;
}

/** `await using { store } = …` is not possible: name the whole, and use its `store`. Objects that it hands out are frozen. */
export async function startTestStore(options: StoreOptions): Promise<TestStore> {
  const store = createStore({ freeze: true, ...options });
  await store.start();
  return { store, [Symbol.asyncDispose]: () => store.stop() };
}

export function keyOfConfigMap(name: string, namespace = 'default'): ObjectKey {
  return { ...CONFIG_MAPS, namespace, name };
}

export function newConfigMap(
  name: string,
  data: Record<string, string> = {},
  namespace = 'default',
): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

export function createWrite(
  name: string,
  data: Record<string, string> = {},
  namespace = 'default',
): StoreWrite {
  const object = newConfigMap(name, data, namespace);
  return { type: 'create', key: keyOfConfigMap(name, namespace), object };
}

/** Replaces the data of `current`. */
export function updateWrite(current: ApiObject, data: Record<string, string>): StoreWrite {
  return changeWrite('update', { ...current, data } as ConfigMap);
}

export function deleteWrite(current: ApiObject): StoreWrite {
  return changeWrite('delete', current);
}

function changeWrite(type: 'update' | 'delete', object: ApiObject): StoreWrite {
  const { name = '', namespace = '', resourceVersion = '' } = object.metadata;
  return {
    type,
    key: keyOfConfigMap(name, namespace),
    object,
    expectedResourceVersion: resourceVersion,
  };
}

/** Commits one write and returns the object as stored. */
export async function commitOne(store: ObjectStore, write: StoreWrite): Promise<ConfigMap> {
  const [object] = await store.commit([write]);
  return object as ConfigMap;
}

export function versionOf(object: ApiObject): number {
  return Number(object.metadata.resourceVersion);
}

/** The cache of config maps, once it shows everything that is committed now. */
export async function freshCache(store: ObjectStore): Promise<ResourceCache> {
  const cache = await store.cache(CONFIG_MAPS);
  await cache.waitFor(await store.currentResourceVersion());
  return cache;
}

/** Every event after `afterResourceVersion`, up to now. */
export async function readEvents(
  store: ObjectStore,
  afterResourceVersion = '0',
): Promise<StoreEvent[]> {
  const cache = await freshCache(store);
  const target = Number(cache.resourceVersion);
  const events: StoreEvent[] = [];
  let reached = Number(afterResourceVersion);
  await new Promise<void>((resolve, reject) => {
    cache
      .subscribe({
        afterResourceVersion,
        subscriber: {
          onBatch: (batch) => {
            events.push(...batch.events);
            reached = Number(batch.resourceVersion);
            if (reached >= target) resolve();
          },
          onClose: reject,
        },
      })
      .then((subscription) => {
        if (reached >= target) resolve();
        return subscription;
      })
      .catch(reject);
  });
  return events;
}
