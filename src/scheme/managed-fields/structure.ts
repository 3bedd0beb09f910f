/**
 * What can be owned by itself in an object of a type: the schema as server-side apply sees it. Lists and maps are joined or
 * replaced whole as the type says (`listType`, `mapType`), or as its patch strategy does where it says nothing.
 */
import type { Scheme } from '../scheme.ts';
import type { FieldSchema, FieldType, TypeSchema } from '../structural-schema.ts';
import { fieldElement, type PathElement } from './path-element.ts';

export type Structure =
  /** Owned as one: plain values, and lists and maps that are atomic. */
  | { readonly kind: 'leaf' }
  | StructStructure
  | { readonly kind: 'map'; readonly values: Structure; readonly entries: Map<string, Member> }
  | KeyedStructure
  | { readonly kind: 'set' }
  /** Of unknown fields: objects are joined by name, lists are replaced whole. */
  | { readonly kind: 'free' };

export interface KeyedStructure {
  readonly kind: 'keyed';
  /** In order of their names. */
  readonly keys: readonly string[];
  readonly items: Structure;
  /** What elements were called before, by their key, where it is one text. */
  readonly elements: Map<string, PathElement>;
}

export interface StructStructure {
  readonly kind: 'struct';
  /** Undefined for a field that the type does not have. */
  field(name: string): Member | undefined;
}

/** What a member of a struct, a map or a free object is. */
export interface Member {
  readonly element: PathElement;
  readonly structure: Structure;
  /** Whether the type has it by name: such a field comes and goes with what is in it. */
  readonly isDeclared: boolean;
  /**
   * Whether the field is always there, however empty, so that setting something in it is not setting it: Kubernetes' Go types
   * hold it by value.
   */
  readonly isAlwaysThere: boolean;
}

const LEAF: Structure = { kind: 'leaf' };
const SET: Structure = { kind: 'set' };
export const FREE: Structure = { kind: 'free' };

/** Members that Go's types hold by value although they are not required. */
const HELD_BY_VALUE: ReadonlySet<string> = new Set([
  'metadata',
  'spec',
  'status',
  'template',
  'strategy',
  'updateStrategy',
  'resources',
  'jobTemplate',
]);

/** What Kubernetes fills into the key of an element that leaves it out. */
export const KEY_DEFAULTS: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

const compilers = new WeakMap<Scheme, { revision: number; structures: Map<string, Structure> }>();

/** The structure of the type `name`; the same one until the scheme changes. */
export function structureOf(scheme: Scheme, name: string): Structure {
  let compiled = compilers.get(scheme);
  if (compiled?.revision !== scheme.revision) {
    compiled = { revision: scheme.revision, structures: new Map() };
    compilers.set(scheme, compiled);
  }
  return compileType(name, { lookup: (type) => scheme.type(type), known: compiled.structures });
}

/** As {@link structureOf}, of types that are in no scheme. @internal */
export function compileStructure(
  lookup: (name: string) => TypeSchema | undefined,
  name: string,
): Structure {
  return compileType(name, { lookup, known: new Map() });
}

interface Compiler {
  readonly lookup: (name: string) => TypeSchema | undefined;
  readonly known: Map<string, Structure>;
}

function compileType(name: string, compiler: Compiler): Structure {
  const known = compiler.known.get(name);
  if (known) return known;
  const schema = compiler.lookup(name);
  const structure = structureOfSchema(schema, compiler);
  compiler.known.set(name, structure);
  return structure;
}

function structureOfSchema(schema: TypeSchema | undefined, compiler: Compiler): Structure {
  if (!schema || schema.opaque) return FREE;
  return schema.mapType === 'atomic' ? LEAF : compileStruct(schema, compiler);
}

/** Fields are compiled when they are met: types may contain themselves. */
function compileStruct(schema: TypeSchema, compiler: Compiler): StructStructure {
  const fields = new Map<string, Member>();
  return {
    kind: 'struct',
    field(name) {
      const known = fields.get(name);
      if (known) return known;
      if (!Object.hasOwn(schema.fields, name)) return undefined;
      const declared = schema.fields[name] as FieldSchema;
      const field: Member = {
        element: fieldElement(name),
        structure: compileField(declared, compiler),
        isDeclared: true,
        isAlwaysThere: declared.required === true || HELD_BY_VALUE.has(name),
      };
      fields.set(name, field);
      return field;
    },
  };
}

function compileField(field: FieldSchema, compiler: Compiler): Structure {
  if (field.type.kind === 'list') return compileList(field, field.type.items, compiler);
  if (field.mapType === 'atomic') return LEAF;
  return compileValue(field.type, compiler);
}

function compileValue(type: FieldType, compiler: Compiler): Structure {
  switch (type.kind) {
    case 'ref':
      return compileType(type.name, compiler);
    case 'map':
      return { kind: 'map', values: compileValue(type.values, compiler), entries: new Map() };
    case 'any':
      return FREE;
    default:
      return LEAF;
  }
}

function compileList(field: FieldSchema, items: FieldType, compiler: Compiler): Structure {
  const { listType, listMapKeys, patchStrategy, patchMergeKey } = field;
  const isMerged = listType === undefined && patchStrategy?.includes('merge');
  const keys = listType === 'map' ? listMapKeys : isMerged && patchMergeKey ? [patchMergeKey] : [];
  if (keys && keys.length > 0) {
    return {
      kind: 'keyed',
      keys: [...keys].sort(),
      items: compileValue(items, compiler),
      elements: new Map(),
    };
  }
  return listType === 'set' || isMerged ? SET : LEAF;
}
