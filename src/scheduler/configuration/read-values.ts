import type { ConfigurationReader } from '../../lib/configuration-reader.ts';

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
