/**
 * Between the version that a client speaks and the version that an object is stored in. Most versions of a kind differ in
 * their name alone; those that differ in their fields have a hand-written pair of functions. A round trip through any
 * version loses nothing.
 */
import { type ApiObject, toApiVersion } from '../object.ts';
import type { ResourceDefinition } from '../resource.ts';
import type { Scheme } from '../scheme.ts';
import type { Conversion } from './conversion.ts';
import { CONVERSIONS } from './conversions.ts';

/** Whether `definition` has other fields than the version that it is stored in. @internal */
export function hasConversion(definition: ResourceDefinition): boolean {
  return conversionOf(definition) !== undefined;
}

function conversionOf({ group, version, kind }: ResourceDefinition): Conversion | undefined {
  return CONVERSIONS.get(`${group}/${version}/${kind}`);
}

/** `object`, which is of `definition`, as it is stored. Itself when that is its own version. */
export function toStorage(
  scheme: Scheme,
  definition: ResourceDefinition,
  object: ApiObject,
): ApiObject {
  const storage = scheme.storageOf(definition);
  if (storage === definition) return object;
  const converted = conversionOf(definition)?.toStorage(object) ?? object;
  return withTypeMeta(converted, storage);
}

/** What each version made of each stored object: many readers of a cached object share one conversion. */
const converted = new WeakMap<ResourceDefinition, WeakMap<ApiObject, ApiObject>>();

/** `stored` in the version of `definition`. Itself when that is its own version; the same object at each call. */
export function fromStorage(
  scheme: Scheme,
  definition: ResourceDefinition,
  stored: ApiObject,
): ApiObject {
  if (scheme.storageOf(definition) === definition) return stored;
  let memory = converted.get(definition);
  if (!memory) {
    memory = new WeakMap();
    converted.set(definition, memory);
  }
  const known = memory.get(stored);
  if (known) return known;
  const result = withTypeMeta(conversionOf(definition)?.fromStorage(stored) ?? stored, definition);
  memory.set(stored, result);
  return result;
}

function withTypeMeta(object: ApiObject, { group, version, kind }: ResourceDefinition): ApiObject {
  return { ...object, apiVersion: toApiVersion(group, version), kind };
}
