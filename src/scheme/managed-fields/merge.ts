/** What an object becomes when a configuration is laid over it, and what is taken out of it again. Nothing is mutated. */
import { isJsonObject, type JsonObject, ownMember, setMember } from '../patch/json-value.ts';
import { byIdentity, identify } from './elements.ts';
import { EMPTY_SET, type FieldSet } from './field-set.ts';
import { elementsOf, memberOf, membersOf } from './members.ts';
import { fieldElement, type PathElement } from './path-element.ts';
import type { Structure } from './structure.ts';

/** `configuration` laid over `live`: its values win, lists and maps are joined as the type says. */
export function mergeConfiguration(
  live: unknown,
  configuration: unknown,
  structure: Structure,
): unknown {
  const members = membersOf(structure, configuration);
  if (members) return mergeMembers(membersOf(structure, live) ?? {}, members, structure);
  const elements = elementsOf(structure, configuration);
  if (elements) return mergeElements(elementsOf(structure, live) ?? [], elements, structure);
  return configuration;
}

function mergeMembers(live: JsonObject, members: JsonObject, structure: Structure): JsonObject {
  const merged: JsonObject = { ...live };
  for (const name of Object.keys(members)) {
    const { structure: below } = memberOf(structure, name);
    setMember(merged, name, mergeConfiguration(ownMember(live, name), members[name], below));
  }
  return merged;
}

function mergeElements(
  live: readonly unknown[],
  configured: readonly unknown[],
  structure: Structure,
): unknown[] {
  const keyed = structure.kind === 'keyed' ? structure : undefined;
  const before = byIdentity(live, keyed);
  const wanted = byIdentity(configured, keyed);
  return joinOrders([...before.keys()], [...wanted.keys()]).flatMap((identity) => {
    const items = before.get(identity);
    const configuration = wanted.get(identity);
    if (!configuration) return items ?? [];
    if (!items) return [configuration[0]];
    return keyed ? [mergeConfiguration(items[0], configuration[0], keyed.items)] : [items[0]];
  });
}

/** Every element of both: those of `wanted` in its order, the others of `present` where they stood among them. */
function joinOrders(
  present: readonly PathElement[],
  wanted: readonly PathElement[],
): readonly PathElement[] {
  const isWanted = new Set(wanted);
  const joined = new Set<PathElement>();
  let next = 0;
  for (const identity of present) {
    if (!isWanted.has(identity)) joined.add(identity);
    else if (!joined.has(identity)) {
      // Up to this one, in the order that is wanted.
      do joined.add(wanted[next] as PathElement);
      while (wanted[next++] !== identity);
    }
  }
  for (const identity of wanted.slice(next)) joined.add(identity);
  return [...joined];
}

export interface Pruning {
  /** What the manager applied before. */
  readonly last: FieldSet;
  /** What anybody owns now, the manager's new configuration included. */
  readonly kept: FieldSet;
}

/** `object` without the fields of `last` that nobody keeps. */
export function pruneFields<T extends object>(
  object: T,
  pruning: Pruning,
  structure: Structure,
): T {
  return pruneMembers(object as JsonObject, pruning, structure) as T;
}

function pruneValue(value: unknown, pruning: Pruning, structure: Structure): unknown {
  if (pruning.last.children.size === 0) return value;
  const members = membersOf(structure, value);
  if (members) return pruneMembers(members, pruning, structure);
  const elements = elementsOf(structure, value);
  return elements ? pruneElements(elements, pruning, structure) : value;
}

function pruneMembers(
  object: JsonObject,
  { last, kept }: Pruning,
  structure: Structure,
): JsonObject {
  const pruned: JsonObject = {};
  for (const name of Object.keys(object)) {
    const element = fieldElement(name);
    const below = { last: last.below(element), kept: kept.below(element) };
    const member = memberOf(structure, name);
    // Declared fields come and go with what is in them; entries of maps and elements of lists are owned themselves.
    if (isPruned(below, member.isDeclared)) continue;
    const value = object[name];
    const left = pruneValue(value, below, member.structure);
    if (!isEmptied(value, left) || below.kept.isMember) setMember(pruned, name, left);
  }
  return pruned;
}

function pruneElements(
  list: readonly unknown[],
  { last, kept }: Pruning,
  structure: Structure,
): unknown[] {
  const keyed = structure.kind === 'keyed' ? structure : undefined;
  return list.flatMap((item) => {
    const identity = identify(item, keyed);
    const below = { last: last.below(identity), kept: kept.below(identity) };
    if (isPruned(below, false)) return [];
    return [keyed ? pruneValue(item, below, keyed.items) : item];
  });
}

function isPruned({ last, kept }: Pruning, isDeclared: boolean): boolean {
  const isOwned = (set: FieldSet): boolean => set.isMember || (isDeclared && !set.isEmpty);
  return isOwned(last) && !isOwned(kept);
}

function isEmptied(before: unknown, after: unknown): boolean {
  return before !== after && sizeOf(before) > 0 && sizeOf(after) === 0;
}

function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return isJsonObject(value) ? Object.keys(value).length : 1;
}

/** What of `object` is in `set`: with the keys of list elements, so that it can be applied again. */
export function extractFields(object: object, set: FieldSet, structure: Structure): JsonObject {
  return extractMembers(object as JsonObject, set, structure);
}

function extractValue(value: unknown, set: FieldSet, structure: Structure): unknown {
  if (set.children.size === 0) return isOwnedEmpty(value, structure) ?? value;
  const members = membersOf(structure, value);
  if (members) return extractMembers(members, set, structure);
  const elements = elementsOf(structure, value);
  return elements ? extractElements(elements, set, structure) : value;
}

/** An object or list that is owned itself, and nothing in it. */
function isOwnedEmpty(value: unknown, structure: Structure): unknown {
  if (membersOf(structure, value)) return {};
  return elementsOf(structure, value) ? [] : undefined;
}

function extractMembers(object: JsonObject, set: FieldSet, structure: Structure): JsonObject {
  const extracted: JsonObject = {};
  for (const name of Object.keys(object)) {
    const below = set.below(fieldElement(name));
    if (below === EMPTY_SET || object[name] === undefined) continue;
    setMember(
      extracted,
      name,
      extractValue(object[name], below, memberOf(structure, name).structure),
    );
  }
  return extracted;
}

function extractElements(list: readonly unknown[], set: FieldSet, structure: Structure): unknown[] {
  const keyed = structure.kind === 'keyed' ? structure : undefined;
  return list.flatMap((item) => {
    const below = set.below(identify(item, keyed));
    if (below.isEmpty) return [];
    if (!keyed || !isJsonObject(item)) return [item];
    const keys = Object.fromEntries(
      keyed.keys.filter((key) => item[key] !== undefined).map((key) => [key, item[key]]),
    );
    return [{ ...keys, ...(extractValue(item, below, keyed.items) as JsonObject) }];
  });
}
