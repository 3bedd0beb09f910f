import type { ResourceDefinition } from '../../scheme/resource.ts';
import {
  toFieldName,
  toGroupField,
  toListField,
  toObjectField,
  toPluralKind,
  toTypePrefix,
  upperFirst,
} from './names.ts';
import { toTypeName } from './served-kinds.ts';
import { KIND_SUFFIXES } from './type-names.ts';

/**
 * The definitions that a schema can have side by side. GraphQL has fewer letters than Kubernetes, so that two custom
 * resources may be spelled alike (`a-b.com` and `a.b.com`); then the first keeps the name, built-in kinds before all others,
 * and the second is left to the fields that take any kind (`objects`, `apply`).
 */
export function spellableKinds(
  definitions: readonly ResourceDefinition[],
): readonly ResourceDefinition[] {
  const owners = new Map<string, string>();
  const isCustom = ({ served }: ResourceDefinition): boolean => served !== undefined;
  const chosen = new Set(definitions.filter((definition) => !isCustom(definition)));
  for (const definition of chosen) claim(owners, definition);
  for (const definition of definitions) {
    if (isCustom(definition) && claim(owners, definition)) chosen.add(definition);
  }
  return definitions.filter((definition) => chosen.has(definition));
}

/** Takes all names of a definition, or none when one of them is another's. */
function claim(owners: Map<string, string>, definition: ResourceDefinition): boolean {
  const claims = [...claimsOf(definition)];
  if (claims.some(([name, owner]) => (owners.get(name) ?? owner) !== owner)) return false;
  for (const [name, owner] of claims) owners.set(name, owner);
  return true;
}

/** Every name that a definition brings into the schema, and whose it is: the group's, the version's or its own. */
function* claimsOf(
  definition: ResourceDefinition,
): Iterable<readonly [name: string, owner: string]> {
  const { group, version, resource, kind, subresources } = definition;
  const prefix = toTypePrefix(group, version);
  const own = `${group}/${version}/${resource}`;
  yield [`field ${toGroupField(group)}`, group];
  yield [`type ${upperFirst(toGroupField(group))}Group`, group];
  yield [`type ${prefix}`, `${group}/${version}`];
  yield [`field ${toGroupField(group)}.${toFieldName(version)}`, `${group}/${version}`];
  for (const suffix of KIND_SUFFIXES) yield [`type ${toTypeName(definition)}${suffix}`, own];
  for (const field of new Set([toListField(definition), toObjectField(kind)])) {
    yield [`field ${prefix}.${field}`, own];
  }
  yield [`subscription ${prefix}${toPluralKind(definition)}`, own];
  yield [`mutation ${toTypeName(definition)}`, own];
  for (const { name } of subresources) {
    yield [`mutation ${toTypeName(definition)}${upperFirst(name)}`, own];
  }
}
