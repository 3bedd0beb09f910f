import { badRequest } from '../../scheme/errors.ts';

/** How Kubernetes reads flags in a query: what is there means yes, unless it says no. Undefined when it is not there. */
export function flagOf(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  return text === null ? undefined : !/^(?:0|false)$/i.test(text);
}

/** A text that is not empty. */
export function textOf(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) || undefined;
}

/** @throws {ApiError} BadRequest for what is no whole number */
export function integerOf(query: URLSearchParams, name: string): number | undefined {
  const text = textOf(query, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw badRequest(`${name}: Invalid value: ${JSON.stringify(text)}: must be a whole number`);
}
