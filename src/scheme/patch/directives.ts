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
  return key === PATCH || key === RETAIN_KEYS || isListDirective(key);
}

/** Whether a member says something about the list in another one. */
export function isListDirective(key: string): boolean {
  return key.startsWith('$') && (isNamed(key, SET_ELEMENT_ORDER) || isDeletion(key));
}

/** Whether a directive names elements that go. */
export const isDeletion = (directive: string): boolean =>
  isNamed(directive, DELETE_FROM_PRIMITIVE_LIST);

/** Also without the slash and the member's name, which is a mistake. */
const isNamed = (key: string, directive: string): boolean => key.startsWith(directive.slice(0, -1));

/** A patch as a value of its own, for a place where there is nothing to merge it with: directives and nulls drop out. */
export function toPlainValue(patch: unknown): unknown {
  if (Array.isArray(patch)) {
    return patch
      .filter((element) => !isJsonObject(element) || !saysListChange(element))
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
function saysListChange(element: JsonObject): boolean {
  return element[PATCH] === 'delete' || element[PATCH] === 'replace';
}
