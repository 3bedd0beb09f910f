/**
 * Strategic merge patch: a merge patch that knows which lists are keyed and joins those element by element. The schema
 * says how each member is patched; directives in the patch (`$patch`, `$retainKeys`, …) say the exceptions.
 */
import { badRequest } from '../errors.ts';
import type { FieldType } from '../structural-schema.ts';
import {
  DELETE_FROM_PRIMITIVE_LIST,
  isDirective,
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
    if (directive !== undefined && directive !== 'merge') {
      throw badRequest(`unknown ${PATCH} directive ${JSON.stringify(directive)}`);
    }
    const merged = retain(target, patch[RETAIN_KEYS]);
    for (const key of Object.keys(patch)) {
      if (isDirective(key)) this.#applyListDirective(merged, patch, key, type);
      else this.#mergeMember(merged, patch, key, memberSchema(type, key, this.#lookup));
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
    if (Array.isArray(value)) {
      if (!schema.merges) return toPlainValue(value);
      return this.#mergeLists(Array.isArray(current) ? current : [], value, schema, {
        order: patch[SET_ELEMENT_ORDER + key],
        deletions: patch[DELETE_FROM_PRIMITIVE_LIST + key],
      });
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
    directives: { readonly order: unknown; readonly deletions: unknown },
  ): unknown[] {
    const { mergeKey } = schema;
    const order = listOf(directives.order, SET_ELEMENT_ORDER);
    if (mergeKey === undefined) {
      const deletions = listOf(directives.deletions, DELETE_FROM_PRIMITIVE_LIST) ?? [];
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
    const key = directive.slice(directive.indexOf('/') + 1);
    if (!directive.includes('/') || Array.isArray(patch[key])) return;
    const current = ownMember(merged, key);
    if (patch[key] === null || !Array.isArray(current)) return;
    const schema = memberSchema(type, key, this.#lookup);
    if (!schema.merges) return;
    const directives = {
      order: patch[SET_ELEMENT_ORDER + key],
      deletions: patch[DELETE_FROM_PRIMITIVE_LIST + key],
    };
    setMember(merged, key, this.#mergeLists(current, [], schema, directives));
  }
}

function retain(target: JsonObject, retained: unknown): JsonObject {
  const keys = listOf(retained, RETAIN_KEYS);
  if (!keys) return { ...target };
  return Object.fromEntries(Object.entries(target).filter(([key]) => keys.includes(key)));
}

function listOf(value: unknown, directive: string): readonly unknown[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value;
  throw badRequest(`${directive} must be a list`);
}
