/** The words of a strategic merge patch that are not members of the object. */
import { isJsonObject, type JsonObject, setMember } from './json-value.ts';

/** `replace`, `delete` or `merge` (the default) for the object that it stands in. */
export const PATCH = '$patch';
/** The members that stay; all others of the target go. */
export const RETAIN_KEYS = '$retainKeys';
/** Before a member's name: the order of its elements. */
export const SET_ELEMENT_ORDER = '$setElementOrder/';
/** Before a member's name: the elements that go from its list of plain values. */
export const DELETE_FROM_PRIMITIVE_LIST = '$deleteFromPrimitiveList/';

export function isDirective(key: string): boolean {
  if (!key.startsWith('$')) return false;
  return (
    key === PATCH ||
    key === RETAIN_KEYS ||
    key.startsWith(SET_ELEMENT_ORDER) ||
    key.startsWith(DELETE_FROM_PRIMITIVE_LIST)
  );
}

/** A patch as a value of its own, for a place where there is nothing to merge it with: directives and nulls drop out. */
export function toPlainValue(patch: unknown): unknown {
  if (Array.isArray(patch)) {
    return patch
      .filter((element) => !isJsonObject(element) || !isListDirective(element))
      .map(toPlainValue);
  }
  if (!isJsonObject(patch)) return patch;
  const plain: JsonObject = {};
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value !== null && !isDirective(key)) setMember(plain, key, toPlainValue(value));
  }
  return plain;
}

/** An element that says something about the list instead of being in it. */
function isListDirective(element: JsonObject): boolean {
  return element[PATCH] === 'delete' || element[PATCH] === 'replace';
}
