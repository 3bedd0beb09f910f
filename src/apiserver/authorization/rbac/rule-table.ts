/**
 * The rules of one subject in one scope, arranged so that a decision is a handful of look-ups, however many rules there are:
 * API group → resource → verb → names.
 */
import type { PolicyRule } from '../../../scheme/generated/types/rbac-v1.ts';
import type { Action, ResourceAction } from '../authorizer.ts';

const ALL = '*';

/** Says, when somebody asks, which binding allows an action. */
export type Grant = () => string;

/** What one verb on one resource is allowed for. */
interface NamedGrants {
  /** For every name. */
  all: Grant | undefined;
  /** For these names alone. */
  byName: Map<string, Grant> | undefined;
}

type ByVerb = Map<string, NamedGrants>;
type ByResource = Map<string, ByVerb>;

interface PathGrants {
  readonly exact: Map<string, Grant>;
  /** Patterns that end in `*`, without it. */
  readonly prefixes: { readonly prefix: string; readonly grant: Grant }[];
}

export class RuleTable {
  readonly #groups = new Map<string, ByResource>();
  readonly #paths = new Map<string, PathGrants>();

  add(rule: PolicyRule, grant: Grant): void {
    for (const group of rule.apiGroups ?? []) {
      const resources = getOrAdd(this.#groups, group, () => new Map<string, ByVerb>());
      for (const resource of rule.resources ?? []) {
        addVerbs(
          getOrAdd(resources, resource, () => new Map()),
          rule,
          grant,
        );
      }
    }
    for (const verb of rule.nonResourceURLs?.length ? rule.verbs : []) {
      const paths = getOrAdd(this.#paths, verb, () => ({ exact: new Map(), prefixes: [] }));
      addPaths(paths, rule.nonResourceURLs ?? [], grant);
    }
  }

  /** What allows the action, or undefined when nothing does. */
  find(action: Action): Grant | undefined {
    if ('path' in action) {
      return this.#findPath(action.verb, action.path) ?? this.#findPath(ALL, action.path);
    }
    const { group } = action.resource;
    return (
      findInGroup(this.#groups.get(group), action) ?? findInGroup(this.#groups.get(ALL), action)
    );
  }

  #findPath(verb: string, path: string): Grant | undefined {
    const paths = this.#paths.get(verb);
    return (
      paths?.exact.get(path) ?? paths?.prefixes.find(({ prefix }) => path.startsWith(prefix))?.grant
    );
  }
}

function getOrAdd<V>(map: Map<string, V>, key: string, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}

function addVerbs(
  verbs: ByVerb,
  { resourceNames, verbs: allowed }: PolicyRule,
  grant: Grant,
): void {
  for (const verb of allowed) {
    const grants = getOrAdd(verbs, verb, () => ({ all: undefined, byName: undefined }));
    if (!resourceNames?.length) grants.all ??= grant;
    else {
      grants.byName ??= new Map();
      for (const name of resourceNames) getOrAdd(grants.byName, name, () => grant);
    }
  }
}

function addPaths(
  { exact, prefixes }: PathGrants,
  patterns: readonly string[],
  grant: Grant,
): void {
  for (const pattern of patterns) {
    if (pattern.endsWith(ALL)) prefixes.push({ prefix: pattern.replace(/\*+$/, ''), grant });
    else getOrAdd(exact, pattern, () => grant);
  }
}

function findInGroup(resources: ByResource | undefined, action: ResourceAction): Grant | undefined {
  if (!resources) return undefined;
  const { resource, subresource } = action;
  if (!subresource) {
    return (
      findVerb(resources.get(resource.resource), action) ?? findVerb(resources.get(ALL), action)
    );
  }
  return (
    findVerb(resources.get(`${resource.resource}/${subresource}`), action) ??
    findVerb(resources.get(`*/${subresource}`), action) ??
    findVerb(resources.get(ALL), action)
  );
}

function findVerb(verbs: ByVerb | undefined, { verb, name }: ResourceAction): Grant | undefined {
  if (!verbs) return undefined;
  return findName(verbs.get(verb), name) ?? findName(verbs.get(ALL), name);
}

function findName(grants: NamedGrants | undefined, name: string | undefined): Grant | undefined {
  if (!grants) return undefined;
  return grants.all ?? (name ? grants.byName?.get(name) : undefined);
}
