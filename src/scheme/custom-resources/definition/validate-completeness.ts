import { type FieldError, required } from '../../field-error.ts';
import { itemsOf, type OpenApiSchema, propertyOf, valuesOf } from '../open-api-schema.ts';
import { junctorSchemas } from './validate-schema.ts';

/** Judges that what restrictions speak of is declared beside them. */
export function validateCompleteness(
  schema: OpenApiSchema,
  path: string,
  errors: FieldError[],
): void {
  for (const [nested, nestedPath] of junctorSchemas(schema, path)) {
    requireDeclared({ schema, path }, { schema: nested, path: nestedPath }, errors);
  }
  const items = itemsOf(schema);
  if (items) validateCompleteness(items, `${path}.items`, errors);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    validateCompleteness(property, `${path}.properties[${name}]`, errors);
  }
  const values = valuesOf(schema);
  if (values) validateCompleteness(values, `${path}.additionalProperties`, errors);
}

interface Located<S = OpenApiSchema> {
  readonly schema: S;
  readonly path: string;
}

function requireDeclared(
  outer: Located<OpenApiSchema | undefined>,
  nested: Located,
  errors: FieldError[],
): void {
  const { schema, path } = outer;
  const missing = (at: string, because: string): void => {
    errors.push(required(at, `because it is defined in ${because}`));
  };
  for (const [name, property] of Object.entries(nested.schema.properties ?? {})) {
    const at = `${path}.properties[${name}]`;
    const from = { schema: property, path: `${nested.path}.properties[${name}]` };
    const declared = schema && (propertyOf(schema, name) ?? valuesOf(schema));
    if (!declared) missing(at, from.path);
    else requireDeclared({ schema: declared, path: at }, from, errors);
  }
  const items = itemsOf(nested.schema);
  if (items) {
    const from = { schema: items, path: `${nested.path}.items` };
    const declared = schema && itemsOf(schema);
    if (!declared) missing(`${path}.items`, from.path);
    else requireDeclared({ schema: declared, path: `${path}.items` }, from, errors);
  }
  for (const [member, at] of junctorSchemas(nested.schema, nested.path)) {
    requireDeclared(outer, { schema: member, path: at }, errors);
  }
}
