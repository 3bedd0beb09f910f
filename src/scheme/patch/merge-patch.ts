import { badRequest } from '../errors.ts';
import { isJsonObject, type JsonObject, ownMember, setMember } from './json-value.ts';

/**
 * Applies a JSON merge patch (RFC 7386): members of the patch replace those of the target, objects member by member, and
 * null removes. Nothing is mutated; what the patch does not touch is shared with the target.
 */
export function mergeValues(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const merged: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null) delete merged[key];
    else setMember(merged, key, mergeValues(ownMember(merged, key), value));
  }
  return merged;
}

/** Applies a merge patch to an API object. @throws {ApiError} BadRequest when the patch is no object */
export function applyMergePatch<T extends object>(target: T, patch: unknown): T {
  if (!isJsonObject(patch)) throw badRequest('a merge patch must be a JSON object');
  return mergeValues(target, patch) as T;
}
