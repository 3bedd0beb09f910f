import { invariant } from '../../lib/errors.ts';
import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { parseApiVersion, toApiVersion } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import { type ConversionWebhook, convertByWebhook } from './conversion-webhook.ts';

/** What the versions of a resource need of its surroundings. */
export interface CustomVersionsOptions extends Omit<ConversionWebhook, 'config'> {
  /** Whether the store holds `object` in another form than it writes now. */
  readonly isStale: (object: ApiObject) => boolean;
}

/** How many objects one call of a webhook converts. */
const MAX_OBJECTS_PER_CALL = 500;

/**
 * Between what is stored of a custom resource, in whichever version it was when it was written, and the version that
 * requests speak. Without a webhook versions differ in their names and in what their schemas keep; with one, whoever views
 * an object of another version prepares it first.
 */
export class CustomVersions {
  readonly #scheme: Scheme;
  readonly #definition: ResourceDefinition;
  readonly #apiVersion: string;
  readonly #storageApiVersion: string;
  readonly #webhook: ConversionWebhook | undefined;
  /** What became of each stored object: its many readers share one copy. */
  readonly #views = new WeakMap<ApiObject, ApiObject>();
  /** Views of objects that the next write, whatever it changes, stores in another form. */
  readonly #stale = new WeakSet<ApiObject>();
  readonly #isStoredStale: (object: ApiObject) => boolean;

  constructor(
    scheme: Scheme,
    definition: ResourceDefinition,
    { isStale, ...reach }: CustomVersionsOptions,
  ) {
    this.#isStoredStale = isStale;
    this.#scheme = scheme;
    this.#definition = definition;
    this.#apiVersion = toApiVersion(definition.group, definition.version);
    this.#storageApiVersion = toApiVersion(definition.group, definition.storageVersion);
    const config = scheme.strategy(definition).conversionWebhook;
    this.#webhook = config && { config, ...reach };
  }

  /** Whether {@link prepare} may have to ask somebody. */
  get needsPreparing(): boolean {
    return this.#webhook !== undefined;
  }

  /** Makes {@link view} ready for `objects`: a promise only where a webhook has to be asked. */
  prepare(objects: readonly ApiObject[]): MaybePromise<void> {
    const webhook = this.#webhook;
    if (!webhook) return;
    const foreign = objects.filter(
      (object) => object.apiVersion !== this.#apiVersion && !this.#views.has(object),
    );
    if (foreign.length > 0) return this.#ask(webhook, foreign);
  }

  /** `object`, of any version, in that of the requests, as readers see it; the same object at each call. */
  view(object: ApiObject): ApiObject {
    const known = this.#views.get(object);
    if (known) return known;
    const isForeign = object.apiVersion !== this.#apiVersion;
    invariant(!isForeign || !this.#webhook, 'an object was viewed before it was converted');
    return this.#remember(object, this.#rename(this.#read(object), this.#apiVersion));
  }

  /** `object`, of the requests' version, as it is stored. */
  toStored(object: ApiObject): MaybePromise<ApiObject> {
    if (!this.#webhook || object.apiVersion === this.#storageApiVersion) {
      return this.#rename(object, this.#storageApiVersion);
    }
    return andThen(
      convertByWebhook(this.#webhook, [object], this.#storageApiVersion),
      ([converted]) => converted ?? object,
    );
  }

  async #ask(webhook: ConversionWebhook, objects: readonly ApiObject[]): Promise<void> {
    for (let i = 0; i < objects.length; i += MAX_OBJECTS_PER_CALL) {
      await this.#askOnce(webhook, objects.slice(i, i + MAX_OBJECTS_PER_CALL));
    }
  }

  async #askOnce(webhook: ConversionWebhook, objects: readonly ApiObject[]): Promise<void> {
    const read = objects.map((object) => this.#read(object));
    const converted = await convertByWebhook(webhook, read, this.#apiVersion);
    converted.forEach((object, i) => {
      this.#remember(objects[i] as ApiObject, object);
    });
  }

  /** Whether what `view` shows is stored in another version than writes are, or in an old form. */
  isStale(view: ApiObject): boolean {
    return this.#stale.has(view);
  }

  #remember(object: ApiObject, converted: ApiObject): ApiObject {
    const view = this.#read(converted);
    if (object.apiVersion !== this.#storageApiVersion || this.#isStoredStale(object)) {
      this.#stale.add(view);
    }
    this.#views.set(object, view);
    if (view !== object) this.#views.set(view, view);
    return view;
  }

  #rename(object: ApiObject, apiVersion: string): ApiObject {
    return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
  }

  #read(object: ApiObject): ApiObject {
    const { group, version } = parseApiVersion(object.apiVersion);
    const { kind } = this.#definition;
    const strategy = this.#scheme.strategy({ group, version, kind, schemaName: '' });
    return strategy.readStored?.(object) ?? object;
  }
}
