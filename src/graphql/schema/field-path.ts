import { LRUCache } from 'lru-cache';
import { badRequest } from '../../scheme/errors.ts';
import { compareQuantities, parseQuantity, QuantityError } from '../../scheme/quantity.ts';

/** A key, an index, or `*` for every member. */
export type Step = { readonly key: string } | { readonly index: number } | '*';

const STEP = /\.?([A-Za-z0-9_$-]+)|\[(\d+)\]|\[(\*)\]|\[("(?:[^"\\]|\\.)*")\]/y;
const parsedPaths = new LRUCache<string, readonly Step[]>({ max: 1_000 });

/** The values that a path such as `spec.containers[*].image` leads to; none where something on the way is missing. */
export function readPath(object: unknown, path: string): readonly unknown[] {
  let values: unknown[] = [object];
  for (const step of parsePath(path)) {
    values = values.flatMap((value) => membersAt(value, step));
    if (values.length === 0) break;
  }
  return values;
}

function membersAt(value: unknown, step: Step): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (step === '*') return Object.values(value);
  const member =
    'index' in step
      ? (value as readonly unknown[])[step.index]
      : Object.hasOwn(value, step.key)
        ? (value as Record<string, unknown>)[step.key]
        : undefined;
  return member === undefined || member === null ? [] : [member];
}

/** @throws {ApiError} BadRequest for what is no path */
export function parsePath(path: string): readonly Step[] {
  const known = parsedPaths.get(path);
  if (known) return known;
  const steps: Step[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < path.length) {
    const at = STEP.lastIndex;
    const match = STEP.exec(path);
    if (!match) throw badRequest(`path: "${path}" cannot be read at "${path.slice(at)}"`);
    steps.push(toStep(match));
  }
  if (steps.length === 0) throw badRequest('path: name a field, as status.phase');
  parsedPaths.set(path, steps);
  return steps;
}

function toStep([, key, index, star, quoted]: RegExpExecArray): Step {
  if (star) return '*';
  if (index !== undefined) return { index: Number(index) };
  return { key: quoted === undefined ? (key ?? '') : (JSON.parse(quoted) as string) };
}

/** Which of two values comes first: numbers and quantities by their value, everything else as text. */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const quantities = [toQuantity(a), toQuantity(b)] as const;
  if (quantities[0] && quantities[1]) return compareQuantities(quantities[0], quantities[1]);
  const [left, right] = [String(a), String(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function toQuantity(value: unknown) {
  const looksLikeOne =
    typeof value === 'string' ? /^[+-]?\.?\d/.test(value) : typeof value === 'number';
  if (!looksLikeOne) return undefined;
  try {
    return parseQuantity(String(value));
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}
