import type { ApiObject, NamespacedKey } from '../scheme/object.ts';
import type { ResourceRef } from '../scheme/resource.ts';

/** Called synchronously, in resourceVersion order. Objects are shared and immutable. */
export interface InformerHandler<T extends ApiObject = ApiObject> {
  onAdd?(object: T): void;
  onUpdate?(previous: T, object: T): void;
  onDelete?(object: T): void;
}

/** A resource, kept in memory by list-then-watch and re-listed when its watch expires; one a process and resource. */
export interface Informer<T extends ApiObject = ApiObject> {
  readonly ref: ResourceRef<T>;
  /** Resolves when the first list has been delivered to every handler. */
  readonly synced: Promise<void>;
  readonly hasSynced: boolean;
  get(key: NamespacedKey): T | undefined;
  /** Every object, in no particular order. */
  list(): Iterable<T>;
  readonly size: number;
  /** The objects for which the index function gave `value`. */
  byIndex(indexName: string, value: string): readonly T[];
  /** Adds an index, or does nothing when one of this name is there. Indexes follow each change: O(changed). */
  addIndex(indexName: string, values: (object: T) => readonly string[]): void;
  /** Handlers added after the sync first get the present through onAdd. */
  addHandler(handler: InformerHandler<T>): void;
  /** After this returns, the handler hears nothing more. */
  removeHandler(handler: InformerHandler<T>): void;
  /**
   * Resolves once this informer has seen every write that was acknowledged before the call, by any process. Rejects with
   * an ApiError when the store cannot say.
   */
  catchUp(): Promise<void>;
}

export interface InformerFactory {
  /** The informer of `ref`: made at first use and shared. */
  informer<T extends ApiObject>(ref: ResourceRef<T>): Informer<T>;
}

/** Index names that several controllers share; {@link InformerFactory} users add them with the functions in `indexes.ts`. */
export const INDEX_CONTROLLER_UID = 'controllerUid';
export const INDEX_NAMESPACE = 'namespace';
export const INDEX_NODE_NAME = 'nodeName';
