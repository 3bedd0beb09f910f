/**
 * Strategic merge patch: a merge patch that knows which lists are keyed and joins those element by element. The schema
 * says how each member is patched; directives in the patch (`$patch`, `$retainKeys`, …) say the exceptions.
 */
import { badRequest } from '../errors.ts';
import type { FieldType } from '../structural-schema.ts';
import {
  DELETE_FROM_PRIMITIVE_LIST,
  isDeletion,
  isDirective,
  isListDirective,
  PATCH,
  RETAIN_KEYS,
  SET_ELEMENT_ORDER,
  toPlainValue,
} from './directives.ts';
import { isJsonObject, type JsonObject, ownMember, setMember } from './json-value.ts';
import {
  elementType,
  type MemberSchema,
  memberSchema,
  type PatchSchema,
  rootType,
  type SchemaLookup,
} from './patch-schema.ts';
import {
  badArgType,
  badElementOrder,
  badPatchType,
  badPrimitiveList,
  badRetainKeys,
  LIST_TYPE,
} from './strategic-errors.ts';
import { mergeKeyedList, mergePlainList } from './strategic-lists.ts';

/**
 * Applies a strategic merge patch to an API object. Nothing is mutated; what the patch does not touch is shared with the
 * target. @throws {ApiError} BadRequest when the patch is malformed or lacks a merge key
 */
export function applyStrategicMergePatch<T extends object>(
  target: T,
  patch: unknown,
  schema: PatchSchema,
): T {
  if (!isJsonObject(patch)) throw badRequest('a strategic merge patch must be a JSON object');
  const merger = new StrategicMerger(schema.lookup);
  return merger.mergeObjects(target as JsonObject, patch, rootType(schema)) as T;
}

class StrategicMerger {
  readonly #lookup: SchemaLookup;

  constructor(lookup: SchemaLookup) {
    this.#lookup = lookup;
  }

  mergeObjects(target: JsonObject, patch: JsonObject, type: FieldType | undefined): JsonObject {
    const directive = patch[PATCH];
    if (directive === 'replace') return toPlainValue(patch) as JsonObject;
    if (directive === 'delete') return {};
    // Kubernetes knows no `merge` here: it is what happens without a directive.
    if (directive !== undefined) throw badPatchType(directive, patch);
    const merged = retain(target, patch);
    for (const key of Object.keys(patch)) {
      if (isListDirective(key)) this.#applyListDirective(merged, patch, key, type);
      else if (key !== RETAIN_KEYS) {
        this.#mergeMember(merged, patch, key, memberSchema(type, key, this.#lookup));
      }
    }
    return merged;
  }

  #mergeMember(merged: JsonObject, patch: JsonObject, key: string, schema: MemberSchema): void {
    const value = patch[key];
    if (value === null) {
      delete merged[key];
      return;
    }
    setMember(merged, key, this.#mergedValue(ownMember(merged, key), patch, key, schema));
  }

  #mergedValue(current: unknown, patch: JsonObject, key: string, schema: MemberSchema): unknown {
    const value = patch[key];
    if (Array.isArray(value) && schema.merges) {
      const directives = directivesOf(patch, key);
      if (Array.isArray(current)) return this.#mergeLists(current, value, schema, directives);
      if (directives.order) return this.#mergeLists([], value, schema, directives);
    }
    if (isJsonObject(value) && isJsonObject(current) && !schema.replaces) {
      return this.mergeObjects(current, value, schema.type);
    }
    return toPlainValue(value);
  }

  #mergeLists(
    current: readonly unknown[],
    patch: readonly unknown[],
    schema: MemberSchema,
    { order, deletions }: ListDirectives,
  ): unknown[] {
    const { mergeKey } = schema;
    if (mergeKey === undefined) {
      return mergePlainList(current, { additions: patch, deletions, order });
    }
    const type = elementType(schema);
    return mergeKeyedList(current, patch, {
      mergeKey,
      order,
      merge: (element, change) => this.mergeObjects(element, change, type),
    });
  }

  /** A list whose elements stay as they are may still be told to drop some or change their order. */
  #applyListDirective(
    merged: JsonObject,
    patch: JsonObject,
    directive: string,
    type: FieldType | undefined,
  ): void {
    const key = listNamedBy(directive);
    const directives = directivesOf(patch, key);
    const current = ownMember(merged, key);
    if (directives.order) {
      assertListOrAbsent(ownMember(patch, key));
      assertListOrAbsent(current);
    }
    // Where the patch has elements too, they are merged with all that it says of the list.
    if (Object.hasOwn(patch, key) || !Array.isArray(current)) return;
    const schema = memberSchema(type, key, this.#lookup);
    if (schema.merges) setMember(merged, key, this.#mergeLists(current, [], schema, directives));
  }
}

/** What a patch says of one of its lists beside the elements. */
interface ListDirectives {
  readonly order: readonly unknown[] | undefined;
  readonly deletions: readonly unknown[];
}

function directivesOf(patch: JsonObject, key: string): ListDirectives {
  const order = ownMember(patch, SET_ELEMENT_ORDER + key);
  const deletions = ownMember(patch, DELETE_FROM_PRIMITIVE_LIST + key) ?? [];
  assertListOrAbsent(order);
  if (!Array.isArray(deletions)) throw badPrimitiveList();
  return { order, deletions };
}

function assertListOrAbsent(value: unknown): asserts value is readonly unknown[] | undefined {
  if (value !== undefined && !Array.isArray(value)) throw badArgType(LIST_TYPE, value);
}

/** The member that a directive is about. */
function listNamedBy(directive: string): string {
  const slash = directive.indexOf('/');
  if (slash >= 0) return directive.slice(slash + 1);
  throw isDeletion(directive) ? badPrimitiveList() : badElementOrder();
}

/** @throws {ApiError} BadRequest when the patch sets a member that it does not retain */
function retain(target: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch[RETAIN_KEYS];
  if (keys === undefined) return { ...target };
  if (!Array.isArray(keys)) throw badRetainKeys();
  const retained = new Set<unknown>(keys);
  const isStray = (key: string): boolean =>
    patch[key] !== null && !isDirective(key) && !retained.has(key);
  if (Object.keys(patch).some(isStray)) throw badRetainKeys();
  return Object.fromEntries(Object.entries(target).filter(([key]) => retained.has(key)));
}
