/**
 * Whether a schema is structural: every field has its type outside of what restricts values (`allOf`, `anyOf`, `oneOf`,
 * `not`), so that objects can be pruned, filled and typed without looking at their values.
 */
import { deepEqual } from '../../../lib/deep-equal.ts';
import { type FieldError, forbiddenField, invalid, required } from '../../field-error.ts';
import {
  isEmbeddedResource,
  isIntOrString,
  isSchema,
  itemsOf,
  keepsUnknownFields,
  type OpenApiSchema,
  propertyOf,
  valuesOf,
} from '../open-api-schema.ts';
import { validateCompleteness } from './validate-completeness.ts';
import { validateNestedNode } from './validate-nested.ts';
import { junctorSchemas, wrongTypeFor } from './validate-schema.ts';

type Level = 'root' | 'item' | 'field';

/** Judges a root schema. */
export function validateStructural(
  schema: OpenApiSchema,
  path: string,
  errors: FieldError[],
): void {
  validateNode(schema, 'root', path, errors);
  validateCompleteness(schema, path, errors);
}

function validateNode(
  schema: OpenApiSchema,
  level: Level,
  path: string,
  errors: FieldError[],
): void {
  const items = itemsOf(schema);
  if (schema.type === 'array' && !items) {
    errors.push(required(`${path}.items`, 'must be specified'));
  }
  if (items) validateNode(items, 'item', `${path}.items`, errors);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    // Of the root's own metadata only the name can be restricted: what it is is known.
    if (level === 'root' && name === 'metadata') continue;
    validateNode(property, 'field', `${path}.properties[${name}]`, errors);
  }
  const values = valuesOf(schema);
  if (values && isSchema(schema.additionalProperties)) {
    validateNode(values, 'field', `${path}.additionalProperties`, errors);
  }
  checkNodeType(schema, level, path, errors);
  checkExtensions(schema, path, errors);
  checkObjectFields(schema, level, path, errors);
  validateJunctors(schema, path, errors);
}

const TYPE_WORDS: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function checkNodeType(
  schema: OpenApiSchema,
  level: Level,
  path: string,
  errors: FieldError[],
): void {
  if (isEmbeddedResource(schema) && schema.type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(wrongTypeFor(schema, path, detail));
  } else if (!schema.type && !isIntOrString(schema) && !keepsUnknownFields(schema)) {
    errors.push(required(`${path}.type`, TYPE_WORDS[level]));
  }
  if (level !== 'root') return;
  if (schema.additionalProperties !== undefined) {
    errors.push(forbiddenField(`${path}.additionalProperties`, 'must not be used at the root'));
  }
  if (schema.type && schema.type !== 'object') {
    errors.push(invalid(`${path}.type`, schema.type, 'must be object at the root'));
  }
}

function checkExtensions(schema: OpenApiSchema, path: string, errors: FieldError[]): void {
  if (isIntOrString(schema)) {
    for (const extension of [
      'x-kubernetes-preserve-unknown-fields',
      'x-kubernetes-embedded-resource',
    ] as const) {
      if (!schema[extension]) continue;
      const detail = 'must be false if x-kubernetes-int-or-string is true';
      errors.push(invalid(`${path}.${extension}`, true, detail));
    }
  }
  if (!isEmbeddedResource(schema)) return;
  if (schema.additionalProperties !== undefined) {
    const detail = 'must not be used if x-kubernetes-embedded-resource is set';
    errors.push(forbiddenField(`${path}.additionalProperties`, detail));
  }
  if (!keepsUnknownFields(schema) && Object.keys(schema.properties ?? {}).length === 0) {
    const detail =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    errors.push(required(`${path}.properties`, detail));
  }
}

/** apiVersion, kind and metadata mean the same in every object, so that a schema cannot make something else of them. */
function checkObjectFields(
  schema: OpenApiSchema,
  level: Level,
  path: string,
  errors: FieldError[],
): void {
  if (level !== 'root' && !isEmbeddedResource(schema)) return;
  for (const [name, type] of [
    ['apiVersion', 'string'],
    ['kind', 'string'],
    ['metadata', 'object'],
  ] as const) {
    const property = propertyOf(schema, name);
    if (!property || property.type === type) continue;
    const at = `${path}.properties[${name}].type`;
    errors.push(invalid(at, property.type ?? '', `must be ${type}`));
  }
  const metadata = level === 'root' ? propertyOf(schema, 'metadata') : undefined;
  if (!metadata || restrictsNameAlone(metadata)) return;
  const detail =
    'must not specify anything other than name and generateName, but metadata is implicitly specified';
  errors.push(forbiddenField(`${path}.properties[metadata]`, detail));
}

function restrictsNameAlone({ type: _, description: __, properties = {}, ...rest }: OpenApiSchema) {
  const names = Object.keys(properties);
  const isNames = names.every((name) => name === 'name' || name === 'generateName');
  return isNames && Object.values(rest).every((value) => value === undefined);
}

const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }];

/** The one way in which types may stand among restrictions: that of an int-or-string. */
function isIntOrStringPattern(schemas: readonly OpenApiSchema[] | undefined): boolean {
  return deepEqual(schemas, INT_OR_STRING);
}

function validateJunctors(schema: OpenApiSchema, path: string, errors: FieldError[]): void {
  for (const [member, at] of restrictionsOf(schema, path)) validateNestedNode(member, at, errors);
}

/** The schemas that restrict `schema`, but for the types of an int-or-string. */
function* restrictionsOf(
  schema: OpenApiSchema,
  path: string,
): Iterable<readonly [schema: OpenApiSchema, path: string]> {
  const { anyOf, allOf: [first, ...others] = [] } = schema;
  const isPattern = isIntOrStringPattern(anyOf);
  const isFirstPattern = !isPattern && isIntOrStringPattern(first?.anyOf);
  yield* junctorSchemas(
    {
      ...schema,
      ...(isPattern ? { anyOf: [] } : {}),
      ...(first && isFirstPattern ? { allOf: [{ ...first, anyOf: [] }, ...others] } : {}),
    },
    path,
  );
}
