import type { ApiObject } from '../../scheme/object.ts';
import { type GroupResource, qualifiedName } from '../../scheme/resource.ts';
import type { CommitGuard, ResourceCache } from '../../store/store.ts';
import type { AdmissionState } from './plugin.ts';

/** Objects that one transaction creates, by resource and place: later writes of it may rely on earlier ones. */
export class PendingObjects {
  readonly #objects = new Map<string, ApiObject>();

  add(resource: GroupResource, object: ApiObject): void {
    const { namespace = '', name = '' } = object.metadata;
    this.#objects.set(placeOf(resource, namespace, name), object);
  }

  get(resource: GroupResource, namespace: string, name: string): ApiObject | undefined {
    return this.#objects.get(placeOf(resource, namespace, name));
  }
}

function placeOf(resource: GroupResource, namespace: string, name: string): string {
  return `${qualifiedName(resource)}/${namespace}/${name}`;
}

/** What one request's plugins read, and what they found that must not change before the commit. */
export class AdmissionSession implements AdmissionState {
  readonly guards: CommitGuard[] = [];
  readonly #caches: ReadonlyMap<string, ResourceCache>;
  readonly #pending: PendingObjects | undefined;

  constructor(caches: ReadonlyMap<string, ResourceCache>, pending: PendingObjects | undefined) {
    this.#caches = caches;
    this.#pending = pending;
  }

  cache(resource: GroupResource): ResourceCache {
    const cache = this.#caches.get(qualifiedName(resource));
    if (!cache)
      throw new Error(`no admission plugin declares that it reads ${qualifiedName(resource)}`);
    return cache;
  }

  pending(resource: GroupResource, namespace: string, name: string): ApiObject | undefined {
    return this.#pending?.get(resource, namespace, name);
  }

  guard({ group, resource }: GroupResource, object: ApiObject): void {
    const { namespace = '', name = '', resourceVersion = '' } = object.metadata;
    const key = { group, resource, namespace, name };
    this.guards.push({ key, expectedResourceVersion: resourceVersion });
  }
}
