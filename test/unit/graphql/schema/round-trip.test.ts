import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  coerceInputValue,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  parseValue,
  valueFromAST,
} from 'graphql';
import { toJson } from '../../../../src/graphql/schema/input-values.ts';
import { toEnumName } from '../../../../src/graphql/schema/names.ts';
import { toTypeName } from '../../../../src/graphql/schema/served-kinds.ts';
import { arbitraryObject } from '../../../support/arbitrary-object.ts';
import { testSchema } from '../../../support/graphql-schema.ts';
import { testSeed } from '../../../support/test-seed.ts';

const { scheme, schema } = testSchema('api/all=true');

/** How a client writes a JSON value for an input type: fields and enum values in their GraphQL spelling. */
function toInput(type: GraphQLInputType, value: unknown): unknown {
  if (isNonNullType(type)) return toInput(type.ofType, value);
  if (isListType(type)) return (value as unknown[]).map((item) => toInput(type.ofType, item));
  if (isEnumType(type)) return toEnumName(String(value));
  if (!isInputObjectType(type)) return value;
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const jsonName = (field.extensions.jsonName as string | undefined) ?? field.name;
    const member = (value as Record<string, unknown>)[jsonName];
    return member === undefined ? [] : [[field.name, toInput(field.type, member)] as const];
  });
  return Object.fromEntries(fields);
}

/** The literal of an input value. Objects of scalars have keys that literals cannot spell, so they come as variables. */
function toLiteral(
  type: GraphQLInputType,
  value: unknown,
  variables: Record<string, unknown>,
): string {
  if (isNonNullType(type)) return toLiteral(type.ofType, value, variables);
  if (isEnumType(type)) return String(value);
  if (isListType(type)) {
    return `[${(value as unknown[]).map((item) => toLiteral(type.ofType, item, variables)).join(' ')}]`;
  }
  if (isInputObjectType(type)) {
    const members = Object.entries(value as object).map(([name, member]) => {
      const field = type.getFields()[name];
      return field ? `${name}: ${toLiteral(field.type, member, variables)}` : '';
    });
    return `{${members.join(' ')}}`;
  }
  if (typeof value !== 'object') return JSON.stringify(value);
  const name = `v${Object.keys(variables).length}`;
  variables[name] = value;
  return `$${name}`;
}

function refuse(path: readonly (string | number)[], value: unknown, error: Error): never {
  throw new Error(`${path.join('.')}: ${JSON.stringify(value)}: ${error.message}`);
}

/** Kinds whose types are those of Pod and Deployment over again: they would take most of the time and find nothing new. */
const ALIKE = /^(PodTemplate|ReplicationController|ReplicaSet|DaemonSet|StatefulSet|Job|CronJob)$/;

/** One definition a schema: old versions may have today's, and then have today's type. */
const distinct = new Map([...scheme.served()].reverse().map((one) => [one.schemaName, one]));

const cases = [...distinct.values()]
  .filter(({ verbs, kind }) => verbs.includes('create') && !ALIKE.test(kind))
  .map((definition) => [toTypeName(definition), definition] as const)
  // An old version with the fields of today has today's input type.
  .filter(([typeName]) => schema.getType(`${typeName}Input`));
const seed = testSeed();

test.each(cases)('%s: nothing is lost from JSON to input and back', (typeName, definition) => {
  const type = schema.getType(`${typeName}Input`) as GraphQLInputType;
  fc.assert(
    fc.property(arbitraryObject(scheme, definition), (object) => {
      // Through JSON, as on the wire: -0 and undefined do not exist there.
      const json = JSON.parse(JSON.stringify(object)) as unknown;
      const input = toInput(type, json);
      expect(toJson(type, coerceInputValue(input, type, refuse))).toEqual(json);
      const variables: Record<string, unknown> = {};
      const literal = valueFromAST(parseValue(toLiteral(type, input, variables)), type, variables);
      expect(toJson(type, literal)).toEqual(json);
    }),
    { numRuns: 2, seed },
  );
});
