import type { ConfigurationReader } from '../../lib/configuration-reader.ts';
import { parseGoDuration } from '../../scheme/duration.ts';

/** A whole number within bounds; undefined when there is none. */
export function integer(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
  { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number },
): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  const bound = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`;
  reader.refuse(path, value, `must be a whole number, ${bound}`);
  return undefined;
}

/** A length of time in milliseconds, as Go writes it; undefined when there is none. */
export function duration(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
  { minMs }: { readonly minMs: number },
): number | undefined {
  const text = reader.text(value, path);
  const ms = text === undefined ? undefined : parseGoDuration(text);
  if (text === undefined || (ms !== undefined && ms >= minMs)) return ms;
  const bound = minMs > 0 ? `at least ${minMs / 1_000}s` : 'not below 0';
  reader.refuse(path, value, `must be a duration, ${bound}, such as 5s`);
  return undefined;
}

/** One of `options`; undefined when there is none. */
export function choice<T extends string>(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
  options: readonly T[],
): T | undefined {
  if (value === undefined || value === null) return undefined;
  const chosen = options.find((option) => option === value);
  if (!chosen) reader.refuse(path, value, `must be one of ${options.join(', ')}`);
  return chosen;
}
