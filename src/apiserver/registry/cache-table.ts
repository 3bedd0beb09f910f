import type { GroupResource } from '../../scheme/resource.ts';
import type { ResourceCache } from '../../store/store.ts';

/** Caches by resource. Asked several times for each write: no name is put together for it. */
export class CacheTable {
  readonly #byGroup = new Map<string, Map<string, ResourceCache>>();

  set({ group, resource }: GroupResource, cache: ResourceCache): void {
    const caches = this.#byGroup.get(group) ?? new Map<string, ResourceCache>();
    this.#byGroup.set(group, caches.set(resource, cache));
  }

  get({ group, resource }: GroupResource): ResourceCache | undefined {
    return this.#byGroup.get(group)?.get(resource);
  }
}
