import fc from 'fast-check';
import type { ResourceDefinition } from '../../src/scheme/resource.ts';
import type { Scheme } from '../../src/scheme/scheme.ts';
import type { FieldType } from '../../src/scheme/structural-schema.ts';

/** Deeper than this only what is required is generated, so that objects stay small and recursion ends. */
const MAX_DEPTH = 6;

/** Objects of the kind of `definition` with random fields of the right types, before defaulting. */
export function arbitraryObject(
  scheme: Scheme,
  definition: ResourceDefinition,
): fc.Arbitrary<object> {
  return arbitraryStruct(scheme, definition.schemaName, 0).map((fields) => {
    const { apiVersion: _apiVersion, kind: _kind, ...rest } = fields;
    return rest;
  });
}

type ArbitraryStruct = fc.Arbitrary<Record<string, unknown>>;

/** Building an arbitrary costs more than drawing from it. */
const built = new WeakMap<Scheme, Map<string, ArbitraryStruct>>();

function arbitraryStruct(scheme: Scheme, typeName: string, depth: number): ArbitraryStruct {
  const known = built.get(scheme) ?? new Map<string, ArbitraryStruct>();
  built.set(scheme, known);
  const key = `${typeName} ${Math.min(depth, MAX_DEPTH)}`;
  const found = known.get(key) ?? buildStruct(scheme, typeName, depth);
  known.set(key, found);
  return found;
}

function buildStruct(scheme: Scheme, typeName: string, depth: number): ArbitraryStruct {
  const schema = scheme.type(typeName);
  if (!schema) throw new Error(`no type ${typeName}`);
  if (schema.opaque) return fc.constant({ any: 'thing', nested: [1, { a: null }] });
  const model: Record<string, fc.Arbitrary<unknown>> = {};
  const requiredKeys: string[] = [];
  for (const [field, { type, enum: members, required }] of Object.entries(schema.fields)) {
    if (!required && depth >= MAX_DEPTH) continue;
    model[field] = arbitraryValue(scheme, type, members, depth + 1);
    if (required) requiredKeys.push(field);
  }
  return fc.record(model, { requiredKeys });
}

function arbitraryValue(
  scheme: Scheme,
  type: FieldType,
  members: readonly string[] | undefined,
  depth: number,
): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'list':
      return fc.array(arbitraryValue(scheme, type.items, members, depth), { maxLength: 2 });
    case 'map':
      return fc.dictionary(arbitraryWord(), arbitraryValue(scheme, type.values, members, depth), {
        maxKeys: 2,
      });
    case 'ref':
      return arbitraryStruct(scheme, type.name, depth);
    default:
      return members ? fc.constantFrom(...members) : arbitraryScalar(type);
  }
}

function arbitraryWord(): fc.Arbitrary<string> {
  return fc.stringMatching(/^[a-z]{1,5}$/);
}

const TEXTS = {
  byte: ['', 'YQ==', 'YWJj'],
  'date-time': ['2026-01-31T08:00:00Z', '1999-12-31T23:59:59Z'],
  duration: ['1s', '5m'],
  'micro-time': ['2026-01-31T08:00:00.000001Z'],
  quantity: ['0', '1', '500m', '1536Mi', '2Gi'],
} as const;

function arbitraryScalar(type: FieldType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'string':
      return type.format ? fc.constantFrom(...TEXTS[type.format]) : arbitraryWord();
    case 'integer':
      return fc.integer();
    case 'number':
      // JSON has no negative zero.
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value || 0);
    case 'boolean':
      return fc.boolean();
    case 'int-or-string':
      return fc.oneof(fc.integer(), arbitraryWord());
    default:
      // As it comes off the wire, without the key that is refused before anything is.
      return fc
        .json({ maxDepth: 2 })
        .filter((text) => !text.includes('"__proto__"') && !/-0(?![.\d])/.test(text))
        .map((text): unknown => JSON.parse(text));
  }
}
