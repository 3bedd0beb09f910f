import type { ApiObject } from '../../scheme/object.ts';

/**
 * Objects by name, listed in name order (code units). A list is an array that never changes once it was handed out; it is
 * brought up to date when next asked for, at the cost of one copy of pointers and of the names that changed since.
 */
export class SortedObjects {
  readonly #byName = new Map<string, ApiObject>();
  /** The last list, with its names. */
  #names: readonly string[] = [];
  #items: readonly ApiObject[] = [];
  /** Names whose object differs from the last list. */
  readonly #changed = new Set<string>();

  get size(): number {
    return this.#byName.size;
  }

  get(name: string): ApiObject | undefined {
    return this.#byName.get(name);
  }

  set(name: string, object: ApiObject): void {
    this.#byName.set(name, object);
    this.#changed.add(name);
  }

  delete(name: string): void {
    this.#byName.delete(name);
    this.#changed.add(name);
  }

  list(): readonly ApiObject[] {
    if (this.#changed.size === 0) return this.#items;
    const changed = [...this.#changed].sort(byCodeUnits);
    this.#changed.clear();
    if (!this.#replaceInPlace(changed)) this.#merge(changed);
    return this.#items;
  }

  /** The common case: the same names as before. Returns false, without an effect, when names came or went. */
  #replaceInPlace(changed: readonly string[]): boolean {
    if (this.#names.length !== this.#byName.size) return false;
    const items = this.#items.slice();
    for (const name of changed) {
      const object = this.#byName.get(name);
      const index = indexOf(this.#names, name);
      if (object === undefined || index < 0) return false;
      items[index] = object;
    }
    this.#items = items;
    return true;
  }

  #merge(changed: readonly string[]): void {
    const names: string[] = [];
    const items: ApiObject[] = [];
    const push = (name: string): void => {
      const object = this.#byName.get(name);
      if (object === undefined) return;
      names.push(name);
      items.push(object);
    };
    let next = 0;
    for (let i = 0; i < this.#names.length; i++) {
      const name = this.#names[i] as string;
      for (; next < changed.length && (changed[next] as string) < name; next++)
        push(changed[next] as string);
      if (changed[next] === name) {
        push(name);
        next++;
      } else {
        names.push(name);
        items.push(this.#items[i] as ApiObject);
      }
    }
    for (; next < changed.length; next++) push(changed[next] as string);
    this.#names = names;
    this.#items = items;
  }
}

/** The order of keys everywhere in the store: by UTF-16 code units, as `<` compares. */
export function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Binary search; -1 when it is not there. */
function indexOf(names: readonly string[], name: string): number {
  let low = 0;
  let high = names.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const candidate = names[middle] as string;
    if (candidate === name) return middle;
    if (candidate < name) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
