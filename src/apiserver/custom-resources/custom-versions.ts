import type { ApiObject } from '../../scheme/object.ts';
import { parseApiVersion, toApiVersion } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';

/**
 * Between what is stored of a custom resource, in whichever version it was when it was written, and the version that
 * requests speak.
 */
export class CustomVersions {
  readonly #scheme: Scheme;
  readonly #definition: ResourceDefinition;
  readonly #apiVersion: string;
  readonly #storageApiVersion: string;
  /** What became of each stored object: its many readers share one copy. */
  readonly #views = new WeakMap<ApiObject, ApiObject>();

  constructor(scheme: Scheme, definition: ResourceDefinition) {
    this.#scheme = scheme;
    this.#definition = definition;
    this.#apiVersion = toApiVersion(definition.group, definition.version);
    this.#storageApiVersion = toApiVersion(definition.group, definition.storageVersion);
  }

  /** `object`, of any version, in that of the requests, as readers see it; the same object at each call. */
  view(object: ApiObject): ApiObject {
    const known = this.#views.get(object);
    if (known) return known;
    const view = this.#read(this.#convert(this.#read(object), this.#apiVersion));
    this.#views.set(object, view);
    if (view !== object) this.#views.set(view, view);
    return view;
  }

  /** `object`, of the requests' version, as it is stored. */
  toStored(object: ApiObject): ApiObject {
    return this.#convert(object, this.#storageApiVersion);
  }

  #convert(object: ApiObject, apiVersion: string): ApiObject {
    return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
  }

  #read(object: ApiObject): ApiObject {
    const { group, version } = parseApiVersion(object.apiVersion);
    const { kind } = this.#definition;
    const strategy = this.#scheme.strategy({ group, version, kind, schemaName: '' });
    return strategy.readStored?.(object) ?? object;
  }
}
