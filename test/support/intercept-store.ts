import type { ObjectStore } from '../../src/store/store.ts';

/** The real store with some of its methods replaced: how a test provokes what a healthy database never does. */
export function interceptStore(store: ObjectStore, replaced: Partial<ObjectStore>): ObjectStore {
  return {
    start: () => store.start(),
    stop: () => store.stop(),
    commit: (writes, options) => store.commit(writes, options),
    isStale: (object) => store.isStale(object),
    hasPeers: () => store.hasPeers(),
    currentResourceVersion: () => store.currentResourceVersion(),
    cache: (resource) => store.cache(resource),
    getAt: (key, at) => store.getAt(key, at),
    listAt: (resource, at, options) => store.listAt(resource, at, options),
    history: (key, options) => store.history(key, options),
    compact: () => store.compact(),
    resourceCounts: () => store.resourceCounts(),
    ...replaced,
  };
}
