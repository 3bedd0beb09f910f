import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeObject, validateStructure } from '../../../../src/scheme/decode.ts';
import { STRATEGIES } from '../../../../src/scheme/groups/strategies.ts';
import type { ApiObject } from '../../../../src/scheme/object.ts';
import type { ResourceDefinition } from '../../../../src/scheme/resource.ts';
import { createScheme } from '../../../../src/scheme/scheme.ts';
import type { FieldType } from '../../../../src/scheme/structural-schema.ts';
import { arbitraryObject } from '../../../support/arbitrary-object.ts';
import { testSeed } from '../../../support/test-seed.ts';

const RUNS_PER_KIND = 8;
const seed = testSeed();
const scheme = createScheme({ strategies: STRATEGIES });
const withRules = scheme
  .served()
  // Objects are judged in the version that they are stored in.
  .filter((definition) => scheme.storageOf(definition) === definition)
  .filter((definition) => scheme.strategy(definition).validate)
  .map((definition): [string, ResourceDefinition] => [
    `${definition.group}/${definition.version} ${definition.kind}`,
    definition,
  ]);

/** The same value with every word of a closed set replaced by one that is in none. */
function breakWords(type: FieldType, value: unknown, isClosed: boolean): unknown {
  if (value === undefined || value === null) return value;
  switch (type.kind) {
    case 'list':
      return (value as unknown[]).map((item) => breakWords(type.items, item, isClosed));
    case 'map':
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, breakWords(type.values, item, isClosed)]),
      );
    case 'ref':
      return breakStruct(type.name, value as Record<string, unknown>);
    default:
      return isClosed ? 'Bogus' : value;
  }
}

function breakStruct(typeName: string, value: Record<string, unknown>): Record<string, unknown> {
  const fields = scheme.type(typeName)?.fields ?? {};
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const field = fields[name];
      return [name, field ? breakWords(field.type, member, field.enum !== undefined) : member];
    }),
  );
}

test.each(withRules)(
  '%s: its rules do not trip over words outside their closed sets',
  (_name, definition) => {
    const strategy = scheme.strategy(definition);
    const judge = (object: ApiObject) => {
      strategy.prepareForCreate?.(object);
      expect(Array.isArray(strategy.validate?.(object))).toBe(true);
      strategy.validateCreate?.(object);
      strategy.validateUpdate?.(object, object);
    };
    const property = fc.property(arbitraryObject(scheme, definition), (input) => {
      const broken = breakStruct(definition.schemaName, input as Record<string, unknown>);
      const { object } = decodeObject(scheme, definition, broken, { fieldValidation: 'Strict' });
      strategy.applyDefaults?.(object);
      const missing = validateStructure(scheme, definition, object).some(
        ({ type }) => type === 'FieldValueRequired',
      );
      if (missing) return;
      judge(object);
    });
    fc.assert(property, { seed, numRuns: RUNS_PER_KIND });
  },
);
