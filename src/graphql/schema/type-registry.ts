import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLFloat,
  type GraphQLInputFieldConfigMap,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  type GraphQLLeafType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLScalarType,
  GraphQLString,
  isNonNullType,
} from 'graphql';
import { invariant } from '../../lib/errors.ts';
import { showEntry } from '../../scheme/managed-fields/managers.ts';
import type { ManagedFieldsEntry } from '../../scheme/object.ts';
import type { FieldSchema, FieldType, TypeSchema } from '../../scheme/structural-schema.ts';
import { spellFields, toEnumName, toFieldName, upperFirst } from './names.ts';
import {
  BASE64_MAP_SCALAR,
  BASE64_SCALAR,
  createMapScalar,
  DURATION_SCALAR,
  INT_OR_STRING_SCALAR,
  INT64_SCALAR,
  JSON_SCALAR,
  MICRO_TIME_SCALAR,
  QUANTITY_MAP_SCALAR,
  QUANTITY_SCALAR,
  STRING_LIST_MAP_SCALAR,
  STRING_MAP_SCALAR,
  TIME_SCALAR,
} from './scalars.ts';
import type { SchemaSource } from './schema-source.ts';
import { LIST_META_TYPE } from './shared-types.ts';
import { TypeNames } from './type-names.ts';

export type OutputFields = GraphQLFieldConfigMap<unknown, unknown>;

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const LIST_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta';
/** What the server fills in every stored object, so that it is never null there. */
const FILLED_METADATA: ReadonlySet<string> = new Set(['name', 'uid', 'creationTimestamp']);

const FORMATS: Readonly<Record<string, GraphQLScalarType>> = {
  'date-time': TIME_SCALAR,
  'micro-time': MICRO_TIME_SCALAR,
  byte: BASE64_SCALAR,
  quantity: QUANTITY_SCALAR,
  duration: DURATION_SCALAR,
};

/**
 * The GraphQL types of the scheme's types, made on first use and once. Output types mirror the JSON field by field; input
 * types (`…Input`) mirror the output types.
 */
export class TypeRegistry {
  readonly names: TypeNames;
  /** The metadata of stored objects; that of templates, whose fields may all be missing, is {@link template}. */
  readonly objectMeta: GraphQLObjectType;
  readonly #source: SchemaSource;
  readonly #rootSchemas: ReadonlySet<string>;
  readonly #outputs = new Map<string, GraphQLOutputType>();
  readonly #inputs = new Map<string, GraphQLInputType>();
  readonly #scalars = new Map<string, GraphQLScalarType>();
  readonly #enums = new Map<string, GraphQLEnumType>();

  constructor(source: SchemaSource) {
    this.#source = source;
    this.names = new TypeNames(source.resources);
    this.#rootSchemas = new Set(source.resources.map(({ schemaName }) => schemaName));
    this.objectMeta = new GraphQLObjectType({
      name: 'ObjectMeta',
      description: source.describeType(OBJECT_META),
      fields: () => this.outputFields(this.schema(OBJECT_META), FILLED_METADATA),
    });
  }

  knows(schemaName: string): boolean {
    return this.#source.type(schemaName) !== undefined;
  }

  schema(schemaName: string): TypeSchema {
    const schema = this.#source.type(schemaName);
    invariant(schema, `no schema for the type ${schemaName}`);
    return schema;
  }

  /**
   * The type of `schemaName` where it is a field of another object. A kind that stands there is a template, of which the
   * server fills nothing: it has a type of its own, `…Embedded`.
   */
  output(schemaName: string): GraphQLOutputType {
    const known = this.#outputs.get(schemaName);
    if (known) return known;
    const made = this.#createOutput(schemaName);
    this.#outputs.set(schemaName, made);
    return made;
  }

  #createOutput(schemaName: string): GraphQLOutputType {
    if (schemaName === LIST_META) return LIST_META_TYPE;
    const schema = this.schema(schemaName);
    if (isFree(schema)) return JSON_SCALAR;
    const isTemplate = schemaName === OBJECT_META || this.#rootSchemas.has(schemaName);
    const suffix = schemaName === OBJECT_META ? 'Template' : 'Embedded';
    const description = this.#source.describeType(schemaName);
    return new GraphQLObjectType({
      name: this.names.of(schemaName) + (isTemplate ? suffix : ''),
      description: isTemplate
        ? `${description} Inside another object: any field may be missing.`
        : description,
      fields: () => this.outputFields(schema),
    });
  }

  /** The fields of a type; `filled` ones are never null although the schema does not require them. */
  outputFields(schema: TypeSchema, filled: ReadonlySet<string> = new Set()): OutputFields {
    const fields: OutputFields = {};
    for (const [jsonName, name] of spellFields(Object.keys(schema.fields))) {
      const field = schema.fields[jsonName] as FieldSchema;
      const type = this.#outputField(schema, jsonName, field);
      // What is stored of a custom resource may be older than its schema.
      const isCertain = (field.required && !schema.isCustom) || filled.has(jsonName);
      const config: GraphQLFieldConfig<unknown, unknown> = {
        type: isCertain ? new GraphQLNonNull(type) : type,
        description: this.#describeField(schema, jsonName, name),
      };
      const resolve =
        FIELD_READERS[`${schema.name}.${jsonName}`] ?? resolverOf(field, jsonName, name);
      if (resolve) config.resolve = resolve;
      fields[name] = config;
    }
    return fields;
  }

  #outputField(schema: TypeSchema, jsonName: string, field: FieldSchema): GraphQLOutputType {
    return this.#convert<GraphQLOutputType>(field.type, {
      enumOf: () => this.#enum(schema, jsonName, field),
      ref: (name) => this.output(name),
      list: (items) => listOf(items),
    });
  }

  /** The input type that mirrors {@link output}. */
  input(schemaName: string): GraphQLInputType {
    const known = this.#inputs.get(schemaName);
    if (known) return known;
    const schema = this.schema(schemaName);
    const made = isFree(schema)
      ? JSON_SCALAR
      : new GraphQLInputObjectType({
          name: `${this.names.of(schemaName)}Input`,
          description: this.#source.describeType(schemaName),
          fields: () => this.#inputFields(schema),
        });
    this.#inputs.set(schemaName, made);
    return made;
  }

  #inputFields(schema: TypeSchema): GraphQLInputFieldConfigMap {
    const fields: GraphQLInputFieldConfigMap = {};
    for (const [jsonName, name] of spellFields(Object.keys(schema.fields))) {
      const field = schema.fields[jsonName] as FieldSchema;
      const type = this.#inputField(schema, jsonName, field);
      fields[name] = {
        type: field.required ? new GraphQLNonNull(type) : type,
        description: this.#describeField(schema, jsonName, name),
        ...(name === jsonName ? {} : { extensions: { jsonName } }),
      };
    }
    return fields;
  }

  #inputField(schema: TypeSchema, jsonName: string, field: FieldSchema): GraphQLInputType {
    return this.#convert<GraphQLInputType>(field.type, {
      enumOf: () => this.#enum(schema, jsonName, field),
      ref: (name) => this.input(name),
      list: (items) => listOf(items),
    });
  }

  #describeField(schema: TypeSchema, jsonName: string, name: string): string {
    const description = this.#source.describeField(schema.name, jsonName);
    return name === jsonName ? description : `${description} In JSON: \`${jsonName}\`.`;
  }

  /** One way through a field's type for output and input alike; they differ in what a named type becomes. */
  #convert<T extends GraphQLOutputType | GraphQLInputType>(
    type: FieldType,
    make: FieldTypeMaker<T | GraphQLLeafType>,
  ): T | GraphQLLeafType {
    switch (type.kind) {
      case 'string':
        return (
          make.enumOf() ??
          (type.format ? (FORMATS[type.format] as GraphQLScalarType) : GraphQLString)
        );
      case 'integer':
        return type.format === 'int32' ? GraphQLInt : INT64_SCALAR;
      case 'number':
        return GraphQLFloat;
      case 'boolean':
        return GraphQLBoolean;
      case 'int-or-string':
        return INT_OR_STRING_SCALAR;
      case 'any':
        return JSON_SCALAR;
      case 'list':
        return make.list(this.#convert(type.items, make));
      case 'map':
        return this.#mapScalar(type.values);
      case 'ref':
        return make.ref(type.name);
    }
  }

  #enum(schema: TypeSchema, jsonName: string, field: FieldSchema): GraphQLEnumType | undefined {
    const words = enumWords(field);
    if (!words) return undefined;
    const name = this.names.of(schema.name) + upperFirst(toFieldName(jsonName));
    const known = this.#enums.get(name);
    if (known) return known;
    // Inside of the schema a value is its name: leaves go out as they are (see `compiler.ts`), and come in so.
    const values: Record<string, { description: string }> = {};
    const jsonValues = new Map<string, string>();
    for (const value of words) {
      const spelled = toEnumName(value);
      values[spelled] = { description: `The ${jsonName} \`${value}\`.` };
      if (spelled !== value) jsonValues.set(spelled, value);
    }
    const made = new GraphQLEnumType({
      name,
      description: `The values of ${jsonName}: ${this.#source.describeField(schema.name, jsonName)}`,
      values,
      ...(jsonValues.size > 0 ? { extensions: { jsonValues } } : {}),
    });
    this.#enums.set(name, made);
    return made;
  }

  #mapScalar(values: FieldType): GraphQLScalarType {
    if (values.kind === 'string') {
      if (values.format === 'quantity') return QUANTITY_MAP_SCALAR;
      return values.format === 'byte' ? BASE64_MAP_SCALAR : STRING_MAP_SCALAR;
    }
    if (values.kind === 'list' && values.items.kind === 'string') return STRING_LIST_MAP_SCALAR;
    if (values.kind !== 'ref') return JSON_SCALAR;
    const memberName = this.names.of(values.name);
    const name = `${memberName}Map`;
    const known = this.#scalars.get(name);
    if (known) return known;
    const made = createMapScalar({
      name,
      description: `Values of the form of ${memberName} by key, in JSON: field names are spelled as in Kubernetes.`,
      parseMember: (value) => value,
    });
    this.#scalars.set(name, made);
    return made;
  }
}

/** Fields that are stored in another form than clients see. */
const FIELD_READERS: Readonly<Record<string, (source: unknown) => unknown>> = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry.fieldsV1': (entry) =>
    showEntry(entry as ManagedFieldsEntry).fieldsV1,
};

/** Most fields need none: the compiler reads their values directly, which is several times faster. */
function resolverOf(
  field: FieldSchema,
  jsonName: string,
  name: string,
): ((source: unknown) => unknown) | undefined {
  const read = (source: unknown): unknown => (source as Record<string, unknown>)[jsonName];
  const words = enumWords(field);
  const isRespelled = words?.some((value) => toEnumName(value) !== value) ?? false;
  // To Kubernetes an empty string is a value that is not set, in closed value sets too.
  if (words && field.type.kind === 'string') {
    return isRespelled ? (source) => spell(read(source)) : (source) => read(source) || null;
  }
  if (isRespelled) return (source) => (read(source) as string[] | undefined)?.map(spell);
  return name === jsonName ? undefined : read;
}

/** The members of a field's enum type. Undefined for what is none, or cannot be one: two words may be spelled alike. */
function enumWords({ enum: members }: FieldSchema): readonly string[] | undefined {
  // To Kubernetes an empty string says "not set", as null does here.
  const words = members?.filter((word) => word !== '');
  if (!words || words.length === 0) return undefined;
  return new Set(words.map(toEnumName)).size === words.length ? words : undefined;
}

const spell = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? toEnumName(value) : null;

interface FieldTypeMaker<T> {
  enumOf(): GraphQLEnumType | undefined;
  ref(name: string): T;
  list(items: T): T;
}

/** A list of such items. Members of a list of JSON may be null, as any JSON may. */
function listOf<T extends GraphQLOutputType | GraphQLInputType>(items: T): GraphQLList<T> {
  const isNullable = items === JSON_SCALAR || isNonNullType(items);
  return new GraphQLList(isNullable ? items : (new GraphQLNonNull(items) as unknown as T));
}

/** Types that keep any field, and those that have none, for which GraphQL has no object types. */
function isFree(schema: TypeSchema): boolean {
  return schema.opaque === true || Object.keys(schema.fields).length === 0;
}
