/** What Kubernetes admits of OpenAPI in the schema of a custom resource, node by node. */
import {
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts';
import { itemsOf, type OpenApiSchema, valuesOf } from '../open-api-schema.ts';
import { patternProblem } from '../scalar-checks.ts';
import { validateListSemantics } from './validate-list-semantics.ts';

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** OpenAPI that Kubernetes leaves out, by member. */
const UNSUPPORTED = [
  '$ref',
  'additionalItems',
  'definitions',
  'dependencies',
  'id',
  'patternProperties',
] as const;

/** Judges `schema` and everything in it. */
export function validateSchemaNode(
  schema: OpenApiSchema,
  path: string,
  errors: FieldError[],
): void {
  checkType(schema, path, errors);
  checkUnsupported(schema, path, errors);
  checkAdditionalProperties(schema, path, errors);
  checkExtensions(schema, path, errors);
  validateListSemantics(schema, path, errors);
  for (const [child, childPath] of childSchemas(schema, path)) {
    validateSchemaNode(child, childPath, errors);
  }
}

/** The schemas inside of a schema, with where they are. */
export function* childSchemas(
  schema: OpenApiSchema,
  path: string,
): Iterable<readonly [schema: OpenApiSchema, path: string]> {
  const items = itemsOf(schema);
  if (items) yield [items, `${path}.items`];
  const values = valuesOf(schema);
  if (values) yield [values, `${path}.additionalProperties`];
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    yield [property, `${path}.properties[${name}]`];
  }
  yield* junctorSchemas(schema, path);
}

/** The schemas that restrict the values of a schema without giving them structure. */
export function* junctorSchemas(
  schema: OpenApiSchema,
  path: string,
): Iterable<readonly [schema: OpenApiSchema, path: string]> {
  for (const junctor of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [i, member] of (schema[junctor] ?? []).entries()) {
      yield [member, `${path}.${junctor}[${i}]`];
    }
  }
  if (schema.not) yield [schema.not, `${path}.not`];
}

function checkType({ type, items }: OpenApiSchema, path: string, errors: FieldError[]): void {
  if (type === 'null') {
    const detail = 'type cannot be set to null, use nullable as an alternative';
    errors.push(forbiddenField(`${path}.type`, detail));
  } else if (type && !TYPES.includes(type)) {
    errors.push(notSupported(`${path}.type`, type, TYPES));
  }
  if (Array.isArray(items)) {
    const detail = 'items must be a schema object and not an array';
    errors.push(forbiddenField(`${path}.items`, detail));
  }
}

function checkUnsupported(schema: OpenApiSchema, path: string, errors: FieldError[]): void {
  for (const member of UNSUPPORTED) {
    if (schema[member] === undefined) continue;
    errors.push(forbiddenField(`${path}.${member}`, `${member} is not supported`));
  }
  if (schema.uniqueItems) {
    const detail =
      'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(forbiddenField(`${path}.uniqueItems`, detail));
  }
  const problem = schema.pattern && patternProblem(schema.pattern);
  if (problem) {
    const detail = `must be a valid regular expression, but isn't: ${problem}`;
    errors.push(invalid(`${path}.pattern`, schema.pattern, detail));
  }
}

function checkAdditionalProperties(
  schema: OpenApiSchema,
  path: string,
  errors: FieldError[],
): void {
  const { additionalProperties, properties } = schema;
  if (additionalProperties === undefined) return;
  const at = `${path}.additionalProperties`;
  if (additionalProperties === false) {
    errors.push(forbiddenField(at, 'additionalProperties cannot be set to false'));
  }
  const hasProperties = Object.keys(properties ?? {}).length > 0;
  if (hasProperties && additionalProperties !== true) {
    const detail = 'additionalProperties and properties are mutual exclusive';
    errors.push(forbiddenField(at, detail));
  }
}

function checkExtensions(schema: OpenApiSchema, path: string, errors: FieldError[]): void {
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    const at = `${path}.x-kubernetes-preserve-unknown-fields`;
    errors.push(invalid(at, false, 'must be true or undefined'));
  }
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === undefined) return;
  if (schema.type !== 'object') {
    errors.push(wrongTypeFor(schema, path, 'must be object if x-kubernetes-map-type is specified'));
  }
  if (mapType !== 'atomic' && mapType !== 'granular') {
    const at = `${path}.x-kubernetes-map-type`;
    errors.push(notSupported(at, mapType, ['atomic', 'granular']));
  }
}

/** Required where the type is missing, Invalid where it is another. */
export function wrongTypeFor({ type }: OpenApiSchema, path: string, detail: string): FieldError {
  return type ? invalid(`${path}.type`, type, detail) : required(`${path}.type`, detail);
}
