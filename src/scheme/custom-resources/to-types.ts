/**
 * From an OpenAPI schema to the house's own types, by which GraphQL types a custom resource and patches know its lists.
 * Each object with declared fields becomes a type of its own, named by the way down to it:
 * `cert-manager.io/v1/Certificate/spec/subject`.
 */
import { boolean, dateTime, int32, int64, intOrString, string } from '../schema-literals.ts';
import type { FieldSchema, FieldType, TypeSchema } from '../structural-schema.ts';
import {
  isEmbeddedResource,
  isIntOrString,
  itemsOf,
  keepsUnknownFields,
  type OpenApiSchema,
  valuesOf,
} from './open-api-schema.ts';

const OBJECT_META: FieldType = {
  kind: 'ref',
  name: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
};

/** What every kind has, in front of what its schema declares. */
const ROOT_FIELDS: Readonly<Record<string, FieldSchema>> = {
  apiVersion: { type: string },
  kind: { type: string },
  metadata: { type: OBJECT_META },
};

/** The types of a kind, the root first. @param name Of the root: `cert-manager.io/v1/Certificate`. */
export function toTypes(name: string, schema: OpenApiSchema): readonly TypeSchema[] {
  const converter = new TypeConverter();
  converter.addType(name, schema, ROOT_FIELDS);
  const [root, ...others] = converter.types;
  return root ? [{ ...root, declared: schema }, ...others] : [];
}

class TypeConverter {
  readonly types: TypeSchema[] = [];

  addType(
    name: string,
    schema: OpenApiSchema,
    given: Readonly<Record<string, FieldSchema>> = {},
  ): void {
    const fields: Record<string, FieldSchema> = { ...given };
    const type: TypeSchema = {
      name,
      fields,
      isCustom: true,
      ...(schema.description ? { description: schema.description } : {}),
      ...(keepsUnknownFields(schema) ? { opaque: true } : {}),
    };
    this.types.push(type);
    const required = new Set(schema.required);
    for (const [field, member] of Object.entries(schema.properties ?? {})) {
      if (Object.hasOwn(given, field)) continue;
      fields[field] = this.#field(`${name}/${field}`, member, required.has(field));
    }
  }

  #field(name: string, schema: OpenApiSchema, isRequired: boolean): FieldSchema {
    const type = this.#type(name, schema);
    const words = enumOf(schema, type);
    return {
      type,
      // What has a default need not be written.
      ...(isRequired && schema.default === undefined ? { required: true } : {}),
      ...(words ? { enum: words } : {}),
      ...(schema.description ? { description: schema.description } : {}),
      ...listSemantics(schema),
      ...(schema['x-kubernetes-map-type'] === 'atomic' ? { mapType: 'atomic' } : {}),
    };
  }

  #type(name: string, schema: OpenApiSchema): FieldType {
    if (isIntOrString(schema)) return intOrString;
    switch (schema.type) {
      case 'array': {
        const items = itemsOf(schema);
        return { kind: 'list', items: items ? this.#type(name, items) : ANY };
      }
      case 'object':
        return this.#objectType(name, schema);
      default:
        return scalarType(schema);
    }
  }

  #objectType(name: string, schema: OpenApiSchema): FieldType {
    const values = valuesOf(schema);
    const isStruct = Object.keys(schema.properties ?? {}).length > 0;
    if (values && !isStruct) return { kind: 'map', values: this.#type(name, values) };
    if (!isStruct) return ANY;
    this.addType(name, schema, isEmbeddedResource(schema) ? EMBEDDED_FIELDS : {});
    return { kind: 'ref', name };
  }
}

const ANY: FieldType = { kind: 'any' };

const EMBEDDED_FIELDS: Readonly<Record<string, FieldSchema>> = {
  ...ROOT_FIELDS,
  metadata: { type: ANY },
};

function scalarType({ type, format }: OpenApiSchema): FieldType {
  switch (type) {
    case 'string':
      if (format === 'date-time') return dateTime;
      return string;
    case 'integer':
      return format === 'int32' ? int32 : int64;
    case 'number':
      return { kind: 'number' };
    case 'boolean':
      return boolean;
    default:
      return ANY;
  }
}

/** A closed set of texts, where the values (or the items of a list) are of one. */
function enumOf(schema: OpenApiSchema, type: FieldType): readonly string[] | undefined {
  if (type.kind === 'list') {
    const items = itemsOf(schema);
    return items && type.items.kind === 'string' ? enumOf(items, type.items) : undefined;
  }
  if (type.kind !== 'string' || type.format || !schema.enum?.length) return undefined;
  const words = schema.enum.filter((word) => typeof word === 'string');
  return words.length > 0 ? [...new Set(words)] : undefined;
}

const LIST_TYPES: ReadonlySet<unknown> = new Set(['atomic', 'set', 'map']);

function listSemantics(schema: OpenApiSchema): Pick<FieldSchema, 'listType' | 'listMapKeys'> {
  const listType = schema['x-kubernetes-list-type'];
  const listMapKeys = schema['x-kubernetes-list-map-keys'];
  if (!LIST_TYPES.has(listType)) return {};
  return {
    listType: listType as NonNullable<FieldSchema['listType']>,
    ...(listMapKeys ? { listMapKeys } : {}),
  };
}
