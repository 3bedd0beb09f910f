import type { Clock } from '../../lib/clock.ts';
import type { MaybePromise } from '../../lib/maybe-promise.ts';
import type { Random } from '../../lib/random.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { type GroupResource, qualifiedName } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import type { CommitGuard, ObjectKey, ResourceCache, StoreWrite } from '../../store/store.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import type { CacheTable } from '../registry/cache-table.ts';
import type { AdmissionState } from './plugin.ts';

/** Objects that one transaction writes, by resource and place: later writes of it may rely on earlier ones. */
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

/** Of several writes of one object the last is meant: each was computed from the one before. */
export function lastOfEach(writes: readonly StoreWrite[]): readonly StoreWrite[] {
  if (writes.length < 2) return writes;
  const byPlace = new Map<string, StoreWrite>();
  for (const write of writes) byPlace.set(placeOfKey(write.key), write);
  return [...byPlace.values()];
}

function placeOfKey(key: ObjectKey): string {
  return placeOf(key, key.namespace, key.name);
}

/** What the sessions of one API server share. */
export interface AdmissionEnvironment {
  readonly scheme: Scheme;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly random: Random;
  openCache(resource: GroupResource): MaybePromise<ResourceCache>;
}

/** What one request's plugins read, what they found that must not change before the commit, and what they write with it. */
export class AdmissionSession implements AdmissionState {
  readonly guards: CommitGuard[] = [];
  readonly writes: StoreWrite[] = [];
  readonly #caches: Pick<CacheTable, 'get'>;
  readonly #pending: PendingObjects | undefined;
  readonly #written = new PendingObjects();
  readonly #environment: AdmissionEnvironment;

  constructor(
    environment: AdmissionEnvironment,
    caches: Pick<CacheTable, 'get'>,
    pending: PendingObjects | undefined,
  ) {
    this.#environment = environment;
    this.#caches = caches;
    this.#pending = pending;
  }

  get scheme(): Scheme {
    return this.#environment.scheme;
  }

  get authorizer(): Authorizer {
    return this.#environment.authorizer;
  }

  get clock(): Clock {
    return this.#environment.clock;
  }

  get random(): Random {
    return this.#environment.random;
  }

  cache(resource: GroupResource): ResourceCache {
    const cache = this.#caches.get(resource);
    if (!cache)
      throw new Error(`no admission plugin declares that it reads ${qualifiedName(resource)}`);
    return cache;
  }

  open(resource: GroupResource): MaybePromise<ResourceCache> {
    return this.#caches.get(resource) ?? this.#environment.openCache(resource);
  }

  pending(resource: GroupResource, namespace: string, name: string): ApiObject | undefined {
    return (
      this.#pending?.get(resource, namespace, name) ?? this.#written.get(resource, namespace, name)
    );
  }

  guard({ group, resource }: GroupResource, object: ApiObject): void {
    const { namespace = '', name = '', resourceVersion = '' } = object.metadata;
    const key = { group, resource, namespace, name };
    this.guards.push({ key, expectedResourceVersion: resourceVersion });
  }

  write(write: StoreWrite): void {
    this.writes.push(write);
    this.#written.add(write.key, write.object);
    this.#pending?.add(write.key, write.object);
  }
}
