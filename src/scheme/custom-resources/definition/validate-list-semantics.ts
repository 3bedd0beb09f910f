/** `x-kubernetes-list-type` and `x-kubernetes-list-map-keys`: what tells the entries of a list apart. */
import {
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts';
import { hasDefault } from '../defaults.ts';
import { itemsOf, type OpenApiSchema, propertyOf } from '../open-api-schema.ts';

const LIST_TYPES = ['atomic', 'map', 'set'];
const SCALARS: ReadonlySet<string | undefined> = new Set([
  'boolean',
  'integer',
  'number',
  'string',
]);

export function validateListSemantics(
  schema: OpenApiSchema,
  path: string,
  errors: FieldError[],
): void {
  const listType = schema['x-kubernetes-list-type'];
  checkListType(schema, path, errors);
  if (schema['x-kubernetes-list-map-keys']?.length && listType !== 'map') {
    const at = `${path}.x-kubernetes-list-type`;
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
    errors.push(listType === undefined ? required(at, detail) : invalid(at, listType, detail));
  }
  if (listType === 'map') checkMap(schema, path, errors);
  if (listType === 'set') checkSet(schema, path, errors);
}

function checkListType(schema: OpenApiSchema, path: string, errors: FieldError[]): void {
  const listType = schema['x-kubernetes-list-type'];
  if (listType === undefined) return;
  if (schema.type !== 'array') {
    const detail = 'must be array if x-kubernetes-list-type is specified';
    const at = `${path}.type`;
    errors.push(schema.type ? invalid(at, schema.type, detail) : required(at, detail));
  }
  if (!LIST_TYPES.includes(listType)) {
    errors.push(notSupported(`${path}.x-kubernetes-list-type`, listType, LIST_TYPES));
  }
}

function checkMap(schema: OpenApiSchema, path: string, errors: FieldError[]): void {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const keysPath = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) {
    errors.push(required(keysPath, 'must not be empty if x-kubernetes-list-type is map'));
  }
  if (new Set(keys).size < keys.length) {
    errors.push(invalid(keysPath, keys, 'must not contain duplicate entries'));
  }
  const items = itemsOf(schema);
  if (!items) {
    const detail = 'must have a schema if x-kubernetes-list-type is map';
    errors.push(required(`${path}.items`, detail));
    return;
  }
  if (items.type && items.type !== 'object') {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    errors.push(invalid(`${path}.items.type`, items.type, detail));
  }
  if (keys.some((key) => !propertyOf(items, key))) {
    errors.push(invalid(keysPath, keys, 'entries must all be names of item properties'));
  }
  for (const key of new Set(keys)) checkMapKey(items, key, `${path}.items`, errors);
}

function checkMapKey(items: OpenApiSchema, key: string, path: string, errors: FieldError[]): void {
  const property = propertyOf(items, key);
  if (!property) return;
  const at = `${path}.properties[${key}]`;
  if (!SCALARS.has(property.type)) {
    const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
    errors.push(invalid(`${at}.type`, property.type ?? '', detail));
  }
  if (property.nullable) {
    const detail = 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable';
    errors.push(forbiddenField(`${at}.nullable`, detail));
  }
  if (!hasDefault(property) && !items.required?.includes(key)) {
    const detail =
      'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
    errors.push(required(`${at}.default`, detail));
  }
}

/** What may differ inside of itself is no member of a set. */
function checkSet(schema: OpenApiSchema, path: string, errors: FieldError[]): void {
  const items = itemsOf(schema);
  const at = `${path}.items`;
  if (!items) {
    errors.push(required(at, 'must have a schema if x-kubernetes-list-type is set'));
    return;
  }
  if (items.nullable) {
    const detail = 'cannot be nullable when x-kubernetes-list-type is set';
    errors.push(forbiddenField(`${at}.nullable`, detail));
  }
  const extension =
    items.type === 'object'
      ? 'x-kubernetes-map-type'
      : items.type === 'array'
        ? 'x-kubernetes-list-type'
        : undefined;
  if (!extension || items[extension] === 'atomic') return;
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const value = items[extension];
  errors.push(
    value ? invalid(`${at}.${extension}`, value, detail) : required(`${at}.${extension}`, detail),
  );
}
