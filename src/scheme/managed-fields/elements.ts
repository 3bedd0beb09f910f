import { isJsonObject, type JsonObject } from '../patch/json-value.ts';
import { type PathElement, valueElement } from './path-element.ts';
import { KEY_DEFAULTS, type KeyedStructure } from './structure.ts';

/** The elements of a list by what tells them apart: several for an identity that occurs more than once. */
export type ElementsByIdentity = Map<PathElement, unknown[]>;

/** Past it elements are named anew. */
const MAX_REMEMBERED = 10_000;

/** `k:{"name":"nginx"}`. */
export function keyElement(item: unknown, structure: KeyedStructure): PathElement {
  const { keys, elements } = structure;
  const object: JsonObject = isJsonObject(item) ? item : {};
  const only = keys.length === 1 ? object[keys[0] as string] : undefined;
  if (typeof only !== 'string') return nameByKeys(object, keys);
  let element = elements.get(only);
  if (element === undefined) {
    element = nameByKeys(object, keys);
    if (elements.size >= MAX_REMEMBERED) elements.clear();
    elements.set(only, element);
  }
  return element;
}

function nameByKeys(object: JsonObject, keys: readonly string[]): PathElement {
  let text = '';
  for (const key of keys) {
    const value = object[key] ?? KEY_DEFAULTS[key];
    if (value === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${JSON.stringify(value)}`;
  }
  return `k:{${text}}`;
}

export function identify(item: unknown, structure: KeyedStructure | undefined): PathElement {
  return structure ? keyElement(item, structure) : valueElement(item);
}

/** `structure` is undefined for sets. */
export function byIdentity(
  list: readonly unknown[],
  structure: KeyedStructure | undefined,
): ElementsByIdentity {
  const elements: ElementsByIdentity = new Map();
  for (const item of list) {
    const identity = identify(item, structure);
    const known = elements.get(identity);
    if (known) known.push(item);
    else elements.set(identity, [item]);
  }
  return elements;
}
