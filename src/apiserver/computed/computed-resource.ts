import { methodNotAllowed } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import type { ResourceCache, Snapshot, Subscription } from '../../store/store.ts';

/** A resource whose objects are not stored: they are worked out from what others store, when somebody asks. */
export interface ComputedResource {
  readonly resource: GroupResource;
  /** What they are worked out from. The first says how new the answer is. */
  readonly reads: readonly [GroupResource, ...GroupResource[]];
  get(sources: readonly ResourceCache[], namespace: string, name: string): ApiObject | undefined;
  /** In order of namespace and name. */
  list(sources: readonly ResourceCache[], namespace: string | undefined): readonly ApiObject[];
}

/** A computed resource as the verbs read it: as a cache that holds nothing. */
export class ComputedCache implements ResourceCache {
  readonly resource: GroupResource;
  readonly #computed: ComputedResource;
  readonly #sources: readonly [ResourceCache, ...ResourceCache[]];

  constructor(computed: ComputedResource, sources: readonly [ResourceCache, ...ResourceCache[]]) {
    this.resource = computed.resource;
    this.#computed = computed;
    this.#sources = sources;
  }

  get resourceVersion(): string {
    return this.#sources[0].resourceVersion;
  }

  get size(): number {
    return this.#sources[0].size;
  }

  get(namespace: string, name: string): ApiObject | undefined {
    return this.#computed.get(this.#sources, namespace, name);
  }

  list(namespace?: string): Snapshot {
    const { resourceVersion } = this;
    return { resourceVersion, items: this.#computed.list(this.#sources, namespace) };
  }

  async waitFor(...args: Parameters<ResourceCache['waitFor']>): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.waitFor(...args)));
  }

  /** @throws {ApiError} MethodNotAllowed: what is computed at each question has no changes to tell of */
  subscribe(): Promise<Subscription> {
    throw methodNotAllowed(`watch is not supported on ${this.resource.resource}`);
  }
}
