import type { ResourceDefinition, SubresourceDefinition, Verb } from '../../src/scheme/resource.ts';
import { compareVersions, stabilityOf } from '../../src/scheme/version-order.ts';
import type { SchemaBuilder } from './build-schemas.ts';
import {
  CATEGORIES,
  CONNECT_KINDS,
  DEPRECATIONS,
  type Lifecycle,
  SHORT_NAMES,
  STORED_AS,
  UNWATCHABLE,
} from './kubernetes-facts.ts';
import { groupWord, shortTypeName } from './names.ts';
import type { Operation } from './read-paths.ts';

interface Place {
  readonly group: string;
  readonly version: string;
  readonly namespaced: boolean;
  readonly resource: string;
  readonly subresource: string | undefined;
  /** Whether the path names one object. */
  readonly named: boolean;
}

/** Operations of one resource (or subresource) in one version. */
interface Endpoint extends Place {
  readonly verbs: Set<Verb>;
  /** The class that a create, a read or an update answers with. */
  readonly resultClass: string | undefined;
  readonly listClass: string | undefined;
}

/** The definitions of every served resource, sorted; adds the schemas that they need to `schemas`. */
export function buildDefinitions(
  operations: readonly Operation[],
  schemas: SchemaBuilder,
): ResourceDefinition[] {
  const endpoints = collectEndpoints(operations);
  const resources = [...endpoints.values()].filter(({ subresource }) => subresource === undefined);
  const definitions = resources.map((endpoint) => {
    const subresources = [...endpoints.values()].filter(
      (other) => other.subresource !== undefined && sameResource(other, endpoint),
    );
    return toDefinition(endpoint, subresources, schemas);
  });
  return withStorageVersions(definitions).sort(byPlace);
}

/** A kind that has a schema and no resource of its own: what subresources take, and the options of requests. */
export interface OtherKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly schemaName: string;
}

/** The kinds of subresources and of `requestKinds` (full type names), sorted. */
export function buildOtherKinds(
  definitions: readonly ResourceDefinition[],
  schemas: SchemaBuilder,
  requestKinds: readonly string[],
): OtherKind[] {
  const others = new Map<string, OtherKind>();
  for (const name of requestKinds) {
    others.set(name, { group: '', version: 'v1', kind: shortTypeName(name), schemaName: name });
  }
  const own = new Set(definitions.map(({ schemaName }) => schemaName));
  for (const { kind } of definitions.flatMap(({ subresources }) => subresources)) {
    const schemaName = kind && [...schemas.schemas.keys()].find((name) => isTypeOf(name, kind));
    if (schemaName && !own.has(schemaName)) others.set(schemaName, { ...kind, schemaName });
  }
  return [...others.values()].sort((a, b) => (a.schemaName < b.schemaName ? -1 : 1));
}

function isTypeOf(
  typeName: string,
  { group, version, kind }: NonNullable<SubresourceDefinition['kind']>,
): boolean {
  return typeName.endsWith(`.${groupWord(group)}.${version}.${kind}`);
}

function collectEndpoints(operations: readonly Operation[]): Map<string, Endpoint> {
  const endpoints = new Map<string, Endpoint>();
  for (const operation of operations) {
    const place = parsePath(operation.path);
    if (!place) continue;
    const key = [place.group, place.version, place.resource, place.subresource].join('/');
    const endpoint: Endpoint = endpoints.get(key) ?? {
      ...place,
      verbs: new Set(),
      resultClass: undefined,
      listClass: undefined,
    };
    endpoints.set(key, {
      ...endpoint,
      namespaced: endpoint.namespaced || place.namespaced,
      resultClass: ownClass(operation) ?? endpoint.resultClass,
      listClass: operation.name.startsWith('list') ? operation.resultClass : endpoint.listClass,
    });
    for (const verb of verbsOf(operation, place)) endpoint.verbs.add(verb);
  }
  return endpoints;
}

/** Undefined for discovery documents, `/watch/` paths and the placeholder of custom resources. */
function parsePath(path: string): Place | undefined {
  const match =
    /^\/(?:api|apis\/([\w.]+))\/(v\w+)\/(namespaces\/\{namespace\}\/)?(\w+)(\/\{name\})?(?:\/(\w+))?(?:\/\{path\})?$/.exec(
      path,
    );
  if (!match || match[4] === 'watch') return undefined;
  return {
    group: match[1] ?? '',
    version: match[2] as string,
    namespaced: match[3] !== undefined,
    resource: match[4] as string,
    named: match[5] !== undefined,
    subresource: match[6],
  };
}

function ownClass({ name, resultClass }: Operation): string | undefined {
  return /^(create|read|replace)/.test(name) ? resultClass : undefined;
}

const CONNECT_VERBS: Readonly<Record<string, Verb>> = {
  DELETE: 'delete',
  GET: 'get',
  PATCH: 'patch',
  POST: 'create',
  PUT: 'update',
};

function verbsOf({ name, method }: Operation, { resource }: Place): readonly Verb[] {
  if (name.startsWith('connect')) return CONNECT_VERBS[method] ? [CONNECT_VERBS[method]] : [];
  if (name.startsWith('deleteCollection')) return ['deletecollection'];
  if (name.startsWith('list')) return UNWATCHABLE.has(resource) ? ['list'] : ['list', 'watch'];
  if (name.startsWith('create')) return ['create'];
  if (name.startsWith('delete')) return ['delete'];
  if (name.startsWith('patch')) return ['patch'];
  if (name.startsWith('read')) return ['get'];
  if (name.startsWith('replace')) return ['update'];
  throw new Error(`${name}: unknown kind of operation`);
}

function sameResource(a: Place, b: Place): boolean {
  return a.group === b.group && a.version === b.version && a.resource === b.resource;
}

function toDefinition(
  endpoint: Endpoint,
  subresources: readonly Endpoint[],
  schemas: SchemaBuilder,
): ResourceDefinition {
  const { group, version, resource, namespaced, resultClass, listClass } = endpoint;
  if (!resultClass) throw new Error(`${group}/${version} ${resource}: no kind`);
  const schemaName = schemas.add(resultClass, group);
  const kind = shortTypeName(schemaName);
  if (listClass) schemas.add(listClass, group);
  const storedAs = STORED_AS[`${resource}.${group}`];
  const lifecycle = DEPRECATIONS[`${group}/${version}/${kind}`];
  return {
    group,
    version,
    resource,
    kind,
    listKind: `${kind}List`,
    singular: kind.toLowerCase(),
    shortNames: SHORT_NAMES[resource] ?? [],
    categories: CATEGORIES[resource] ?? [],
    namespaced,
    verbs: [...endpoint.verbs].sort(),
    subresources: subresources
      .map((subresource) => toSubresource(subresource, kind, schemas))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    schemaName,
    stability: stabilityOf(version),
    storageVersion: version,
    ...(storedAs ? { storedAs } : {}),
    ...(lifecycle ? { deprecation: toDeprecation(endpoint, kind, lifecycle) } : {}),
  };
}

/** In the words of Kubernetes' deprecation warnings. */
export function toDeprecation(
  { group, version }: Pick<Place, 'group' | 'version'>,
  kind: string,
  { since, removedIn, use }: Lifecycle,
): NonNullable<ResourceDefinition['deprecation']> {
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const unavailable = removedIn ? `, unavailable in v${removedIn}+` : '';
  const message = `${apiVersion} ${kind} is deprecated in v${since}+${unavailable}${use ? `; use ${use}` : ''}`;
  return { message, ...(removedIn ? { removedIn } : {}) };
}

function toSubresource(
  endpoint: Endpoint,
  ownKind: string,
  schemas: SchemaBuilder,
): SubresourceDefinition {
  const { group, version, resource, resultClass } = endpoint;
  const name = endpoint.subresource as string;
  const verbs = [...endpoint.verbs].sort();
  const connectKind = CONNECT_KINDS[`${resource}/${name}`];
  if (connectKind) return { name, verbs, kind: { group, version, kind: connectKind } };
  if (!resultClass) return { name, verbs };
  const schemaName = schemas.add(resultClass, group);
  const kind = shortTypeName(schemaName);
  if (kind === ownKind) return { name, verbs };
  return { name, verbs, kind: subresourceKind(schemaName) };
}

const GROUPS_OF_WORDS: Readonly<Record<string, string>> = {
  authentication: 'authentication.k8s.io',
  core: '',
};

function subresourceKind(schemaName: string): SubresourceDefinition['kind'] {
  const [word, version, kind] = schemaName.split('.').slice(-3) as [string, string, string];
  return { group: GROUPS_OF_WORDS[word] ?? word, version, kind };
}

/** Each resource is stored in its most mature version. */
export function withStorageVersions(
  definitions: readonly ResourceDefinition[],
): ResourceDefinition[] {
  return definitions.map((definition) => {
    const versions = definitions
      .filter(
        ({ group, resource }) => group === definition.group && resource === definition.resource,
      )
      .map(({ version }) => version)
      .sort(compareVersions);
    return { ...definition, storageVersion: versions[0] as string };
  });
}

/** By group, then the best version first, then by resource. */
export function byPlace(a: ResourceDefinition, b: ResourceDefinition): number {
  if (a.group !== b.group) return a.group < b.group ? -1 : 1;
  return compareVersions(a.version, b.version) || (a.resource < b.resource ? -1 : 1);
}
