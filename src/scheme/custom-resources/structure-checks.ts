/** Checks of objects and lists: what they must have, how much of it, and every member by its own schema. */
import { duplicate, type FieldError, required, tooMany } from '../field-error.ts';
import { breaks, type Check, type Site } from './check.ts';
import { checkEmbedded } from './embedded-check.ts';
import { childPath } from './field-path.ts';
import { type EntryKey, entryKeyOf, keyValues } from './list-semantics.ts';
import {
  isEmbeddedResource,
  isJsonObject,
  itemsOf,
  type JsonObject,
  type OpenApiSchema,
  valuesOf,
} from './open-api-schema.ts';

/** Compiles the schema of a member; undefined where nothing can be wrong. */
export type Compile = (schema: OpenApiSchema) => Check | undefined;

/** Checks of objects; they pass over what is none. */
export function* objectChecks(schema: OpenApiSchema, compile: Compile): Iterable<Check> {
  for (const check of objectRules(schema, compile)) {
    yield (site, errors) => {
      if (isJsonObject(site.value)) check(site.value, site, errors);
    };
  }
}

type ObjectCheck = (object: JsonObject, site: Site, errors: FieldError[]) => void;

function* objectRules(schema: OpenApiSchema, compile: Compile): Iterable<ObjectCheck> {
  const names = schema.required ?? [];
  if (names.length > 0) {
    yield (object, { path }, errors) => {
      for (const name of names) {
        if (object[name] === undefined) errors.push(required(childPath(path, name)));
      }
    };
  }
  yield* sizeRules(schema);
  const members = memberRule(schema, compile);
  if (members) yield members;
  if (isEmbeddedResource(schema)) {
    yield (object, { path }, errors) => checkEmbedded(object, path, errors);
  }
}

function* sizeRules({ minProperties, maxProperties }: OpenApiSchema): Iterable<ObjectCheck> {
  if (maxProperties !== undefined) {
    yield (object, { path }, errors) => {
      const size = Object.keys(object).length;
      if (size > maxProperties) errors.push(tooMany(path, size, maxProperties));
    };
  }
  if (minProperties) {
    yield (object, site, errors) => {
      if (Object.keys(object).length >= minProperties) return;
      errors.push(breaks(site, `should have at least ${minProperties} properties`));
    };
  }
}

function memberRule(schema: OpenApiSchema, compile: Compile): ObjectCheck | undefined {
  const checks = new Map<string, Check>();
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    const check = compile(member);
    if (check) checks.set(name, check);
  }
  const declared = new Set(Object.keys(schema.properties ?? {}));
  const values = valuesOf(schema);
  const checkValue = values && compile(values);
  if (checks.size === 0 && !checkValue) return undefined;
  return (object, { old, path }, errors) => {
    const before = isJsonObject(old) ? old : undefined;
    for (const name of Object.keys(object)) {
      const check = declared.has(name) ? checks.get(name) : checkValue;
      if (!check) continue;
      check({ value: object[name], old: before?.[name], path: childPath(path, name) }, errors);
    }
  };
}

/** Checks of lists; they pass over what is none. */
export function* listChecks(schema: OpenApiSchema, compile: Compile): Iterable<Check> {
  for (const check of listRules(schema, compile)) {
    yield (site, errors) => {
      if (Array.isArray(site.value)) check(site.value, site, errors);
    };
  }
}

type ListCheck = (list: readonly unknown[], site: Site, errors: FieldError[]) => void;

function* listRules(schema: OpenApiSchema, compile: Compile): Iterable<ListCheck> {
  const { minItems, maxItems } = schema;
  if (maxItems !== undefined) {
    yield (list, { path }, errors) => {
      if (list.length > maxItems) errors.push(tooMany(path, list.length, maxItems));
    };
  }
  if (minItems) {
    yield (list, site, errors) => {
      if (list.length >= minItems) return;
      errors.push(breaks(site, `should have at least ${minItems} items`));
    };
  }
  const keyOf = entryKeyOf(schema);
  const items = itemsOf(schema);
  const checkItem = items && compile(items);
  if (checkItem)
    yield itemRule(checkItem, schema['x-kubernetes-list-type'] === 'map' ? keyOf : undefined);
  if (keyOf) yield uniqueRule(schema, keyOf);
}

/** An entry is the same as before when its keys are; in lists without keys nothing tells which is which. */
function itemRule(checkItem: Check, keyOf: EntryKey | undefined): ListCheck {
  return (list, { old, path }, errors) => {
    const before = keyOf && Array.isArray(old) ? indexEntries(old, keyOf) : undefined;
    for (let i = 0; i < list.length; i++) {
      const key = before && keyOf?.(list[i]);
      const site = {
        value: list[i],
        old: key === undefined ? undefined : before?.get(key),
        path: childPath(path, i),
      };
      checkItem(site, errors);
    }
  };
}

function indexEntries(list: readonly unknown[], keyOf: EntryKey): ReadonlyMap<string, unknown> {
  const index = new Map<string, unknown>();
  for (const entry of list) {
    const key = keyOf(entry);
    if (key !== undefined && !index.has(key)) index.set(key, entry);
  }
  return index;
}

/** What was no set before may go on being none. */
function uniqueRule(schema: OpenApiSchema, keyOf: EntryKey): ListCheck {
  return (list, { old, path }, errors) => {
    const doubles = doublesOf(list, keyOf);
    if (doubles.length === 0) return;
    if (Array.isArray(old) && doublesOf(old, keyOf).length > 0) return;
    for (const i of doubles) errors.push(duplicate(childPath(path, i), keyValues(schema, list[i])));
  };
}

function doublesOf(list: readonly unknown[], keyOf: EntryKey): readonly number[] {
  const seen = new Set<string>();
  const doubles: number[] = [];
  list.forEach((entry, i) => {
    const key = keyOf(entry);
    if (key === undefined) return;
    if (seen.has(key)) doubles.push(i);
    seen.add(key);
  });
  return doubles;
}
