/**
 * How Kubernetes' names are spelled in GraphQL. GraphQL names hold letters, digits and `_` alone, so:
 *
 * - groups drop `.k8s.io` and become camelCase (`rbac.authorization.k8s.io` is `rbacAuthorization`); the core group is
 *   `core`; groups of custom resources replace dots and dashes by `_` (`example.com` is `example_com`);
 * - resources are camelCase after their kind: `replicasets` of kind ReplicaSet are `replicaSets`, one is `replicaSet`;
 * - fields and enum values replace each character that GraphQL cannot spell by `_`: `$ref` is `_ref`,
 *   `x-kubernetes-list-type` is `x_kubernetes_list_type`, `SIGRTMIN+1` is `SIGRTMIN_1`; the value `*` is `STAR`.
 *
 * Only the spelling differs: maps, scalars and everything in JSON keep their own keys.
 */
import type { GroupResource } from '../../scheme/resource.ts';

const KUBERNETES_SUFFIX = '.k8s.io';
const UNSPELLABLE = /[^_0-9A-Za-z]/g;

/** `apps`, `core`, `rbacAuthorization`, `example_com`: the query field of a group. */
export function toGroupField(group: string): string {
  if (group === '') return 'core';
  if (!group.endsWith(KUBERNETES_SUFFIX)) return toFieldName(group);
  return group
    .slice(0, -KUBERNETES_SUFFIX.length)
    .replace(/[.-]([0-9a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** `AppsV1`: what the types and mutations of one group and version begin with. */
export function toTypePrefix(group: string, version: string): string {
  return upperFirst(toGroupField(group)) + upperFirst(toFieldName(version));
}

/** `replicaSet` for ReplicaSet, `csiDriver` for CSIDriver: the query field of one object. */
export function toObjectField(kind: string): string {
  return toFieldName(kind).replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+$|^[A-Z]/, (start) =>
    start.toLowerCase(),
  );
}

/** `ReplicaSets`, `NetworkPolicies`: the plural with the capitals of its kind. */
export function toPluralKind({
  resource,
  kind,
}: Pick<GroupResource, 'resource'> & { kind: string }): string {
  const lower = kind.toLowerCase();
  let shared = 0;
  while (shared < lower.length && lower[shared] === resource[shared]) shared++;
  return toFieldName(
    kind.slice(0, shared) + (shared === 0 ? upperFirst(resource) : resource.slice(shared)),
  );
}

/** `replicaSets`, `csiDrivers`: the query field of a list. */
export function toListField(
  definition: Pick<GroupResource, 'resource'> & { kind: string },
): string {
  return toObjectField(toPluralKind(definition));
}

/**
 * The spelling of a field's JSON name. Names that begin with a digit get a `_`, those that begin with `__` lose one, and a
 * name of which nothing else is left is `_x`.
 */
export function toFieldName(jsonName: string): string {
  const spelled = jsonName.replace(UNSPELLABLE, '_');
  if (/^[0-9]/.test(spelled)) return `_${spelled}`;
  const unreserved = spelled.replace(/^_{2,}/, '_');
  return unreserved === '_' || unreserved === '' ? '_x' : unreserved;
}

/**
 * The spellings of the names of one type, by JSON name. Names that would be spelled alike (`a.b` and `a-b`) are told apart
 * by a `_` at the end of the later one.
 */
export function spellFields(jsonNames: Iterable<string>): ReadonlyMap<string, string> {
  const spellings = new Map<string, string>();
  const taken = new Set<string>();
  for (const jsonName of jsonNames) {
    let name = toFieldName(jsonName);
    while (taken.has(name)) name += '_';
    taken.add(name);
    spellings.set(jsonName, name);
  }
  return spellings;
}

/** The spelling of an enum's value. */
export function toEnumName(value: string): string {
  if (value === '*') return 'STAR';
  const spelled = value.replace(UNSPELLABLE, '_');
  const startsWrong = spelled === '' || /^[0-9]/.test(spelled);
  const isReserved = spelled === 'true' || spelled === 'false' || spelled === 'null';
  return startsWrong || isReserved ? `_${spelled}` : spelled;
}

export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
