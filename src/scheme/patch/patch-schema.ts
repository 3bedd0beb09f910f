import type { FieldType, TypeSchema } from '../structural-schema.ts';

export type SchemaLookup = (typeName: string) => TypeSchema | undefined;

/** The type that a strategic merge starts at, and where the types it refers to are found. */
export interface PatchSchema {
  readonly lookup: SchemaLookup;
  /** Name of the object's type, `io.k8s.api.apps.v1.Deployment`; lists of unknown types are replaced whole. */
  readonly typeName: string;
}

/** How a member is patched. */
export interface MemberSchema {
  /** Undefined where nothing is known: objects are then merged, lists replaced. */
  readonly type: FieldType | undefined;
  /** Lists: whether two of them are joined. */
  readonly merges: boolean;
  /** Objects: replaced whole. */
  readonly replaces: boolean;
  /** Objects: a patch names the members that stay (unions, whose old member must go). */
  readonly retainsKeys: boolean;
  /** Lists of objects: the member that tells two elements apart. */
  readonly mergeKey: string | undefined;
}

const UNKNOWN: MemberSchema = {
  type: undefined,
  merges: false,
  replaces: false,
  retainsKeys: false,
  mergeKey: undefined,
};

export function rootType({ typeName }: PatchSchema): FieldType {
  return { kind: 'ref', name: typeName };
}

/** What the schema says of member `key` of an object of `type`. */
export function memberSchema(
  type: FieldType | undefined,
  key: string,
  lookup: SchemaLookup,
): MemberSchema {
  if (type?.kind === 'map') return { ...UNKNOWN, type: type.values };
  if (type?.kind !== 'ref') return UNKNOWN;
  const fields = lookup(type.name)?.fields;
  const field = fields && Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (!field) return UNKNOWN;
  const strategies = field.patchStrategy ?? [];
  return {
    type: field.type,
    merges: strategies.includes('merge'),
    replaces: strategies.includes('replace'),
    retainsKeys: strategies.includes('retainKeys'),
    mergeKey: field.patchMergeKey,
  };
}

/** The type of a list's elements. */
export function elementType({ type }: MemberSchema): FieldType | undefined {
  return type?.kind === 'list' ? type.items : undefined;
}
