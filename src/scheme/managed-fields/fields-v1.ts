import { badRequest } from '../errors.ts';
import { isJsonObject, type JsonObject } from '../patch/json-value.ts';
import { EMPTY_SET, FieldSet, MEMBER } from './field-set.ts';
import { canonicalElement, type PathElement, SELF } from './path-element.ts';

/** Deeper than any object may be. */
const MAX_DEPTH = 200;

const shown = new WeakMap<FieldSet, JsonObject>();

/** A set in the form that clients see: `{"f:spec":{"f:replicas":{}}}`. The same object at each call. */
export function toFieldsV1(set: FieldSet): JsonObject {
  const known = shown.get(set);
  if (known) return known;
  const fields: JsonObject = set.isMember ? { [SELF]: {} } : {};
  for (const element of [...set.children.keys()].sort()) {
    const below = set.below(element);
    fields[element] = below.children.size > 0 ? toFieldsV1(below) : {};
  }
  const frozen = Object.freeze(fields) as JsonObject;
  shown.set(set, frozen);
  return frozen;
}

/** The set that FieldsV1 stand for. @throws {ApiError} BadRequest for what is none */
export function fromFieldsV1(fields: unknown, depth = 0): FieldSet {
  if (!isJsonObject(fields)) throw badRequest('fieldsV1: expected an object of path elements');
  if (depth > MAX_DEPTH) throw badRequest('fieldsV1: nested too deeply');
  const children = new Map<PathElement, FieldSet>();
  let isMember = false;
  for (const [element, below] of Object.entries(fields)) {
    if (element === SELF) {
      isMember = true;
      continue;
    }
    const path = canonicalElement(element);
    if (path === undefined) {
      throw badRequest(`fieldsV1: ${JSON.stringify(element)} is no path element`);
    }
    const set = fromFieldsV1(below, depth + 1);
    children.set(path, set.isEmpty ? MEMBER : set);
  }
  return isMember || children.size > 0 ? new FieldSet(isMember, children) : EMPTY_SET;
}
