import { compareQuantities, quantityError } from '../../scheme/quantity.ts';
import { UsageError } from '../cli-error.ts';
import { valueAt } from './json-values.ts';

/**
 * The path of `--sort-by`: `.metadata.name`, `{.status.startTime}`, `metadata.labels['app']`.
 * @throws {UsageError}
 */
export function parsePath(text: string): readonly string[] {
  const inner = /^\{(.*)\}$/.exec(text)?.[1] ?? text;
  const parts = [...inner.matchAll(/\.?([^.[\]'"]+)|\[(\d+)\]|\[['"]([^'"]+)['"]\]/g)];
  const length = parts.reduce((sum, part) => sum + part[0].length, 0);
  if (parts.length === 0 || length !== inner.length) {
    throw new UsageError(
      `"${text}" is no path to sort by: give one such as .metadata.creationTimestamp`,
    );
  }
  return parts.map(([, name, index, quoted]) => name ?? index ?? quoted ?? '');
}

/** Orders `items` by the value at `path`; those without one come first. */
export function sortByPath<T>(
  items: readonly T[],
  path: readonly string[],
  objectOf: (item: T) => unknown,
): T[] {
  const keyed = items.map((item) => ({ item, key: valueAt(objectOf(item), path) }));
  return keyed.sort((a, b) => compareKeys(a.key, b.key)).map(({ item }) => item);
}

function compareKeys(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [String(a), String(b)];
  if (quantityError(left) === undefined && quantityError(right) === undefined) {
    return compareQuantities(left, right);
  }
  return left < right ? -1 : Number(left > right);
}
