/** What Kubernetes says of a strategic merge patch that cannot be applied: its words, with values as Go prints them. */
import { ApiError, badRequest } from '../errors.ts';
import { isJsonObject, type JsonObject } from './json-value.ts';

export const badRetainKeys = (): ApiError => badRequest('invalid patch format of retainKeys');

export const badPrimitiveList = (): ApiError =>
  badRequest('invalid patch format of primitive list');

export const badElementOrder = (): ApiError =>
  badRequest('invalid patch format of setElementOrder list');

export const listOfLists = (): ApiError =>
  new ApiError('Invalid', 'lists of lists are not supported');

/** @param expected A Go type, as {@link LIST_TYPE} */
export const badArgType = (expected: string, actual: unknown): ApiError =>
  badRequest(`expected a ${expected}, but received a ${goType(actual)}`);

export const badPatchType = (directive: unknown, patch: JsonObject): ApiError =>
  badRequest(`unknown patch type: ${goText(directive)} in map: ${goText(patch)}`);

export const noMergeKey = (element: JsonObject, mergeKey: string): ApiError =>
  badRequest(`map: ${goText(element)} does not contain declared merge key: ${mergeKey}`);

export const mixedElements = (...lists: readonly (readonly unknown[])[]): ApiError =>
  badRequest(`list element types are not identical: ${goText(lists)}`);

export const LIST_TYPE = '[]interface {}';
export const OBJECT_TYPE = 'map[string]interface {}';

/** The Go type that a JSON value is decoded to. */
export function goType(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return LIST_TYPE;
  if (isJsonObject(value)) return OBJECT_TYPE;
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

/** A JSON value as Go's `%v` prints it. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isJsonObject(value)) return String(value);
  const members = Object.keys(value).sort();
  return `map[${members.map((key) => `${key}:${goText(value[key])}`).join(' ')}]`;
}
