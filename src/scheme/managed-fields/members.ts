import { isJsonObject, type JsonObject } from '../patch/json-value.ts';
import { fieldElement } from './path-element.ts';
import { FREE, type Member, type Structure } from './structure.ts';

/** The member `name` of an object that is joined member by member. */
export function memberOf(structure: Structure, name: string): Member {
  if (structure.kind === 'struct') return structure.field(name) ?? undeclared(UNKNOWN, name, FREE);
  if (structure.kind === 'map') return undeclared(structure.entries, name, structure.values);
  return undeclared(UNKNOWN, name, FREE);
}

/** Past it the members of a map are made anew. */
const MAX_REMEMBERED = 10_000;

const UNKNOWN = new Map<string, Member>();

function undeclared(known: Map<string, Member>, name: string, structure: Structure): Member {
  let member = known.get(name);
  if (!member) {
    member = { element: fieldElement(name), structure, isDeclared: false, isAlwaysThere: false };
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(name, member);
  }
  return member;
}

/** The members of `value` where it is joined member by member; undefined where it is owned as one. */
export function membersOf(structure: Structure, value: unknown): JsonObject | undefined {
  if (structure.kind === 'leaf' || structure.kind === 'keyed' || structure.kind === 'set') {
    return undefined;
  }
  return isJsonObject(value) ? value : undefined;
}

/** The elements of `value` where it is joined element by element. */
export function elementsOf(structure: Structure, value: unknown): readonly unknown[] | undefined {
  if (structure.kind !== 'keyed' && structure.kind !== 'set') return undefined;
  return Array.isArray(value) ? value : undefined;
}
