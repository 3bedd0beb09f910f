import type { OpenApiSchema } from '../../../scheme/custom-resources/open-api-schema.ts';
import type { PublishedSchema } from '../published-schema.ts';
import { writeAny, writeExtensions } from './any.ts';
import type { ProtobufWriter } from './protobuf-writer.ts';

/** What a custom kind's definition may say of a value beside what built-in schemas say. */
type Limits = Pick<
  OpenApiSchema,
  | 'title'
  | 'multipleOf'
  | 'maximum'
  | 'exclusiveMaximum'
  | 'minimum'
  | 'exclusiveMinimum'
  | 'maxLength'
  | 'minLength'
  | 'pattern'
  | 'maxItems'
  | 'minItems'
  | 'uniqueItems'
  | 'maxProperties'
  | 'minProperties'
>;

/** The fields of gnostic's `Schema`. */
export function writeSchema(writer: ProtobufWriter, schema: PublishedSchema & Limits): void {
  writer.text(1, schema.$ref);
  writer.text(2, schema.format);
  writer.text(3, schema.title);
  writer.text(4, schema.description);
  if (schema.default !== undefined) writeAny(writer, 5, schema.default);
  writeLimits(writer, schema);
  writer.texts(19, schema.required);
  for (const value of schema.enum ?? []) writeAny(writer, 20, value);
  writeMembers(writer, schema);
  writeExtensions(writer, 31, schema);
}

function writeLimits(writer: ProtobufWriter, limits: Limits): void {
  writer.double(6, limits.multipleOf);
  writer.double(7, limits.maximum);
  writer.flag(8, limits.exclusiveMaximum);
  writer.double(9, limits.minimum);
  writer.flag(10, limits.exclusiveMinimum);
  writer.integer(11, limits.maxLength);
  writer.integer(12, limits.minLength);
  writer.text(13, limits.pattern);
  writer.integer(14, limits.maxItems);
  writer.integer(15, limits.minItems);
  writer.flag(16, limits.uniqueItems);
  writer.integer(17, limits.maxProperties);
  writer.integer(18, limits.minProperties);
}

function writeMembers(writer: ProtobufWriter, schema: PublishedSchema): void {
  const { additionalProperties, items, properties, type } = schema;
  if (additionalProperties !== undefined) {
    writer.message(21, () => {
      if (typeof additionalProperties === 'boolean') writer.choice(2, additionalProperties);
      else writer.message(1, () => writeSchema(writer, additionalProperties));
    });
  }
  if (type) writer.message(22, () => writer.texts(1, [type]));
  if (items) writer.message(23, () => writer.message(1, () => writeSchema(writer, items)));
  if (properties) writer.message(25, () => writeProperties(writer, properties));
}

function writeProperties(
  writer: ProtobufWriter,
  properties: Readonly<Record<string, PublishedSchema>>,
): void {
  for (const [name, property] of Object.entries(properties)) {
    writer.message(1, () => {
      writer.text(1, name);
      writer.message(2, () => writeSchema(writer, property));
    });
  }
}
