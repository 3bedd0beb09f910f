import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TEST_TOKEN, type TestGraphql, testGraphql } from '../../support/graphql-server.ts';

let plane: TestGraphql;
let accepts = 0;

beforeAll(async () => {
  plane = await testGraphql();
});

afterAll(async () => plane[Symbol.asyncDispose]());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function post(body: object, accept: string): Promise<Answer> {
  const response = await fetch(`${plane.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${TEST_TOKEN}`,
      accept,
    },
    body: JSON.stringify(body),
  });
  const { date: _, ...headers } = Object.fromEntries(response.headers);
  return { status: response.status, headers, body: await response.text() };
}

/** Apollo writes every answer to a media type that it has not met. */
const neverMet = (): string => `application/json, application/x-never-met-${++accepts}`;

const VERSION = '{ version { major } }';
const NAMED = 'query A { version { major } } query B { version { minor } }';
const READ = `query ($name: String!) { core { v1 { configMap(namespace: "default", name: $name) { kind } } } }`;
const TRY = `mutation ($input: CoreV1ConfigMapInput!) {
  createCoreV1ConfigMap(input: $input, dryRun: true) { metadata { name namespace } data }
}`;

const REQUESTS: ReadonlyArray<readonly [title: string, body: object]> = [
  ['a query', { query: VERSION }],
  ['a query with nulls beside it', { query: VERSION, variables: null, operationName: null }],
  ['one of two operations', { query: NAMED, operationName: 'B' }],
  ['one of two operations that is not named', { query: NAMED }],
  ['an operation that is not there', { query: NAMED, operationName: 'C' }],
  ['introspection', { query: '{ __schema { queryType { name } } }' }],
  ['what is not found', { query: READ, variables: { name: 'absent' } }],
  ['a variable of another type', { query: READ, variables: { name: 7 } }],
  ['a variable that is missing', { query: READ }],
  ['a field that is not there', { query: '{ version { nothing } }' }],
  ['what cannot be parsed', { query: '{ version {' }],
  ['no query', { query: '' }],
  ['a mutation', { query: TRY, variables: { input: { metadata: { name: 'a' } } } }],
  [
    'a mutation that is invalid',
    { query: TRY, variables: { input: { metadata: { name: 'A_' } } } },
  ],
  ['a subscription', { query: 'subscription { watchCoreV1Pods { type } }' }],
  ['variables that are a list', { query: VERSION, variables: [] }],
  ['variables that are a string', { query: VERSION, variables: '{}' }],
  ['an operation name that is a number', { query: VERSION, operationName: 1 }],
  ['extensions of a client', { query: VERSION, extensions: { clientLibrary: { name: 'x' } } }],
  ['extensions that are a string', { query: VERSION, extensions: 'x' }],
  [
    'a persisted query',
    { query: VERSION, extensions: { persistedQuery: { version: 1, sha256Hash: 'a' } } },
  ],
  ['a list of requests', [{ query: VERSION }]],
];

test.each(REQUESTS)(
  '%s is answered the same whether Apollo writes the answer or not',
  async (_title, body) => {
    await post({ query: VERSION }, '*/*');
    const byApollo = await post(body, neverMet());
    expect(await post(body, '*/*')).toEqual(byApollo);
    expect(await post(body, '*/*')).toEqual(byApollo);
  },
);

test('an answer has the media type that is asked for, however often', async () => {
  const accept = 'application/graphql-response+json, application/json;q=0.9';
  const first = await post({ query: VERSION }, accept);
  expect(first.headers['content-type']).toBe('application/graphql-response+json; charset=utf-8');
  expect(await post({ query: VERSION }, accept)).toEqual(first);
});

test('a media type that nobody can send is refused, however often', async () => {
  const refused = await post({ query: VERSION }, 'image/png');
  expect(refused.status).toBe(406);
  expect(await post({ query: VERSION }, 'image/png')).toEqual(refused);
});

test('an operation that fails has run once', async () => {
  const body = {
    query: `mutation { a: createCoreV1ConfigMap(input: { metadata: { generateName: "once-" } }) { kind }
      b: createCoreV1ConfigMap(input: { metadata: { name: "B_" } }) { kind } }`,
  };
  await post({ query: VERSION }, '*/*');
  const { body: text } = await post(body, '*/*');
  expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'Invalid' } }] });
  const list = await plane.client.request(
    '{ core { v1 { configMaps(namespace: "default") { items { metadata { name } } } } } }',
  );
  const names = JSON.stringify(list).match(/once-\w+/g);
  expect(names).toHaveLength(1);
});
