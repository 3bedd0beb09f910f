import DataLoader from 'dataloader';
import type { ListOptions, Target } from '../apiserver/client.ts';
import { toError } from '../lib/errors.ts';
import { ApiError, isApiError } from '../scheme/errors.ts';
import type { ApiObject, ObjectList } from '../scheme/object.ts';
import type { ResourceRef } from '../scheme/resource.ts';
import { orForbidden } from './or-forbidden.ts';
import type { ReadClient } from './read-client.ts';

/** Up to this many objects of one namespace are read one by one; more are cheaper to find in a list of all. */
const MAX_SINGLE_READS = 8;

export type PointInTime = { readonly resourceVersion: string } | { readonly timeMs: number };

export interface SnapshotReaderOptions {
  /** The moment to read at. @default the moment of the first read */
  readonly at?: PointInTime | undefined;
  /**
   * Whether nothing else will be read, so that the first read need not say at which version it happened.
   * @default false
   */
  readonly isOnlyRead?: boolean;
}

/**
 * Reads that all answer at one resourceVersion: that of the first one, which is as new as any acknowledged write. So an
 * answer never shows a Pod on a node that is not there yet, or a Deployment without the ReplicaSet that it counts.
 */
export class SnapshotReader {
  readonly #client: ReadClient;
  readonly #isOnlyRead: boolean;
  #at: Promise<PointInTime> | undefined;
  readonly #lists = new Map<string, Promise<readonly ApiObject[]>>();
  readonly #finders = new Map<string, DataLoader<string, ApiObject | null>>();
  readonly #indexes = new Map<string, Promise<ReadonlyMap<string, readonly ApiObject[]>>>();

  constructor(client: ReadClient, { at, isOnlyRead = false }: SnapshotReaderOptions = {}) {
    this.#client = client;
    this.#isOnlyRead = isOnlyRead;
    if (at) this.#at = Promise.resolve(at);
  }

  /** One page of a list; what `options` say of the moment wins over the reader's. */
  list<T extends ApiObject>(
    ref: ResourceRef<T>,
    options: ListOptions = {},
  ): Promise<ObjectList<T>> {
    if (choosesMoment(options)) return this.#client.list(ref, options);
    if (this.#at !== undefined) {
      return this.#afterFirst(
        this.#at,
        (at) => this.#client.list(ref, { ...options, at }),
        () => this.list(ref, options),
      );
    }
    // Whoever comes first decides, before anyone else can ask.
    const first = this.#client.list(ref, options);
    this.#pinTo(first.then(({ metadata: { resourceVersion } }) => ({ resourceVersion })));
    return first;
  }

  /** @throws {ApiError} NotFound */
  get<T extends ApiObject>(ref: ResourceRef<T>, target: Target): Promise<T> {
    if (this.#at !== undefined) {
      return this.#afterFirst(
        this.#at,
        (at) => this.#client.get(ref, { ...target, at }),
        () => this.get(ref, target),
      );
    }
    return this.#isOnlyRead ? this.#client.get(ref, target) : this.#getFirst(ref, target);
  }

  #getFirst<T extends ApiObject>(ref: ResourceRef<T>, target: Target): Promise<T> {
    let version: string | undefined;
    const onVersion = (resourceVersion: string): void => {
      version = resourceVersion;
    };
    const first = this.#client.get(ref, { ...target, onVersion });
    const moment = async (): Promise<PointInTime> => {
      try {
        await first;
      } catch (thrown) {
        // That there is no such object is an answer as well, and of a moment; a refusal is of none.
        if (version === undefined) throw thrown;
      }
      return { resourceVersion: version ?? '' };
    };
    this.#pinTo(moment());
    return first;
  }

  /** Reads at the moment of the first read. If that failed, which it says itself, this one is the first. */
  async #afterFirst<T>(
    first: Promise<PointInTime>,
    read: (at: PointInTime) => Promise<T>,
    becomeFirst: () => Promise<T>,
  ): Promise<T> {
    let at: PointInTime;
    try {
      at = await first;
    } catch {
      if (this.#at === first) this.#at = undefined;
      return becomeFirst();
    }
    return read(at);
  }

  /**
   * The object of this name, or null. However many ask for however many, the cost is that of one list. Who may get the object
   * may find it, and so may who may list it: the answer does not depend on how many others are asked for.
   */
  find(
    ref: ResourceRef,
    { namespace, name }: { namespace?: string | undefined; name: string },
  ): Promise<ApiObject | null> {
    const key = resourceKey(ref, namespace);
    let finder = this.#finders.get(key);
    if (!finder) {
      finder = new DataLoader((names) => this.#findAll(ref, namespace, names));
      this.#finders.set(key, finder);
    }
    return finder.load(name);
  }

  async #findAll(
    ref: ResourceRef,
    namespace: string | undefined,
    names: readonly string[],
  ): Promise<readonly (ApiObject | Error | null)[]> {
    if (names.length > MAX_SINGLE_READS) {
      const index = await this.#byName(ref, namespace);
      if (!(index instanceof ApiError)) return names.map((name) => index.get(name)?.[0] ?? null);
    }
    return Promise.all(names.map((name) => this.#findOne(ref, { namespace, name })));
  }

  /** One that may not be read must not hide the others that were asked for together with it. */
  async #findOne(ref: ResourceRef, target: Target): Promise<ApiObject | Error | null> {
    try {
      return await this.#getOrNull(ref, target);
    } catch (thrown) {
      if (!isApiError(thrown, 'Forbidden')) return toError(thrown);
      const index = await this.#byName(ref, target.namespace);
      return index instanceof ApiError ? thrown : (index.get(target.name)?.[0] ?? null);
    }
  }

  /** The objects by name, or why they may not be listed. */
  #byName(
    ref: ResourceRef,
    namespace: string | undefined,
  ): Promise<ReadonlyMap<string, readonly ApiObject[]> | ApiError> {
    return orForbidden(
      this.index({ name: 'name', ref, namespace }, ({ metadata }) => [metadata.name ?? '']),
    );
  }

  async #getOrNull(ref: ResourceRef, target: Target): Promise<ApiObject | null> {
    try {
      return await this.get(ref, target);
    } catch (error) {
      if (isApiError(error, 'NotFound')) return null;
      throw error;
    }
  }

  /** Every object of a resource (in one namespace), read once however many ask. */
  all(ref: ResourceRef, namespace?: string): Promise<readonly ApiObject[]> {
    const key = resourceKey(ref, namespace);
    let list = this.#lists.get(key);
    if (!list) {
      list = this.list(ref, namespace === undefined ? {} : { namespace }).then(
        ({ items }) => items,
      );
      this.#lists.set(key, list);
    }
    return list;
  }

  /** {@link all}, found by a key; `name` tells the keys apart. Built once: many look-ups cost one pass. */
  index(
    request: { name: string; ref: ResourceRef; namespace?: string | undefined },
    keysOf: (object: ApiObject) => readonly string[],
  ): Promise<ReadonlyMap<string, readonly ApiObject[]>> {
    const { name, ref, namespace } = request;
    const key = `${name}/${resourceKey(ref, namespace)}`;
    let index = this.#indexes.get(key);
    if (!index) {
      index = this.all(ref, namespace).then((objects) => groupByKeys(objects, keysOf));
      this.#indexes.set(key, index);
    }
    return index;
  }

  #pinTo(at: Promise<PointInTime>): void {
    // Who waits for the moment handles the failure; without anyone waiting it is the first reader's alone.
    at.catch(() => undefined);
    this.#at = at;
  }
}

function resourceKey(
  { group, version, resource }: ResourceRef,
  namespace: string | undefined,
): string {
  return `${group}/${version}/${resource}/${namespace ?? ''}`;
}

function choosesMoment(options: ListOptions): boolean {
  return Boolean(options.at || options.resourceVersion || options.continue);
}

function groupByKeys(
  objects: readonly ApiObject[],
  keysOf: (object: ApiObject) => readonly string[],
): ReadonlyMap<string, readonly ApiObject[]> {
  const groups = new Map<string, ApiObject[]>();
  for (const object of objects) {
    for (const key of keysOf(object)) {
      const group = groups.get(key);
      if (group) group.push(object);
      else groups.set(key, [object]);
    }
  }
  return groups;
}
