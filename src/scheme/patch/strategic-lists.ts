import { badRequest } from '../errors.ts';
import { PATCH, SET_ELEMENT_ORDER, toPlainValue } from './directives.ts';
import { type Identify, orderElements } from './element-order.ts';
import { isJsonObject, type JsonObject } from './json-value.ts';
import {
  badArgType,
  badPatchType,
  goText,
  goType,
  LIST_TYPE,
  listOfLists,
  mixedElements,
  noMergeKey,
  OBJECT_TYPE,
} from './strategic-errors.ts';

interface PlainListPatch {
  readonly additions: readonly unknown[];
  readonly deletions: readonly unknown[];
  /** The order of the elements. @default that of the additions */
  readonly order: readonly unknown[] | undefined;
}

/** Joins lists of plain values, as sets: finalizers. What is added comes first, as Kubernetes has it. */
export function mergePlainList(
  current: readonly unknown[],
  { additions, deletions, order }: PlainListPatch,
): unknown[] {
  assertPlain(current, additions);
  const wanted = order ?? additions;
  assertOrdered(additions, { wanted, listed: wanted, patch: additions });
  const kept = current.filter((element) => !deletions.includes(element));
  const merged = [...new Set([...kept, ...additions])];
  return orderElements(merged, { identify: (one) => one, wanted, present: current });
}

interface KeyedListPatch {
  readonly mergeKey: string;
  /** Elements with their merge keys alone. @default the order of the patch */
  readonly order: readonly unknown[] | undefined;
  merge(element: JsonObject, change: JsonObject): JsonObject;
}

/** Joins lists of objects by their merge key: containers by name. What is added comes first, as Kubernetes has it. */
export function mergeKeyedList(
  current: readonly unknown[],
  patch: readonly unknown[],
  { mergeKey, order, merge }: KeyedListPatch,
): unknown[] {
  assertSameTypes(current, patch);
  const keyOf = (element: unknown): unknown => requireKey(checkElement(element), mergeKey);
  const { changes, deleted, isReplaced } = sortElements(patch.map(checkElement), keyOf);
  if (isReplaced) return toPlainValue(changes) as unknown[];
  const keys = changes.map(keyOf);
  const wanted = order?.map(keyOf) ?? keys;
  assertOrdered(keys, { wanted, listed: order ?? [], patch });
  const identify: Identify = (element) => (isJsonObject(element) ? element[mergeKey] : undefined);
  const merged = current.filter((element) => !deleted.has(identify(element)));
  changes.forEach((change, index) => {
    const place = merged.findIndex((element) => identify(element) === keys[index]);
    if (place < 0) merged.push(toPlainValue(change));
    else merged[place] = merge(merged[place] as JsonObject, change);
  });
  return orderElements(merged, { identify, wanted, present: current.map(identify) });
}

interface SortedElements {
  readonly changes: readonly JsonObject[];
  /** Merge keys of the elements that go, before any is merged. */
  readonly deleted: ReadonlySet<unknown>;
  /** Whether the changes are the whole list. */
  readonly isReplaced: boolean;
}

function sortElements(
  elements: readonly JsonObject[],
  keyOf: (element: JsonObject) => unknown,
): SortedElements {
  const changes: JsonObject[] = [];
  const deleted = new Set<unknown>();
  let isReplaced = false;
  for (const element of elements) {
    const directive = element[PATCH];
    if (directive === undefined) changes.push(element);
    else if (directive === 'delete') deleted.add(keyOf(element));
    else if (directive === 'replace') isReplaced = true;
    else throw unknownDirective(directive, element);
  }
  return { changes, deleted, isReplaced };
}

function unknownDirective(directive: unknown, element: JsonObject): Error {
  if (directive !== 'merge') return badPatchType(directive, element);
  return badRequest('merging lists cannot yet be specified in the patch');
}

interface WantedOrder {
  /** Identities in the order that the patch asks for. */
  readonly wanted: readonly unknown[];
  /** The order and the patch as they were written, for the error. */
  readonly listed: readonly unknown[];
  readonly patch: readonly unknown[];
}

/** @throws {ApiError} BadRequest when the order lacks an element of the patch, or has two of them the other way round */
function assertOrdered(
  identities: readonly unknown[],
  { wanted, listed, patch }: WantedOrder,
): void {
  if (wanted === identities || wanted.length === 0) return;
  let next = 0;
  for (const one of wanted) if (one === identities[next]) next++;
  if (next >= identities.length) return;
  throw badRequest(
    `The order in patch list:\n${goText(patch)}\n doesn't match ${SET_ELEMENT_ORDER.slice(0, -1)} list:\n${goText(listed)}\n`,
  );
}

function assertPlain(current: readonly unknown[], additions: readonly unknown[]): void {
  assertSameTypes(current, additions);
  const [first] = [...current, ...additions];
  if (!isJsonObject(first)) return;
  throw badRequest('cannot merge lists without merge key for type struct');
}

/** @throws {ApiError} when elements are lists, or some are of another type than others */
function assertSameTypes(...lists: readonly (readonly unknown[])[]): void {
  const types = new Set(lists.flat().map(goType));
  const [first] = types;
  if (first === LIST_TYPE) throw listOfLists();
  if (types.size > 1) throw mixedElements(...lists);
}

function checkElement(element: unknown): JsonObject {
  if (isJsonObject(element)) return element;
  throw badArgType(OBJECT_TYPE, element);
}

function requireKey(element: JsonObject, mergeKey: string): unknown {
  const key = element[mergeKey];
  if (key !== undefined) return key;
  throw noMergeKey(element, mergeKey);
}
