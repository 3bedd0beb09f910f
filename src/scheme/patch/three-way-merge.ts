/**
 * Client-side apply: what the user removed since the last apply goes, what the manifest says is set, and everything else
 * stays as others left it (replicas by an autoscaler, ports by the server).
 */
import { deepEqual } from '../../lib/deep-equal.ts';
import type { FieldType } from '../structural-schema.ts';
import {
  DELETE_FROM_PRIMITIVE_LIST,
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
import { diffKeyedLists, diffPlainLists, type ListDiff } from './three-way-lists.ts';

/** The three states that an apply compares. */
export interface ThreeWayStates {
  /** The manifest of the last apply, if there was one. */
  readonly original: object | undefined;
  /** The manifest now. */
  readonly modified: object;
  /** The object as it is. */
  readonly current: object;
}

/** The strategic merge patch that an apply sends; empty when there is nothing to change. */
export function createThreeWayMergePatch(
  { original, modified, current }: ThreeWayStates,
  schema: PatchSchema,
): JsonObject {
  const differ = new ThreeWayDiffer(schema.lookup);
  const triple = {
    original: (original ?? {}) as JsonObject,
    modified: modified as JsonObject,
    current: current as JsonObject,
  };
  return differ.diffObjects(triple, rootType(schema));
}

interface Triple<T> {
  readonly original: T;
  readonly modified: T;
  readonly current: T;
}

class ThreeWayDiffer {
  readonly #lookup: SchemaLookup;

  constructor(lookup: SchemaLookup) {
    this.#lookup = lookup;
  }

  diffObjects(
    { original, modified, current }: Triple<JsonObject>,
    type: FieldType | undefined,
  ): JsonObject {
    const patch: JsonObject = {};
    for (const key of Object.keys(modified)) {
      const triple = {
        original: ownMember(original, key),
        modified: modified[key],
        current: ownMember(current, key),
      };
      this.#diffMember(patch, key, triple, memberSchema(type, key, this.#lookup));
    }
    for (const key of Object.keys(original)) {
      const gone = ownMember(modified, key) === undefined;
      if (gone && ownMember(current, key) !== undefined) setMember(patch, key, null);
    }
    return patch;
  }

  #diffMember(patch: JsonObject, key: string, triple: Triple<unknown>, schema: MemberSchema): void {
    const { modified, current } = triple;
    if (modified === undefined) return;
    if (modified === null) {
      if (current !== undefined && current !== null) setMember(patch, key, null);
    } else if (Array.isArray(modified) && Array.isArray(current) && schema.merges) {
      const original = asList(triple.original);
      setListDiff(patch, key, this.#diffLists({ original, modified, current }, schema));
    } else if (isJsonObject(modified) && isJsonObject(current) && !schema.replaces) {
      const original = asObject(triple.original);
      const diff = this.#diffUnion({ original, modified, current }, schema);
      if (Object.keys(diff).length > 0) setMember(patch, key, diff);
    } else if (!deepEqual(toPlainValue(modified), current)) {
      // Nulls within what is set whole mean nothing, and would differ from the object for ever.
      setMember(patch, key, schema.replaces ? replacement(modified) : modified);
    }
  }

  /** Objects of which a patch names the members that stay: the ones that another alternative left behind go. */
  #diffUnion(triple: Triple<JsonObject>, schema: MemberSchema): JsonObject {
    const diff = this.diffObjects(triple, schema.type);
    if (!schema.retainsKeys || Object.keys(diff).length === 0) return diff;
    return { [RETAIN_KEYS]: Object.keys(triple.modified).sort(), ...diff };
  }

  #diffLists(triple: Triple<readonly unknown[]>, schema: MemberSchema): ListDiff {
    const { mergeKey } = schema;
    if (mergeKey === undefined) return diffPlainLists(triple);
    const type = elementType(schema);
    return diffKeyedLists(triple, {
      mergeKey,
      diff: (elements) => this.#diffUnion(elements, { ...schema, type }),
    });
  }
}

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const asObject = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

function replacement(modified: unknown): unknown {
  return isJsonObject(modified) ? { ...modified, [PATCH]: 'replace' } : modified;
}

function setListDiff(patch: JsonObject, key: string, diff: ListDiff): void {
  const { changes, deletions, order } = diff;
  if (order) patch[SET_ELEMENT_ORDER + key] = order;
  if (deletions.length > 0) patch[DELETE_FROM_PRIMITIVE_LIST + key] = deletions;
  if (changes.length > 0) setMember(patch, key, changes);
}
