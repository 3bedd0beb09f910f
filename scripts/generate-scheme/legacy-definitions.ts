import type { ResourceDefinition, SubresourceDefinition } from '../../src/scheme/resource.ts';
import { stabilityOf } from '../../src/scheme/version-order.ts';
import { toDeprecation, withStorageVersions } from './build-definitions.ts';
import type { SchemaBuilder } from './build-schemas.ts';
import { LegacySchemas } from './legacy-schemas.ts';
import type { LegacyRelease, LegacyVersion } from './legacy-versions.ts';
import type { Model } from './read-models.ts';

export interface LegacyInputs {
  readonly versions: readonly LegacyVersion[];
  readonly models: Readonly<Record<LegacyRelease, ReadonlyMap<string, Model>>>;
  readonly schemas: SchemaBuilder;
}

/**
 * The definitions of removed versions: each is what its successor among `current` is, in another group or version, with
 * a schema of its own where its fields differ. Adds those schemas.
 */
export function buildLegacyDefinitions(
  current: readonly ResourceDefinition[],
  { versions, models, schemas }: LegacyInputs,
): ResourceDefinition[] {
  const definitions: ResourceDefinition[] = [];
  for (const legacy of versions) {
    const builder = new LegacySchemas(schemas, models[legacy.release], legacy);
    for (const kind of legacy.kinds) {
      const successor = successorOf(current, legacy, kind);
      const schemaName =
        sharedSchema(definitions, legacy, kind) ?? builder.addKind(kind, successor.schemaName);
      definitions.push(toLegacyDefinition(legacy, successor, schemaName));
    }
    for (const { takes } of legacy.actions ?? []) builder.addKind(takes, takes);
  }
  const all = withStorageVersions([...current, ...definitions]);
  return all.slice(current.length);
}

function sharedSchema(
  earlier: readonly ResourceDefinition[],
  { schemasOf }: LegacyVersion,
  kind: string,
): string | undefined {
  if (schemasOf === undefined) return undefined;
  const found = earlier.find(
    (other) => `${other.group}/${other.version}` === schemasOf && other.kind === kind,
  );
  if (!found) throw new Error(`${schemasOf} ${kind} is not in the table before`);
  return found.schemaName;
}

/** The same kind in its most mature version; `current` is in that order. */
function successorOf(
  current: readonly ResourceDefinition[],
  { group, version, storedIn = group }: LegacyVersion,
  kind: string,
): ResourceDefinition {
  const found = current.find((other) => other.group === storedIn && other.kind === kind);
  if (!found) throw new Error(`${group}/${version} ${kind} has no successor`);
  return found;
}

/** What its successor has, and the actions that only the old version had. */
function subresourcesOf(
  { actions = [], group, version }: LegacyVersion,
  { kind, subresources }: ResourceDefinition,
): ResourceDefinition['subresources'] {
  const own = actions
    .filter((action) => action.of === kind)
    .map(({ name, takes }): SubresourceDefinition => {
      return { name, verbs: ['create'], kind: { group, version, kind: takes } };
    });
  if (own.length === 0) return subresources;
  return [...subresources, ...own].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function toLegacyDefinition(
  legacy: LegacyVersion,
  successor: ResourceDefinition,
  schemaName: string,
): ResourceDefinition {
  const { group, version, since, removedIn, storedIn } = legacy;
  const { kind, resource, deprecation: _none, ...rest } = successor;
  const use = `${successor.group}/${successor.version} ${kind}`;
  return {
    ...rest,
    group,
    version,
    resource,
    kind,
    subresources: subresourcesOf(legacy, successor),
    schemaName,
    stability: stabilityOf(version),
    storageVersion: version,
    // Short names and `all` mean the group that the kinds have moved to: each object is listed once.
    ...(storedIn
      ? {
          shortNames: [],
          categories: [],
          storedAs: { group: storedIn, version: successor.storageVersion, resource },
        }
      : {}),
    deprecation: toDeprecation({ group, version }, kind, { since, removedIn, use }),
  };
}
