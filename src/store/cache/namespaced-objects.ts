import type { ApiObject } from '../../scheme/object.ts';
import { byCodeUnits, SortedObjects } from './sorted-objects.ts';

/** Objects by namespace and name, listed in that order. What was handed out never changes. */
export class NamespacedObjects {
  readonly #namespaces = new Map<string, SortedObjects>();
  #size = 0;
  /** The last list of all; undefined when an object has changed since. */
  #all: readonly ApiObject[] | undefined;
  /** Names of `#namespaces` in order; undefined when one came or went. */
  #order: readonly string[] | undefined;

  get size(): number {
    return this.#size;
  }

  get(namespace: string, name: string): ApiObject | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  set(namespace: string, name: string, object: ApiObject): void {
    const objects = this.#namespaces.get(namespace) ?? this.#addNamespace(namespace);
    this.#size -= objects.size;
    objects.set(name, object);
    this.#size += objects.size;
    this.#all = undefined;
  }

  delete(namespace: string, name: string): void {
    const objects = this.#namespaces.get(namespace);
    if (!objects) return;
    this.#size -= objects.size;
    objects.delete(name);
    this.#size += objects.size;
    this.#all = undefined;
    if (objects.size === 0) {
      this.#namespaces.delete(namespace);
      this.#order = undefined;
    }
  }

  list(namespace?: string): readonly ApiObject[] {
    if (namespace !== undefined) return this.#namespaces.get(namespace)?.list() ?? [];
    this.#all ??= this.#concat();
    return this.#all;
  }

  #addNamespace(namespace: string): SortedObjects {
    const objects = new SortedObjects();
    this.#namespaces.set(namespace, objects);
    this.#order = undefined;
    return objects;
  }

  #concat(): readonly ApiObject[] {
    this.#order ??= [...this.#namespaces.keys()].sort(byCodeUnits);
    const lists = this.#order.map((name) => (this.#namespaces.get(name) as SortedObjects).list());
    const [only] = lists;
    if (lists.length === 1 && only) return only;
    return ([] as ApiObject[]).concat(...lists);
  }
}
