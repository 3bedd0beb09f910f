import { invariant } from '../lib/errors.ts';
import type { KindStrategy } from './kind-strategy.ts';
import { toApiVersion } from './object.ts';
import { type KindDefinition, qualifiedName, type ResourceDefinition } from './resource.ts';
import type { TypeSchema } from './structural-schema.ts';
import { compareGroups, compareVersions } from './version-order.ts';

/** The lookup tables of a scheme: built whole, never changed. */
export interface SchemeIndex {
  readonly all: readonly ResourceDefinition[];
  readonly served: readonly ResourceDefinition[];
  readonly enabled: ReadonlySet<ResourceDefinition>;
  /** By `apiVersion/resource`. */
  readonly byResource: ReadonlyMap<string, ResourceDefinition>;
  /** By `apiVersion/Kind`. */
  readonly byKind: ReadonlyMap<string, ResourceDefinition>;
  /** Served definitions by `resource.group`, the most mature version first. */
  readonly versions: ReadonlyMap<string, readonly ResourceDefinition[]>;
  readonly groups: readonly { readonly group: string; readonly versions: readonly string[] }[];
  readonly types: ReadonlyMap<string, TypeSchema>;
  readonly strategies: ReadonlyMap<string, KindStrategy>;
  /** What was found there before. */
  readonly strategyOf: WeakMap<KindDefinition, KindStrategy>;
}

interface Part {
  readonly definitions: readonly ResourceDefinition[];
  readonly types: readonly TypeSchema[];
  readonly strategies?: ReadonlyMap<string, KindStrategy>;
}

/** Joins the built-in part and the extensions. Two definitions of one resource or one kind are a mistake. */
export function buildSchemeIndex(
  parts: readonly Part[],
  isServed: (definition: ResourceDefinition) => boolean,
): SchemeIndex {
  const all = parts.flatMap(({ definitions }) => definitions).sort(compareDefinitions);
  const served = all.filter(isServed);
  return {
    all,
    served,
    enabled: new Set(served),
    byResource: indexOnce(
      all,
      (definition) => `${apiVersionOf(definition)}/${definition.resource}`,
    ),
    byKind: indexOnce(all, (definition) => `${apiVersionOf(definition)}/${definition.kind}`),
    versions: groupBy(served, qualifiedName),
    groups: listGroups(served),
    types: indexOnce(
      parts.flatMap(({ types }) => types),
      ({ name }) => name,
    ),
    strategyOf: new WeakMap(),
    strategies: new Map(parts.flatMap(({ strategies }) => [...(strategies ?? [])])),
  };
}

function apiVersionOf({ group, version }: ResourceDefinition): string {
  return toApiVersion(group, version);
}

function compareDefinitions(a: ResourceDefinition, b: ResourceDefinition): number {
  return (
    compareGroups(a.group, b.group) ||
    compareVersions(a.version, b.version) ||
    (a.resource < b.resource ? -1 : 1)
  );
}

function indexOnce<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T> {
  const index = new Map<string, T>();
  for (const value of values) {
    const key = keyOf(value);
    invariant(!index.has(key), `${key} is defined twice`);
    index.set(key, value);
  }
  return index;
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}

function listGroups(served: readonly ResourceDefinition[]): SchemeIndex['groups'] {
  return [...groupBy(served, ({ group }) => group)].map(([group, definitions]) => ({
    group,
    versions: [...new Set(definitions.map(({ version }) => version))],
  }));
}
