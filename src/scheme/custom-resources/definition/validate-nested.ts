import { type FieldError, forbiddenField } from '../../field-error.ts';
import { itemsOf, type OpenApiSchema } from '../open-api-schema.ts';
import { junctorSchemas } from './validate-schema.ts';

/** What a schema inside of `allOf`, `anyOf`, `oneOf` or `not` must leave to the schema around it, and how that is said. */
const FORBIDDEN: readonly (readonly [member: keyof OpenApiSchema, detail: string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['externalDocs', 'must be undefined to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

/** Judges a schema that restricts values. */
export function validateNestedNode(
  schema: OpenApiSchema,
  path: string,
  errors: FieldError[],
): void {
  for (const [member, detail] of FORBIDDEN) {
    if (isSet(schema[member])) errors.push(forbiddenField(`${path}.${member}`, detail));
  }
  const items = itemsOf(schema);
  if (items) validateNestedNode(items, `${path}.items`, errors);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const at = `${path}.properties[${name}]`;
    if (name === 'metadata') {
      errors.push(forbiddenField(at, 'must not be specified in a nested context'));
    }
    validateNestedNode(property, at, errors);
  }
  for (const [member, at] of junctorSchemas(schema, path)) validateNestedNode(member, at, errors);
}

function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== false && value !== '';
}
