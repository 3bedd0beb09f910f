import type { ApiObject } from '../../scheme/object.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import type { ObjectStore } from '../../store/store.ts';

/** What an authenticator knows of the cluster: the objects that make a credential good. */
export interface ObjectLookup {
  /** The object as it is now; undefined when there is none. With `uid`, one of another uid is returned only if it is the newest. */
  find(resource: GroupResource, place: ObjectPlace): Promise<ApiObject | undefined>;
}

export interface ObjectPlace {
  readonly namespace: string;
  readonly name: string;
  /** The object that is expected there. */
  readonly uid?: string | undefined;
}

/**
 * Looks in memory first. What is not there, or is not the one expected, may have been written by another process a moment
 * ago: then the cache is brought up to date before the answer is no.
 */
export function createObjectLookup(
  store: Pick<ObjectStore, 'cache' | 'currentResourceVersion'>,
): ObjectLookup {
  return {
    async find(resource, { namespace, name, uid }) {
      const cache = await store.cache(resource);
      const found = cache.get(namespace, name);
      if (found && (uid === undefined || found.metadata.uid === uid)) return found;
      await cache.waitFor(await store.currentResourceVersion());
      return cache.get(namespace, name);
    },
  };
}
