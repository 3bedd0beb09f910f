import { deepEqual } from '../../../lib/deep-equal.ts';
import { type FieldError, forbiddenField, invalid } from '../../field-error.ts';
import { compileSchema } from '../compile-schema.ts';
import { hasDefault, withDefaults } from '../defaults.ts';
import { isJsonObject, type OpenApiSchema } from '../open-api-schema.ts';
import { pruneValue } from '../prune.ts';
import { childSchemas } from './validate-schema.ts';

/** Judges the defaults of a root schema: each must be what its own schema admits. */
export function validateDefaults(schema: OpenApiSchema, path: string, errors: FieldError[]): void {
  if (hasDefault(schema)) {
    errors.push(forbiddenField(`${path}.default`, 'must not be set at the root'));
  }
  for (const [child, at] of childSchemas(schema, path)) {
    // What every object has is filled by the server alone.
    if (at === `${path}.properties[metadata]`) continue;
    validateDefaultsBelow(child, at, errors);
  }
}

function validateDefaultsBelow(schema: OpenApiSchema, path: string, errors: FieldError[]): void {
  if (hasDefault(schema)) checkDefault(schema, `${path}.default`, errors);
  for (const [child, at] of childSchemas(schema, path)) validateDefaultsBelow(child, at, errors);
}

function checkDefault(schema: OpenApiSchema, path: string, errors: FieldError[]): void {
  const value = schema.default;
  if (isJsonObject(value) && !deepEqual(pruneValue(schema, value), value)) {
    errors.push(invalid(path, value, 'must not have fields that the schema does not specify'));
    return;
  }
  const filled = withDefaults(schema, value);
  compileSchema(schema)?.({ value: filled, old: undefined, path }, errors);
}
