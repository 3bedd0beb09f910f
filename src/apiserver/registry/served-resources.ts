import { ApiError } from '../../scheme/errors.ts';
import { qualifiedName, type ResourceDefinition, type ResourceRef } from '../../scheme/resource.ts';
import { enablingSwitch } from '../../scheme/runtime-config.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import type { ObjectStore } from '../../store/store.ts';
import type { AdmissionPlugin } from '../admission/plugin.ts';
import type { ComputedResource } from '../computed/computed-resource.ts';
import type { WebhookClient } from '../webhooks/webhook-client.ts';
import type { Companions } from './companions.ts';
import { ServedResource } from './served-resource.ts';

export interface ServedResourcesOptions {
  readonly scheme: Scheme;
  readonly store: ObjectStore;
  readonly plugins: readonly AdmissionPlugin[];
  /** By qualified name of the resource in storage. */
  readonly companions: ReadonlyMap<string, Companions>;
  readonly webhooks: WebhookClient;
  /** By qualified name. */
  readonly computed: ReadonlyMap<string, ComputedResource>;
}

/** Finds the resource that a reference means; what was found once is found again without looking. */
export class ServedResources {
  readonly scheme: Scheme;
  readonly #options: ServedResourcesOptions;
  #byReference = new WeakMap<ResourceRef, ServedResource>();
  #byDefinition = new Map<ResourceDefinition, ServedResource>();

  constructor(options: ServedResourcesOptions) {
    this.#options = options;
    this.scheme = options.scheme;
    this.scheme.onChange(() => this.#forget());
  }

  /** @throws {ApiError} NotFound when no such resource is served */
  resolve(ref: ResourceRef): ServedResource {
    const known = this.#byReference.get(ref);
    if (known) return known;
    const definition = this.scheme.find(ref.group, ref.version, ref.resource);
    if (!definition) throw this.#notServed(ref);
    const resource = this.#of(definition);
    this.#byReference.set(ref, resource);
    return resource;
  }

  /** As {@link resolve}, also where the version is not served: for what the server itself does with stored objects. */
  resolveKnown({
    group,
    version,
    resource,
  }: Omit<ResourceRef, 'kind' | 'namespaced'>): ServedResource {
    const definition = this.scheme.findKnown(group, version, resource);
    if (!definition) throw this.#notServed({ group, version, resource });
    return this.#of(definition);
  }

  #of(definition: ResourceDefinition): ServedResource {
    const known = this.#byDefinition.get(definition);
    if (known) return known;
    const { scheme, store, plugins, companions, webhooks, computed } = this.#options;
    const storage = scheme.storageOf(definition);
    const resource = new ServedResource({
      definition,
      scheme,
      store,
      plugins,
      companions: companions.get(qualifiedName(storage)),
      webhooks,
      computed: computed.get(qualifiedName(storage)),
    });
    this.#byDefinition.set(definition, resource);
    return resource;
  }

  /** Custom resources came or went: whatever was resolved before may mean something else now. */
  #forget(): void {
    this.#byReference = new WeakMap();
    const served = new Set(this.scheme.served());
    for (const [definition, resource] of this.#byDefinition) {
      if (served.has(definition)) continue;
      this.#byDefinition.delete(definition);
      const { group, version, resource: name } = definition;
      if (!this.scheme.find(group, version, name)) resource.retire(this.#notServed(definition));
    }
  }

  #notServed({ group, version, resource }: Omit<ResourceRef, 'kind' | 'namespaced'>): ApiError {
    const known = this.scheme.findKnown(group, version, resource);
    const isSwitched = known && known.served === undefined;
    const how = isSwitched
      ? `: ${qualifiedName(known)} in ${version} is ${known.stability} and not enabled; start the server with --runtime-config=${enablingSwitch(known)}`
      : '';
    return new ApiError('NotFound', `the server could not find the requested resource${how}`, {
      ...(group === '' ? {} : { group }),
      kind: resource,
    });
  }
}
