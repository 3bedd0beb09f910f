import { type FieldError, invalid } from '../field-error.ts';

/** One value to be judged, and where it is. */
export interface Site {
  readonly value: unknown;
  /** What the value was before an update; undefined where there was none, or where it cannot be told which it was. */
  readonly old: unknown;
  readonly path: string;
}

/** Adds what is wrong with the value of a site to `errors`. */
export type Check = (site: Site, errors: FieldError[]) => void;

/** How Kubernetes' schema validation begins a sentence. */
export const inBody = (path: string, rule: string): string => `${path} in body ${rule}`;

/** A value that breaks a rule of its schema. */
export function breaks({ value, path }: Site, rule: string): FieldError {
  return invalid(path, value, inBody(path, rule));
}

/** What Kubernetes reports of a whole schema rather than of one of its rules: without a field of its own. */
export function breaksSchema({ path }: Site, rule: string): FieldError {
  return invalid('<nil>', '', `${JSON.stringify(path)} ${rule}`);
}

/** The JSON Schema type of a value. */
export function jsonTypeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
