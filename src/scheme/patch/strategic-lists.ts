import { badRequest } from '../errors.ts';
import { PATCH, toPlainValue } from './directives.ts';
import { type Identify, orderElements } from './element-order.ts';
import { isJsonObject, type JsonObject } from './json-value.ts';

interface PlainListPatch {
  readonly additions: readonly unknown[];
  readonly deletions: readonly unknown[];
  /** The order of the elements, where the patch says one. */
  readonly order: readonly unknown[] | undefined;
}

/** Joins lists of plain values, as sets: finalizers. */
export function mergePlainList(
  current: readonly unknown[],
  { additions, deletions, order }: PlainListPatch,
): unknown[] {
  const kept = current.filter((element) => !deletions.includes(element));
  const added = additions.filter((element) => !kept.includes(element));
  const merged = [...new Set([...kept, ...added])];
  if (!order) return merged;
  return orderElements(merged, { identify: (one) => one, wanted: order, present: current });
}

interface KeyedListPatch {
  readonly mergeKey: string;
  /** Elements with their merge keys alone, where the patch says an order. */
  readonly order: readonly unknown[] | undefined;
  merge(element: JsonObject, change: JsonObject): JsonObject;
}

/** Joins lists of objects by their merge key: containers by name. */
export function mergeKeyedList(
  current: readonly unknown[],
  patch: readonly unknown[],
  { mergeKey, order, merge }: KeyedListPatch,
): unknown[] {
  const identify: Identify = (element) => (isJsonObject(element) ? element[mergeKey] : undefined);
  const changes = patch.map(checkElement);
  if (changes.some((change) => change[PATCH] === 'replace')) {
    return toPlainValue(changes.filter((change) => change[PATCH] !== 'replace')) as unknown[];
  }
  let merged = [...current];
  for (const change of changes) {
    const key = requireKey(change, mergeKey);
    if (change[PATCH] === 'delete') merged = merged.filter((element) => identify(element) !== key);
    else mergeElement(merged, change, { key, identify, merge });
  }
  if (!order) return merged;
  const wanted = order.map((element) => requireKey(checkElement(element), mergeKey));
  return orderElements(merged, { identify, wanted, present: current.map(identify) });
}

function mergeElement(
  merged: unknown[],
  change: JsonObject,
  context: Pick<KeyedListPatch, 'merge'> & { readonly key: unknown; readonly identify: Identify },
): void {
  const index = merged.findIndex((element) => context.identify(element) === context.key);
  if (index < 0) merged.push(toPlainValue(change));
  else merged[index] = context.merge(merged[index] as JsonObject, change);
}

function checkElement(element: unknown): JsonObject {
  if (isJsonObject(element)) return element;
  throw badRequest(`an element of a keyed list must be an object, not ${JSON.stringify(element)}`);
}

function requireKey(element: JsonObject, mergeKey: string): unknown {
  const key = element[mergeKey];
  if (key !== undefined) return key;
  throw badRequest(`${JSON.stringify(element)} does not contain declared merge key: ${mergeKey}`);
}
