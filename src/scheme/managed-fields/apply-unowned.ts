/** Server-side apply without owners: how a mutating policy lays what it builds over an object. Pure. */
import { badRequest } from '../errors.ts';
import { isJsonObject } from '../patch/json-value.ts';
import { elementsOf, memberOf, membersOf } from './members.ts';
import { mergeConfiguration } from './merge.ts';
import type { Structure } from './structure.ts';

/**
 * Lays `configuration` over `object`: its values win, lists and maps are joined as the type says. Nothing can be removed, and
 * so a list, map or struct that would be replaced whole is refused: whoever states one entry of it would remove the others.
 * @throws {ApiError} BadRequest that names all such places
 */
export function applyUnowned<T extends object>(
  object: T,
  configuration: unknown,
  structure: Structure,
): T {
  const atomics: string[] = [];
  findAtomics(configuration, structure, '', atomics);
  if (atomics.length > 0) {
    const places = atomics.join(', ');
    throw badRequest(
      `error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${places}`,
    );
  }
  return mergeConfiguration(object, configuration, structure) as T;
}

/** Adds to `found` where in `value` lists and objects are that have to be replaced whole. */
function findAtomics(value: unknown, structure: Structure, path: string, found: string[]): void {
  const members = membersOf(structure, value);
  if (members) {
    for (const name of Object.keys(members)) {
      const { structure: below } = memberOf(structure, name);
      findAtomics(members[name], below, `${path}.${name}`, found);
    }
    return;
  }
  const elements = elementsOf(structure, value);
  if (!elements) {
    if (Array.isArray(value) || isJsonObject(value)) found.push(path);
    return;
  }
  if (structure.kind !== 'keyed') return;
  elements.forEach((item, i) => {
    findAtomics(item, structure.items, `${path}[${i}]`, found);
  });
}
