/**
 * The scheme: which kinds exist, in which versions, with which fields, and what each does beyond its structure.
 *
 * Invariant: everything it hands out is immutable; a change (custom resources come and go) replaces whole indexes, bumps
 * `revision` and tells the listeners. Entry point: {@link createScheme}.
 */
import { invariant } from '../lib/errors.ts';
import { OTHER_KINDS, RESOURCE_DEFINITIONS } from './generated/definitions.ts';
import { TYPE_SCHEMAS } from './generated/schemas.ts';
import { METRICS_DEFINITIONS, METRICS_TYPES } from './groups/metrics/resource-metrics.ts';
import { SIMULATION_DEFINITIONS } from './groups/simulation/definitions.ts';
import { SIMULATION_TYPES } from './groups/simulation/schemas.ts';
import type { KindStrategy } from './kind-strategy.ts';
import { toApiVersion } from './object.ts';
import { type KindDefinition, qualifiedName, type ResourceDefinition } from './resource.ts';
import {
  DEFAULT_RUNTIME_CONFIG,
  isEnabled,
  parseRuntimeConfig,
  type RuntimeConfig,
} from './runtime-config.ts';
import { buildSchemeIndex, type SchemeIndex } from './scheme-index.ts';
import { type SearchScope, searchDefinitions } from './scheme-search.ts';
import type { TypeSchema } from './structural-schema.ts';

/** Behaviour by `group/version/Kind`, or by `group/Kind` for every version. */
export type StrategyMap = ReadonlyMap<string, KindStrategy>;

/** A set of definitions that comes and goes as one, such as those of a custom resource. */
export interface SchemeExtension {
  readonly definitions: readonly ResourceDefinition[];
  readonly types: readonly TypeSchema[];
  /** @default none */
  readonly strategies?: StrategyMap;
}

export interface SchemeOptions {
  readonly definitions: readonly ResourceDefinition[];
  readonly types: readonly TypeSchema[];
  /** Kinds that only subresources and requests take. @default none */
  readonly otherKinds?: readonly KindDefinition[];
  readonly strategies: StrategyMap;
  /** @default stable and beta versions are served, alpha ones are not */
  readonly runtimeConfig?: RuntimeConfig;
}

export interface GroupVersions {
  readonly group: string;
  /** Served versions, the preferred one first. */
  readonly versions: readonly string[];
}

const NO_STRATEGY: KindStrategy = {};

export class Scheme {
  readonly #base: SchemeOptions;
  readonly #runtimeConfig: RuntimeConfig;
  #extensions = new Map<string, SchemeExtension>();
  readonly #listeners = new Set<() => void>();
  #index: SchemeIndex;
  #revision = 1;

  constructor(options: SchemeOptions) {
    this.#base = options;
    this.#runtimeConfig = options.runtimeConfig ?? DEFAULT_RUNTIME_CONFIG;
    this.#index = this.#buildIndex();
  }

  /** Grows by one with every change of the extensions. */
  get revision(): number {
    return this.#revision;
  }

  /** Every definition that is served, in Kubernetes' order of groups and versions. */
  served(): readonly ResourceDefinition[] {
    return this.#index.served;
  }

  /** Every definition, served or not. */
  definitions(): readonly ResourceDefinition[] {
    return this.#index.all;
  }

  isServed(definition: ResourceDefinition): boolean {
    return this.#index.enabled.has(definition);
  }

  /** The served definition of a resource in a version, as in a request's path. */
  find(group: string, version: string, resource: string): ResourceDefinition | undefined {
    return this.#ifServed(this.findKnown(group, version, resource));
  }

  /** As {@link find}, also when it is not served. */
  findKnown(group: string, version: string, resource: string): ResourceDefinition | undefined {
    return this.#index.byResource.get(`${toApiVersion(group, version)}/${resource}`);
  }

  /** The served definition of a kind, as in an object's apiVersion and kind. */
  findByKind(group: string, version: string, kind: string): ResourceDefinition | undefined {
    return this.#ifServed(this.findKnownByKind(group, version, kind));
  }

  /** As {@link findByKind}, also when it is not served. */
  findKnownByKind(group: string, version: string, kind: string): ResourceDefinition | undefined {
    return this.#index.byKind.get(`${toApiVersion(group, version)}/${kind}`);
  }

  /** A kind that only subresources or requests take: `Scale`, `Eviction`, `TokenRequest`, `DeleteOptions`. */
  findOtherKind(group: string, version: string, kind: string): KindDefinition | undefined {
    return this.#base.otherKinds?.find(
      (other) => other.kind === kind && other.version === version && other.group === group,
    );
  }

  /** The served definition of a resource in its most mature version. */
  preferred(group: string, resource: string): ResourceDefinition | undefined {
    return this.versionsOf(group, resource)[0];
  }

  /** The served definitions of a resource, the most mature version first. */
  versionsOf(group: string, resource: string): readonly ResourceDefinition[] {
    return this.#index.versions.get(qualifiedName({ group, resource })) ?? [];
  }

  /**
   * The definition that the objects of `resource` are stored in. Defined for every known resource, even when its storage
   * version is not served, and for `events.k8s.io` that of core events.
   */
  storageOf(definition: ResourceDefinition): ResourceDefinition {
    const { group, version, resource } = definition.storedAs ?? {
      ...definition,
      version: definition.storageVersion,
    };
    const storage = this.findKnown(group, version, resource);
    invariant(storage, `${qualifiedName(definition)} has no storage version ${version}`);
    return storage;
  }

  /** The served groups in Kubernetes' order. */
  groups(): readonly GroupVersions[] {
    return this.#index.groups;
  }

  /**
   * What a user's word stands for, as kubectl reads it: a plural, singular, short name or kind in any case, optionally
   * with group or version and group (`deployments.apps`, `deployments.v1.apps`), gives the one best definition; a
   * category (`all`) gives all of its resources. Empty when the word means nothing here.
   */
  search(word: string, scope: SearchScope = {}): readonly ResourceDefinition[] {
    return searchDefinitions(this.#index, word, scope);
  }

  /** The schema of a type by its full name. */
  type(name: string): TypeSchema | undefined {
    return this.#index.types.get(name);
  }

  types(): Iterable<TypeSchema> {
    return this.#index.types.values();
  }

  strategy(definition: KindDefinition): KindStrategy {
    const { strategies, strategyOf } = this.#index;
    let strategy = strategyOf.get(definition);
    if (!strategy) {
      const { group, version, kind } = definition;
      strategy =
        strategies.get(`${group}/${version}/${kind}`) ??
        strategies.get(`${group}/${kind}`) ??
        NO_STRATEGY;
      strategyOf.set(definition, strategy);
    }
    return strategy;
  }

  /**
   * Puts `extension` in place under `name`, replacing what was there; undefined takes it away. One change, whatever the
   * number of its definitions.
   */
  setExtension(name: string, extension: SchemeExtension | undefined): void {
    this.setExtensions(new Map([[name, extension]]));
  }

  /** As {@link setExtension}, several at once: one change, or none when one of them cannot be. */
  setExtensions(extensions: ReadonlyMap<string, SchemeExtension | undefined>): void {
    const changes = [...extensions].filter(([name, next]) => this.#extensions.get(name) !== next);
    if (changes.length === 0) return;
    const previous = new Map(this.#extensions);
    for (const [name, extension] of changes) this.#putExtension(name, extension);
    try {
      this.#index = this.#buildIndex();
    } catch (error) {
      this.#extensions = previous;
      throw error;
    }
    this.#revision++;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Calls `listener` after every change, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #putExtension(name: string, extension: SchemeExtension | undefined): void {
    if (extension) this.#extensions.set(name, extension);
    else this.#extensions.delete(name);
  }

  #ifServed(definition: ResourceDefinition | undefined): ResourceDefinition | undefined {
    return definition && this.#index.enabled.has(definition) ? definition : undefined;
  }

  #buildIndex(): SchemeIndex {
    return buildSchemeIndex(
      [this.#base, ...this.#extensions.values()],
      (definition) => definition.served ?? isEnabled(this.#runtimeConfig, definition),
    );
  }
}

export interface CreateSchemeOptions {
  readonly strategies: StrategyMap;
  /** The value of `--runtime-config`. @default '' */
  readonly runtimeConfig?: string;
}

/** The scheme of the built-in kinds. @throws {RuntimeConfigError} when `runtimeConfig` cannot be. */
export function createScheme({ strategies, runtimeConfig = '' }: CreateSchemeOptions): Scheme {
  const definitions = [...RESOURCE_DEFINITIONS, ...METRICS_DEFINITIONS, ...SIMULATION_DEFINITIONS];
  return new Scheme({
    definitions,
    types: [...TYPE_SCHEMAS, ...METRICS_TYPES, ...SIMULATION_TYPES],
    otherKinds: OTHER_KINDS,
    strategies,
    runtimeConfig: parseRuntimeConfig(runtimeConfig, definitions),
  });
}
