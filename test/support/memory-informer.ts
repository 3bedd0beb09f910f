import type { Informer, InformerHandler } from '../../src/machinery/informer.ts';
import { ObjectIndex } from '../../src/machinery/object-index.ts';
import { type ApiObject, keyOf } from '../../src/scheme/object.ts';
import type { ResourceRef } from '../../src/scheme/resource.ts';

/** An informer whose objects a test puts and removes: for what is pure apart from the indexes that it reads. */
export class MemoryInformer<T extends ApiObject> implements Informer<T> {
  readonly ref: ResourceRef<T>;
  readonly synced = Promise.resolve();
  readonly hasSynced = true;
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, ObjectIndex<T>>();
  readonly #handlers = new Set<InformerHandler<T>>();

  constructor(ref: ResourceRef<T>, ...objects: readonly T[]) {
    this.ref = ref;
    for (const object of objects) this.put(object);
  }

  get size(): number {
    return this.#objects.size;
  }

  put(object: T): void {
    const previous = this.#objects.get(keyOf(object));
    this.#objects.set(keyOf(object), object);
    for (const index of this.#indexes.values()) index.replace(keyOf(object), previous, object);
    for (const handler of this.#handlers) {
      if (previous) handler.onUpdate?.(previous, object);
      else handler.onAdd?.(object);
    }
  }

  remove(key: string): void {
    const previous = this.#objects.get(key);
    if (!previous) return;
    this.#objects.delete(key);
    for (const index of this.#indexes.values()) index.replace(key, previous, undefined);
    for (const handler of this.#handlers) handler.onDelete?.(previous);
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): Iterable<T> {
    return this.#objects.values();
  }

  byIndex(indexName: string, value: string): readonly T[] {
    return this.#indexes.get(indexName)?.get(value) ?? [];
  }

  addIndex(indexName: string, values: (object: T) => readonly string[]): void {
    if (this.#indexes.has(indexName)) return;
    const index = new ObjectIndex(values);
    for (const [key, object] of this.#objects) index.replace(key, undefined, object);
    this.#indexes.set(indexName, index);
  }

  addHandler(handler: InformerHandler<T>): void {
    this.#handlers.add(handler);
    for (const object of this.#objects.values()) handler.onAdd?.(object);
  }

  removeHandler(handler: InformerHandler<T>): void {
    this.#handlers.delete(handler);
  }

  catchUp(): Promise<void> {
    return Promise.resolve();
  }
}
