import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';

/** Which input types have, at any depth, a field or a value that GraphQL cannot spell. */
const renaming = new WeakMap<GraphQLInputObjectType, boolean>();

function renames(type: GraphQLInputObjectType): boolean {
  const known = renaming.get(type);
  if (known !== undefined) return known;
  // A type that is being looked into adds nothing itself: recursion ends here.
  renaming.set(type, false);
  const found = Object.values(type.getFields()).some((field) => {
    if (field.extensions.jsonName) return true;
    const named = getNamedType(field.type);
    return isInputObjectType(named) ? renames(named) : named.extensions.jsonValues !== undefined;
  });
  renaming.set(type, found);
  return found;
}

/**
 * The JSON that a coerced input value stands for: fields under their JSON names, in plain objects (those of literals
 * have no prototype). Returns `value` itself where nothing has to change.
 */
export function toJson(type: GraphQLInputType, value: unknown): unknown {
  if (isNonNullType(type)) return toJson(type.ofType, value);
  if (isEnumType(type)) {
    const jsonValues = type.extensions.jsonValues as ReadonlyMap<unknown, string> | undefined;
    return jsonValues?.get(value) ?? value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (isListType(type) && Array.isArray(value))
    return value.map((item) => toJson(type.ofType, item));
  if (!isInputObjectType(type)) return toPlain(value);
  if (!renames(type) && Object.getPrototypeOf(value) !== null) return value;
  const fields = type.getFields();
  const json: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    const field = fields[name];
    const jsonName = (field?.extensions.jsonName as string | undefined) ?? name;
    json[jsonName] = field ? toJson(field.type, member) : toPlain(member);
  }
  return json;
}

/** Copies what has no prototype, which only literals make; everything inside it is a literal's too. */
export function toPlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.some(isBare) ? value.map(toPlain) : value;
  if (Object.getPrototypeOf(value) !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toPlain(member)]));
}

function isBare(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isBare);
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null;
}
