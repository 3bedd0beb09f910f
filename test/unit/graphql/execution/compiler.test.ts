import { describe, expect, test } from '@jest/globals';
import {
  buildASTSchema,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  parse,
} from 'graphql';
import { prepareOperation } from '../../../../src/graphql/execution/compiler.ts';
import { JSON_SCALAR } from '../../../../src/graphql/schema/scalars.ts';
import { ApiError } from '../../../../src/scheme/errors.ts';

const SDL = `
  scalar JSON
  enum Phase { Running Pending }
  interface Thing { name: String! }
  type Pod implements Thing {
    name: String! phase: Phase labels: JSON count: Int
    node: Node required: String! failing: String nodes: [Node!] parents: [Thing]
  }
  type Node implements Thing { name: String! pods: [Pod!]! }
  input Spec { replicas: Int! name: String = "unnamed" nested: Spec tags: [String!] }
  type Query {
    pods(limit: Int = 2, phase: Phase): [Pod!]
    pod(name: String!): Pod
    echo(value: JSON, spec: Spec, list: [Int!]): JSON
    mustFail: String!
    things: [Thing!]!
  }
  type Mutation { set(value: Int!): Int }
  type Subscription { watch: Pod }
`;

interface Pod {
  readonly __typename: 'Pod';
  readonly name: string;
  readonly phase: string | null;
  readonly labels: object;
  readonly count: unknown;
}

const pods: readonly Pod[] = ['a', 'b', 'c'].map((name, count) => ({
  __typename: 'Pod',
  name,
  phase: count === 2 ? null : 'Running',
  labels: { app: name, 'x/y': 1 },
  count,
}));
const node = { __typename: 'Node', name: 'node-1', pods };

type Resolvers = Record<string, Record<string, (source: unknown, args: never) => unknown>>;

const refused = (): never => {
  throw new ApiError('NotFound', 'pods "x" not found');
};

const resolvers: Resolvers = {
  Query: {
    pods: async (_, { limit }: { limit: number }) => pods.slice(0, limit),
    pod: (_, { name }: { name: string }) => pods.find((pod) => pod.name === name) ?? refused(),
    echo: (_, args) => args,
    mustFail: async () => refused(),
    things: () => [pods[0], node],
  },
  Pod: {
    node: async () => node,
    nodes: () => [node, node],
    failing: (source) => ((source as Pod).name === 'b' ? refused() : 'fine'),
    required: (source) => ((source as Pod).name === 'b' ? null : 'here'),
    parents: () => [node],
  },
  Mutation: { set: async (_, { value }: { value: number }) => value },
};

function createSchema(): GraphQLSchema {
  const schema = buildASTSchema(parse(SDL));
  const json = schema.getType('JSON');
  Object.assign(json ?? {}, {
    parseLiteral: JSON_SCALAR.parseLiteral,
    parseValue: JSON_SCALAR.parseValue,
    serialize: JSON_SCALAR.serialize,
  });
  for (const [typeName, fields] of Object.entries(resolvers)) {
    const type = schema.getType(typeName);
    if (!type || !('getFields' in type)) throw new Error(`no type ${typeName}`);
    for (const [name, resolve] of Object.entries(fields)) {
      Object.assign(type.getFields()[name] ?? {}, { resolve });
    }
  }
  return schema;
}

const schema = createSchema();

/** As JSON: what the client gets. Where and what, but not in which order errors happened. */
function asSent(result: ExecutionResult): unknown {
  const errors = (result.errors ?? [])
    .map(({ message, path, locations }) => ({ message, path, locations }))
    .sort((a, b) => String(a.path).localeCompare(String(b.path)));
  return JSON.parse(JSON.stringify({ data: result.data, errors }));
}

async function run(query: string, variables: Record<string, unknown>, name?: string) {
  const document = parse(query);
  const operation = prepareOperation(schema, document, name);
  if (!operation) throw new Error('no such operation');
  const input = { contextValue: {}, variables };
  // The first run of a mutation is not compiled.
  await operation.run(input);
  const ours = await operation.run(input);
  const reference = await execute({
    schema,
    document,
    contextValue: {},
    variableValues: variables,
    ...(name ? { operationName: name } : {}),
  });
  return { ours, reference };
}

const AGREEING: readonly (readonly [string, string, Record<string, unknown>?])[] = [
  ['lists with leaves', '{ pods { name phase labels count } }'],
  [
    'aliases and fragments',
    '{ a: pods(limit: 1) { ...F } ...G } fragment F on Pod { n: name } fragment G on Query { b: pods { ...F } }',
  ],
  ['relations of relations', '{ pods { node { name pods { name nodes { name } } } } }'],
  ['argument defaults', '{ pods { name } }'],
  ['absent variables with a default', 'query ($n: Int) { pods(limit: $n) { name } }'],
  ['variables with their own default', 'query ($n: Int = 3) { pods(limit: $n) { name } }'],
  ['null for an optional variable', 'query ($p: Phase) { pods(phase: $p) { name } }', { p: null }],
  ['enum variables', 'query ($p: Phase) { pods(phase: $p) { name } }', { p: 'Running' }],
  [
    'input objects with defaults',
    'query ($s: Spec) { echo(spec: $s) }',
    { s: { replicas: 1, nested: { replicas: 2 } } },
  ],
  ['input objects in literals', '{ echo(spec: {replicas: 3, tags: ["a", "b"]}, list: 7) }'],
  [
    'variables inside of JSON literals',
    'query ($n: Int) { echo(value: {a: [{b: $n}]}) }',
    { n: 4 },
  ],
  [
    'variables inside of input objects',
    'query ($n: Int!) { echo(spec: {replicas: $n, nested: {replicas: $n}}) }',
    { n: 4 },
  ],
  [
    'skip and include',
    'query ($y: Boolean!) { pods { name @include(if: $y) phase @skip(if: $y) } }',
    { y: true },
  ],
  ['interfaces', '{ things { __typename name ... on Node { pods { name parents { name } } } } }'],
  ['type names', '{ __typename pods { __typename } }'],
  ['errors of nullable fields', '{ pods { name failing } }'],
  ['null in a non-null field', '{ pods(limit: 2) { required } }'],
  ['errors of a non-null root field', '{ mustFail pods { name } }'],
  ['errors of resolvers', '{ pod(name: "x") { name } }'],
  ['leaves that cannot be serialised', 'query ($n: Int) { pods(limit: $n) { count } }', { n: 1 }],
  ['mutations in order', 'mutation { a: set(value: 1) b: set(value: 2) }'],
  ['introspection', '{ __schema { types { name fields { name } } } __type(name: "Pod") { kind } }'],
  [
    'a wrong variable',
    'query ($s: Spec) { echo(spec: $s) }',
    { s: { replicas: 'many', wrong: 1 } },
  ],
  ['a missing variable', 'query ($n: Int!) { pods(limit: $n) { name } }'],
];

describe('a compiled operation answers as graphql-js does', () => {
  test.each(AGREEING)('to %s', async (_title, query, variables = {}) => {
    const { ours, reference } = await run(query, variables);
    expect(asSent(ours)).toEqual(asSent(reference));
  });

  test('to one of several operations', async () => {
    const { ours, reference } = await run(
      'query A { pods { name } } query B { pods { phase } }',
      {},
      'B',
    );
    expect(asSent(ours)).toEqual(asSent(reference));
  });
});

test('errors keep what was thrown, so that it can be translated', async () => {
  const { ours } = await run('{ pod(name: "x") { name } }', {});
  const [error] = ours.errors ?? [];
  expect(error).toBeInstanceOf(GraphQLError);
  expect(error?.originalError).toBeInstanceOf(ApiError);
});

test('a subscription runs its selection on the event that is its root', async () => {
  const operation = prepareOperation(
    schema,
    parse('subscription { w: watch { name node { name } } }'),
    null,
  );
  const result = await operation?.run({
    rootValue: { watch: pods[1] },
    contextValue: {},
    variables: {},
  });
  expect(asSent(result ?? {})).toEqual({
    data: { w: { name: 'b', node: { name: 'node-1' } } },
    errors: [],
  });
});

test('an operation that the document does not have is not prepared', () => {
  expect(prepareOperation(schema, parse('query A { __typename }'), 'B')).toBeUndefined();
  expect(
    prepareOperation(schema, parse('query A { __typename } query B { __typename }'), null),
  ).toBeUndefined();
});
