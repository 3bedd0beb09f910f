import { describe, expect, test } from '@jest/globals';
import { GraphQLError, getIntrospectionQuery, parse, validate } from 'graphql';
import { createCostRule } from '../../../../src/graphql/limits/cost-rule.ts';
import { measureDocument } from '../../../../src/graphql/limits/measure-document.ts';
import { parseDocument } from '../../../../src/graphql/limits/parse-document.ts';
import { DEFAULT_QUERY_LIMITS } from '../../../../src/graphql/limits/query-limits.ts';
import { testSchema } from '../../../support/graphql-schema.ts';

const { schema } = testSchema();

function refusal(source: string, limits = {}): GraphQLError {
  try {
    parseDocument(source, { ...DEFAULT_QUERY_LIMITS, ...limits });
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const nested = (depth: number): string => '{a'.repeat(depth) + '}'.repeat(depth);

describe('measuring', () => {
  test('counts fields of fragments as often as they are spread', () => {
    const size = measureDocument(
      parse('{ a { ...F ...F x: b } } fragment F on T { c { d } ...G } fragment G on T { e }'),
    );
    expect(size).toEqual({ depth: 3, fields: 8, aliases: 1 });
  });

  test('takes the largest operation', () => {
    expect(measureDocument(parse('query A { a } query B { a { b } }'))).toMatchObject({ depth: 2 });
  });

  test('ends for fragments that contain themselves', () => {
    expect(measureDocument(parse('{ ...F } fragment F on T { a ...F }')).fields).toBe(1);
  });

  test('takes time linear in the document, not in what it expands to', () => {
    const doubling = Array.from(
      { length: 60 },
      (_, i) => `fragment F${i} on T { ...F${i + 1} ...F${i + 1} }`,
    );
    const size = measureDocument(parse(`{ ...F0 } ${doubling.join(' ')} fragment F60 on T { a }`));
    expect(size.fields).toBe(2 ** 60);
  });
});

describe('a document is refused with a code and the limit', () => {
  test('when it is too deep', () => {
    const error = refusal(nested(31));
    expect(error.message).toBe('Query refused: the depth of the operation is 31, the limit is 30');
    expect(error.extensions.code).toBe('QUERY_LIMIT_EXCEEDED');
  });

  test('when it has too many tokens, whatever they nest', () => {
    expect(refusal(nested(20_000)).extensions.code).toBe('QUERY_LIMIT_EXCEEDED');
    expect(refusal(`{ a(x: ${'['.repeat(8_000)}${']'.repeat(8_000)}) }`).message).toMatch(
      /nested too deeply|Query refused|Syntax Error/,
    );
  });

  test('when it has too many fields or aliases', () => {
    expect(refusal('{ a b c }', { maxFields: 2 }).message).toContain('number of fields');
    expect(refusal('{ x: a y: a }', { maxAliases: 1 }).message).toContain('number of aliases');
  });

  test('when it is not GraphQL, with the place', () => {
    const error = refusal('{ pods { name ');
    expect(error.extensions.code).toBe('GRAPHQL_PARSE_FAILED');
    expect(error.locations).toEqual([{ line: 1, column: 15 }]);
  });
});

describe('cost', () => {
  const errorsOf = (query: string, maxCost: number) =>
    validate(schema, parse(query), [createCostRule(maxCost)]).map(({ message }) => message);
  const costOf = (query: string): number =>
    Number(/cost is (\d+)/.exec(errorsOf(query, -1)[0] ?? '')?.[1]);

  test('grows tenfold with each relation inside of another', () => {
    const pods = costOf('{ core { v1 { pods { items { kind } } } } }');
    const nodes = costOf('{ core { v1 { pods { items { node { kind } } } } } }');
    const podsOfNodes = costOf('{ core { v1 { pods { items { node { pods { kind } } } } } } }');
    expect([pods, nodes, podsOfNodes]).toEqual([14, 114, 1_114]);
  });

  test('is that of fragments where they are spread', () => {
    const inline = costOf('{ core { v1 { pods { items { node { kind } } } } } }');
    const spread = costOf(
      '{ core { v1 { pods { items { ...P } } } } } fragment P on CoreV1Pod { node { kind } }',
    );
    expect(spread).toBe(inline);
  });

  test('lets the useful pass and refuses what multiplies', () => {
    const useful =
      '{ apps { v1 { deployments { items { replicaSets { pods { node { kind } events { reason } } } } } } } }';
    expect(errorsOf(useful, DEFAULT_QUERY_LIMITS.maxCost)).toEqual([]);
    const round = 'node { pods { node { pods { node { kind } } } } }';
    expect(
      errorsOf(`{ core { v1 { pods { items { ${round} } } } } }`, DEFAULT_QUERY_LIMITS.maxCost),
    ).toHaveLength(1);
  });
});

test('the query that GraphiQL asks the schema with is within the limits', () => {
  const query = getIntrospectionQuery({
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
  });
  const document = parseDocument(query, DEFAULT_QUERY_LIMITS);
  expect(validate(schema, document, [createCostRule(DEFAULT_QUERY_LIMITS.maxCost)])).toEqual([]);
});
