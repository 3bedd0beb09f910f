import { invariant } from '../../lib/errors.ts';
import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import { fromStorage, toStorage } from '../../scheme/conversion/convert.ts';
import { validateStructure } from '../../scheme/decode.ts';
import type { ObjectName } from '../../scheme/errors.ts';
import { badRequest, methodNotAllowed } from '../../scheme/errors.ts';
import type { FieldError } from '../../scheme/field-error.ts';
import type { SelectableFields } from '../../scheme/field-selector.ts';
import type { Namespace } from '../../scheme/generated/types/core-v1.ts';
import { neverChangesGeneration } from '../../scheme/groups/generation.ts';
import type { KindStrategy } from '../../scheme/kind-strategy.ts';
import type { ApiObject, ObjectMeta } from '../../scheme/object.ts';
import {
  type GroupResource,
  qualifiedName,
  type ResourceDefinition,
  type Verb,
} from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import type { ObjectKey, ObjectStore, ResourceCache } from '../../store/store.ts';
import type { AdmissionOperation, AdmissionPlugin } from '../admission/plugin.ts';
import type { Target } from '../client.ts';
import { ComputedCache, type ComputedResource } from '../computed/computed-resource.ts';
import { CustomVersions } from '../custom-resources/custom-versions.ts';
import type { WebhookClient } from '../webhooks/webhook-client.ts';
import { CacheTable } from './cache-table.ts';
import { allOf, choosePlugins, type PluginsByOperation } from './chosen-plugins.ts';
import type { Companions } from './companions.ts';
import { RecentSnapshots } from './recent-snapshots.ts';
import { SelectionCompiler } from './selection.ts';

export interface ServedResourceOptions {
  readonly definition: ResourceDefinition;
  readonly scheme: Scheme;
  readonly store: ObjectStore;
  readonly plugins: readonly AdmissionPlugin[];
  readonly companions: Companions | undefined;
  /** Calls conversion webhooks. */
  readonly webhooks: WebhookClient;
  /** Set for what is not stored. */
  readonly computed: ComputedResource | undefined;
}

/** One resource in one version, with all that the verbs need of it looked up once. */
export class ServedResource {
  /** The version that requests speak. */
  readonly definition: ResourceDefinition;
  /** The version that objects are judged and compared in: the stored one, or that of the request of custom resources. */
  readonly storage: ResourceDefinition;
  readonly scheme: Scheme;
  readonly strategy: KindStrategy;
  /** Of the request's version: its defaults. */
  readonly requestStrategy: KindStrategy;
  readonly selections: SelectionCompiler;
  readonly snapshots = new RecentSnapshots();
  readonly hasStatus: boolean;
  /** Whether `metadata.generation` counts the changes of what is wanted. */
  readonly hasGeneration: boolean;
  /** Whether a CustomResourceDefinition declares it. */
  readonly isCustom: boolean;
  readonly isNamespaces: boolean;
  /** Other objects that are written together with these. */
  readonly companions: Companions | undefined;
  /** What plugins and companions read. Filled by {@link ready}. */
  readonly cacheTable = new CacheTable();
  readonly #store: ObjectStore;
  readonly #computed: ComputedResource | undefined;
  readonly #isConverted: boolean;
  readonly #plugins: PluginsByOperation;
  readonly #versions: CustomVersions | undefined;
  readonly #retirementListeners = new Set<(reason: Error) => void>();
  #cache: ResourceCache | undefined;
  #caches: readonly ResourceCache[] = [];
  #loading: Promise<ResourceCache> | undefined;

  constructor(options: ServedResourceOptions) {
    const { definition, scheme, store, plugins, companions, webhooks, computed } = options;
    this.definition = definition;
    this.isCustom = definition.served !== undefined;
    this.storage = this.isCustom ? definition : scheme.storageOf(definition);
    this.scheme = scheme;
    this.#versions = this.isCustom
      ? new CustomVersions(scheme, definition, {
          client: webhooks,
          open: (resource) => store.cache(resource),
          isStale: (object) => store.isStale(object),
        })
      : undefined;
    this.strategy = scheme.strategy(this.storage);
    this.requestStrategy = scheme.strategy(definition);
    this.hasStatus = definition.subresources.some(({ name }) => name === 'status');
    this.hasGeneration = this.strategy.changesGeneration !== neverChangesGeneration;
    this.isNamespaces = this.storage.group === '' && this.storage.resource === 'namespaces';
    this.companions = companions;
    this.#store = store;
    this.#computed = computed;
    this.#isConverted = this.storage !== definition;
    this.selections = new SelectionCompiler(
      this.#selectableFields(),
      this.isCustom ? (object) => this.judged(object) : undefined,
    );
    this.#plugins = choosePlugins(plugins, this.storage);
  }

  /** Whether the objects are worked out when somebody asks: they have no past. */
  get isComputed(): boolean {
    return this.#computed !== undefined;
  }

  /** Whether a write that changes nothing of `current` still makes sense: it is stored in another form than writes are now. */
  isStale(current: ApiObject): boolean {
    return this.#versions ? this.#versions.isStale(current) : this.#store.isStale(current);
  }

  /** Calls `listener` when the resource is served no more, until the returned function is called. */
  onRetired(listener: (reason: Error) => void): () => void {
    this.#retirementListeners.add(listener);
    return () => this.#retirementListeners.delete(listener);
  }

  /** The resource is served no more. */
  retire(reason: Error): void {
    for (const listener of [...this.#retirementListeners]) listener(reason);
  }

  /** What selectors may name, in the request's version or in the storage version; they are asked of stored objects. */
  #selectableFields(): SelectableFields {
    const stored = (this.strategy.selectableFields ?? {}) as SelectableFields;
    const own = this.requestStrategy.selectableFields as SelectableFields | undefined;
    if (!own || this.requestStrategy === this.strategy) return stored;
    const converted = Object.entries(own).map(([field, read]) => {
      return [field, (object: ApiObject) => read(this.fromStorage(object))] as const;
    });
    return { ...stored, ...Object.fromEntries(converted) };
  }

  /** The cache of this resource, with those of everything that its requests read. Loaded at first use. */
  ready(): ResourceCache | Promise<ResourceCache> {
    if (this.#cache) return this.#cache;
    // A failed load (PostgreSQL away) is tried again by the next request.
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** The cache of this resource, {@link ready} first. */
  get cache(): ResourceCache {
    const cache = this.#cache;
    invariant(cache, `the cache of ${this.storage.resource} is not loaded`);
    return cache;
  }

  /** How many objects are known to be there. */
  get size(): number {
    return this.#cache?.size ?? 0;
  }

  /** What a plan is computed from, {@link ready} first. */
  get caches(): readonly ResourceCache[] {
    return this.#caches;
  }

  /** The cache of a resource that plugins or companions declare to read. */
  cacheOf(resource: GroupResource): ResourceCache {
    const cache = this.cacheTable.get(resource);
    invariant(cache, `${qualifiedName(resource)} is not among what ${this.storage.resource} read`);
    return cache;
  }

  /** Those that concern the operation on the object, or on one of its subresources ('' for none). */
  plugins(operation: AdmissionOperation, subresource: string): readonly AdmissionPlugin[] {
    return this.#plugins[operation].get(subresource) ?? [];
  }

  /** @throws {ApiError} MethodNotAllowed when the resource, or its subresource, does not know the verb */
  assertVerb(verb: Verb, subresource?: string): void {
    const verbs = subresource
      ? this.definition.subresources.find(({ name }) => name === subresource)?.verbs
      : this.definition.verbs;
    if (verbs?.includes(verb)) return;
    const what = qualifiedName(this.definition) + (subresource ? `/${subresource}` : '');
    if (subresource && !verbs) throw methodNotAllowed(`the subresource ${what} does not exist`);
    throw methodNotAllowed(`${verb} is not supported on resources of kind "${what}"`);
  }

  /** The namespace of one object: '' for what has none. @throws {ApiError} BadRequest when it is missing */
  namespaceOf({ namespace = '', name }: Target): string {
    if (!name) throw badRequest(`${qualifiedName(this.definition)}: a name is required`);
    if (!this.definition.namespaced) return '';
    if (namespace === '') {
      throw badRequest(`${qualifiedName(this.definition)} "${name}": a namespace is required`);
    }
    return namespace;
  }

  /** The namespace of a list or watch: undefined for all, and for what has none. */
  listNamespaceOf(namespace: string | undefined): string | undefined {
    return this.definition.namespaced && namespace ? namespace : undefined;
  }

  key(namespace: string, name: string): ObjectKey {
    const { group, resource } = this.storage;
    return { group, resource, namespace, name };
  }

  /** How errors name an object. */
  nameOf(name: string, namespace: string): ObjectName {
    const { group, resource } = this.definition;
    return { group, resource, namespace, name };
  }

  async #load(): Promise<ResourceCache> {
    if (this.#computed) return this.#loadComputed(this.#computed);
    const wanted = new Map<string, GroupResource>();
    const add = (resource: GroupResource): unknown => wanted.set(qualifiedName(resource), resource);
    add(this.storage);
    for (const plugin of allOf(this.#plugins)) plugin.reads?.forEach(add);
    this.companions?.reads.forEach(add);
    const entries = await Promise.all(
      [...wanted.values()].map(async ({ group, resource }) => {
        return [{ group, resource }, await this.#store.cache({ group, resource })] as const;
      }),
    );
    for (const [resource, cache] of entries) this.cacheTable.set(resource, cache);
    this.#caches = entries.map(([, cache]) => cache);
    this.#cache = this.#caches[0] as ResourceCache;
    return this.#cache;
  }

  async #loadComputed(computed: ComputedResource): Promise<ResourceCache> {
    const [first, ...others] = computed.reads;
    const sources = await Promise.all([
      this.#store.cache(first),
      ...others.map((resource) => this.#store.cache(resource)),
    ]);
    this.#cache = new ComputedCache(computed, sources);
    this.#caches = sources;
    return this.#cache;
  }

  /** Whether something holds up the deletion of `object`: a finalizer, or what a namespace has instead. */
  isHeld(object: ApiObject): boolean {
    if (object.metadata.finalizers?.length) return true;
    if (!this.isNamespaces) return false;
    return ((object as Namespace).spec?.finalizers?.length ?? 0) > 0;
  }

  /** What is missing, or outside its closed set, of an object in the storage version. */
  validateStructure(object: ApiObject): FieldError[] {
    return validateStructure(this.scheme, this.storage, object);
  }

  /** As {@link validateStructure}, of the status alone. */
  validateStatusStructure(object: ApiObject): FieldError[] {
    const { apiVersion, kind, status } = object as ApiObject & { status?: unknown };
    const part = { apiVersion, kind, metadata: {}, status };
    const errors = validateStructure(this.scheme, this.storage, part);
    // What is missing beside the status is not missing, only left out here.
    return errors.length === 0 ? errors : errors.filter(({ field }) => field.startsWith('status'));
  }

  /** One object as it is, in the version that it is judged in; {@link ready} first. */
  current(namespace: string, name: string): ApiObject | undefined {
    const stored = this.cache.get(namespace, name);
    return stored && this.judged(stored);
  }

  /** What is stored, in the version that it is judged in; the same object at each call. */
  judged(stored: ApiObject): ApiObject {
    return this.#versions ? this.#versions.view(stored) : stored;
  }

  /** What was judged, in the version that is stored. */
  stored(judged: ApiObject): MaybePromise<ApiObject> {
    return this.#versions ? this.#versions.toStored(judged) : judged;
  }

  /** As {@link stored}, of an object of which nothing but the metadata has changed; {@link ready} first. */
  storedWith(metadata: ObjectMeta, judged: ApiObject): ApiObject {
    if (!this.#versions) return judged;
    const stored = this.cache.get(metadata.namespace ?? '', metadata.name ?? '');
    return { ...(stored ?? judged), metadata };
  }

  /** Whether a webhook converts the objects, so that they must be prepared before they are looked at. */
  get needsPreparing(): boolean {
    return this.#versions?.needsPreparing ?? false;
  }

  /** Before `objects` are looked at in the request's version: a promise only where a webhook converts them. */
  prepare(objects: readonly ApiObject[]): MaybePromise<void> {
    return this.#versions?.prepare(objects);
  }

  /** As {@link prepare}, of one object as it is; {@link ready} first. */
  prepareCurrent({ namespace = '', name }: Target): MaybePromise<void> {
    const stored = this.#versions && this.cache.get(namespace, name);
    return stored && this.prepare([stored]);
  }

  /** {@link fromStorage}, prepared. */
  read(object: ApiObject): MaybePromise<ApiObject> {
    return andThen(this.prepare([object]), () => this.fromStorage(object));
  }

  /** `object` in the request's version; the same object at each call. */
  fromStorage(object: ApiObject): ApiObject {
    if (this.#versions) return this.#versions.view(object);
    return this.#isConverted ? fromStorage(this.scheme, this.definition, object) : object;
  }

  /** As {@link fromStorage}, of what is still to be stored and may change: nothing is remembered of it. */
  fromJudged(judged: ApiObject): ApiObject {
    return this.#isConverted ? fromStorage(this.scheme, this.definition, { ...judged }) : judged;
  }

  fromStorageAll(objects: readonly ApiObject[]): ApiObject[] {
    const versions = this.#versions;
    if (versions) return objects.map((object) => versions.view(object));
    // Nobody changes a list that they were given, any more than its items.
    if (!this.#isConverted) return objects as ApiObject[];
    return objects.map((object) => fromStorage(this.scheme, this.definition, object));
  }

  toStorage(object: ApiObject): ApiObject {
    return this.#isConverted ? toStorage(this.scheme, this.definition, object) : object;
  }
}
