import { PATCH } from './directives.ts';
import { isJsonObject, type JsonObject } from './json-value.ts';

interface ThreeLists {
  readonly original: readonly unknown[];
  readonly modified: readonly unknown[];
  readonly current: readonly unknown[];
}

/** How a list is to change. Nothing changes when there are neither changes nor deletions nor an order. */
export interface ListDiff {
  /** Elements to add or merge; for keyed lists also those to delete. */
  readonly changes: readonly unknown[];
  /** Plain values to delete. */
  readonly deletions: readonly unknown[];
  /** The order of the manifest, when anything changes. */
  readonly order: readonly unknown[] | undefined;
}

const UNCHANGED: ListDiff = { changes: [], deletions: [], order: undefined };

export function diffPlainLists({ original, modified, current }: ThreeLists): ListDiff {
  const changes = modified.filter((element) => !current.includes(element));
  const deletions = original.filter(
    (element) => !modified.includes(element) && current.includes(element),
  );
  const reordered = !sameOrder(modified, current);
  if (changes.length === 0 && deletions.length === 0 && !reordered) return UNCHANGED;
  return { changes, deletions, order: modified };
}

interface KeyedDiff {
  readonly mergeKey: string;
  diff(elements: {
    readonly original: JsonObject;
    readonly modified: JsonObject;
    readonly current: JsonObject;
  }): JsonObject;
}

/**
 * Lists of objects, told apart by their merge key. A key that several elements share (two protocols on one port) cannot
 * say which of them changes: such a list is replaced whole as soon as anything in it does.
 */
export function diffKeyedLists(lists: ThreeLists, { mergeKey, diff }: KeyedDiff): ListDiff {
  const original = byKey(lists.original, mergeKey);
  const modified = byKey(lists.modified, mergeKey);
  const current = byKey(lists.current, mergeKey);
  const changes: JsonObject[] = [];
  for (const [identity, element] of modified.elements) {
    const present = current.elements.get(identity);
    if (!present) {
      changes.push(element);
      continue;
    }
    const before = original.elements.get(identity) ?? {};
    const change = diff({ original: before, modified: element, current: present });
    if (Object.keys(change).length > 0) changes.push({ ...change, [mergeKey]: element[mergeKey] });
  }
  for (const [identity, element] of original.elements) {
    if (modified.elements.has(identity) || !current.elements.has(identity)) continue;
    changes.push({ [PATCH]: 'delete', [mergeKey]: element[mergeKey] });
  }
  const ordered = sameOrder([...modified.elements.keys()], [...current.elements.keys()]);
  if (changes.length === 0 && ordered) return UNCHANGED;
  if (modified.ambiguous || current.ambiguous) {
    return { ...UNCHANGED, changes: [{ [PATCH]: 'replace' }, ...lists.modified] };
  }
  const order = [...modified.elements.values()].map((one) => ({ [mergeKey]: one[mergeKey] }));
  return { changes, deletions: [], order };
}

interface KeyedElements {
  /** By merge key and number of occurrence. */
  readonly elements: ReadonlyMap<string, JsonObject>;
  /** Whether several elements share a key. */
  readonly ambiguous: boolean;
}

function byKey(list: readonly unknown[], mergeKey: string): KeyedElements {
  const elements = new Map<string, JsonObject>();
  let ambiguous = false;
  for (const element of list) {
    if (!isJsonObject(element)) continue;
    const key = JSON.stringify(element[mergeKey]);
    let occurrence = 0;
    while (elements.has(`${key}#${occurrence}`)) occurrence++;
    if (occurrence > 0) ambiguous = true;
    elements.set(`${key}#${occurrence}`, element);
  }
  return { elements, ambiguous };
}

/** Whether the elements of `wanted` stand in `present` in that order, whatever is between them. */
function sameOrder(wanted: readonly unknown[], present: readonly unknown[]): boolean {
  const shared = present.filter((one) => wanted.includes(one));
  return shared.every((one, index) => one === wanted[index]);
}
