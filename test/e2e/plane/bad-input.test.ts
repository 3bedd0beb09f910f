/**
 * Bad input gets a clear error, and nothing is written: the server of these tests is an API without workers, so that the
 * resourceVersion stands still unless a request that should have been refused was not.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GraphqlClient, type GraphqlResponse } from '../../support/graphql-client.ts';
import { type Plane, startPlane } from './support/plane.ts';
import type { PlaneApi } from './support/plane-api.ts';
import { configMapManifest, deploymentManifest } from './support/workloads.ts';

let plane: Plane;
let api: PlaneApi;

beforeAll(async () => {
  plane = await startPlane({ args: ['--role', 'api'] });
  api = plane.api;
  await api.apply(deploymentManifest('taken'));
});

afterAll(async () => plane[Symbol.asyncDispose]());

/** Makes the request and expects that nothing is written. */
async function withoutWriting<T>(request: () => Promise<T>): Promise<T> {
  const before = await api.resourceVersion();
  const answer = await request();
  expect(await api.resourceVersion()).toBe(before);
  return answer;
}

interface Refusal {
  readonly reason: string;
  readonly message: string | RegExp;
}

const matching = (text: string | RegExp) =>
  typeof text === 'string' ? text : expect.stringMatching(text);

const APPLY = `mutation ($manifest: String!) {
  apply(manifest: $manifest) {
    document line operation message error { reason message details { causes { field reason } } }
  }
}`;

interface Applied {
  readonly apply: {
    readonly document: number;
    readonly line: number;
    readonly operation: string;
    readonly message: string;
    readonly error: {
      readonly reason: string;
      readonly message: string;
      readonly details: { readonly causes: { field: string }[] | null } | null;
    } | null;
  }[];
}

async function applyAll(manifest: string): Promise<Applied['apply']> {
  return (await api.graphql.request<Applied>(APPLY, { manifest })).apply;
}

async function expectRefused(manifest: string, { reason, message }: Refusal): Promise<string[]> {
  const [document, ...others] = await withoutWriting(() => applyAll(manifest));
  expect(others).toEqual([]);
  expect(document).toMatchObject({
    document: 1,
    operation: 'FAILED',
    error: { reason, message: matching(message) },
  });
  return (document?.error?.details?.causes ?? []).map(({ field }) => field);
}

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: nginx
          image: nginx:1.7.9
`;

interface Case extends Refusal {
  readonly name: string;
  readonly manifest: string;
  /** Where, when the object could be read. */
  readonly fields?: readonly string[];
}

const edited = (from: string, to: string): string => {
  if (!DEPLOYMENT.includes(from)) throw new Error(`the manifest has no ${from}`);
  return DEPLOYMENT.replace(from, to);
};

const CASES: readonly Case[] = [
  {
    name: 'that is not YAML gives the line and the column',
    manifest: 'apiVersion: v1\nkind: [unclosed\n',
    reason: 'BadRequest',
    message: /line 2|line 3/,
  },
  {
    name: 'of an unknown kind says what may have been meant',
    manifest: edited('kind: Deployment', 'kind: Deploymint'),
    reason: 'BadRequest',
    message: /no matches for kind "Deploymint" in version "apps\/v1".*did you mean "?Deployment"?/,
  },
  {
    name: 'of an unknown version says that there is none',
    manifest: edited('apps/v1', 'apps/v9'),
    reason: 'BadRequest',
    message: /no matches for kind "Deployment" in version "apps\/v9"/,
  },
  {
    name: 'with an unknown field gives its path and what may have been meant',
    manifest: edited('replicas: 2', 'replica: 2'),
    reason: 'BadRequest',
    message: /unknown field "spec\.replica", did you mean "replicas"/,
  },
  {
    name: 'with a wrong type gives the path, what was expected and what was found',
    manifest: edited('replicas: 2', 'replicas: two'),
    reason: 'BadRequest',
    message: /spec\.replicas: expected an integer, got the string "two"/,
  },
  {
    name: 'without a required field names it',
    manifest: edited('        - name: nginx\n          image', '        - image'),
    reason: 'Invalid',
    message:
      'Deployment.apps "web" is invalid: spec.template.spec.containers[0].name: Required value',
    fields: ['spec.template.spec.containers[0].name'],
  },
  {
    name: 'whose selector does not match its template says so',
    manifest: edited('matchLabels:\n      app: web', 'matchLabels:\n      app: other'),
    reason: 'Invalid',
    message: /spec\.template\.metadata\.labels: .*`selector` does not match template `labels`/,
    fields: ['spec.template.metadata.labels'],
  },
  {
    name: 'with a negative number of replicas shows it',
    manifest: edited('replicas: 2', 'replicas: -2'),
    reason: 'Invalid',
    message:
      'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -2: must be greater than or equal to 0',
    fields: ['spec.replicas'],
  },
  {
    name: 'with a name that is not DNS-1123 gives the rule',
    manifest: edited('name: web', 'name: Web_1'),
    reason: 'Invalid',
    message: /metadata\.name: Invalid value: "Web_1": .*lowercase RFC 1123 subdomain/,
    fields: ['metadata.name'],
  },
  {
    name: 'that changes an immutable field says so',
    manifest: edited('name: web', 'name: taken'),
    reason: 'Invalid',
    message: /spec\.selector: Invalid value: .*: field is immutable/,
    fields: ['spec.selector'],
  },
  {
    name: 'of a disabled alpha group says how to enable it',
    manifest:
      'apiVersion: resource.k8s.io/v1alpha3\nkind: ResourcePoolStatusRequest\nmetadata: {name: a}\n',
    reason: 'BadRequest',
    message: /--runtime-config=resource\.k8s\.io\/v1alpha3=true/,
  },
  ...['Stage', 'NodeProfile', 'Fault'].map((kind) => ({
    name: `of the simulation, a ${kind}, says how to enable it`,
    manifest: `apiVersion: simulation.orrery.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: a}\n`,
    reason: 'BadRequest',
    message: /--runtime-config=simulation\.orrery\.dev\/v1alpha1=true/,
  })),
  {
    name: 'that is no object at all says so',
    manifest: '- 1\n- 2\n',
    reason: 'BadRequest',
    message: /object|apiVersion/,
  },
];

describe('a manifest', () => {
  test.each(CASES)('$name', async ({ manifest, fields = [], ...refusal }) => {
    expect(await expectRefused(manifest, refusal)).toEqual(fields);
  });

  test('of three megabytes is refused with the limit', async () => {
    const data = { a: 'x'.repeat(3_000_000) };
    await expectRefused(JSON.stringify(configMapManifest('big', data)), {
      reason: 'RequestEntityTooLarge',
      message: /\d{7} bytes of JSON, the limit is 1572864 \(1\.5 MiB\)/,
    });
  });

  test('of which one document is bad has the others applied and that one reported with its number and line', async () => {
    const good = (name: string) => JSON.stringify(configMapManifest(name));
    const bad = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: Bad_Name';
    const documents = await applyAll([good('one'), bad, good('three')].join('\n---\n'));
    expect(documents).toMatchObject([
      { document: 1, operation: 'CREATED', message: 'configmap/one created', error: null },
      { document: 2, line: 3, operation: 'FAILED', error: { reason: 'Invalid' } },
      { document: 3, operation: 'CREATED', message: 'configmap/three created', error: null },
    ]);
    await expect(api.get('configmaps', 'three')).resolves.toMatchObject({ kind: 'ConfigMap' });
  });
});

async function expectError(
  query: string,
  variables: object,
  { reason, message }: Refusal,
): Promise<GraphqlResponse<unknown>> {
  const answer = await withoutWriting(() => api.graphql.send(query, { ...variables }));
  expect(answer.errors).toMatchObject([
    { message: matching(message), extensions: { code: reason } },
  ]);
  return answer;
}

const CREATE = `mutation ($input: AppsV1DeploymentInput!) {
  createAppsV1Deployment(input: $input) { metadata { name } }
}`;

function input(name: string): Record<string, unknown> {
  const { apiVersion: _, kind: __, ...rest } = deploymentManifest(name) as Record<string, unknown>;
  return rest;
}

describe('a mutation', () => {
  test('that creates a duplicate says so', async () => {
    await expectError(
      CREATE,
      { input: input('taken') },
      { reason: 'AlreadyExists', message: 'deployments.apps "taken" already exists' },
    );
  });

  test('with a stale resourceVersion conflicts, and says what to do', async () => {
    const update = `mutation ($input: AppsV1DeploymentInput!) {
      updateAppsV1Deployment(input: $input) { metadata { name } }
    }`;
    const stale = { ...input('taken'), metadata: { name: 'taken', resourceVersion: '1' } };
    await expectError(
      update,
      { input: stale },
      {
        reason: 'Conflict',
        message:
          /Operation cannot be fulfilled on deployments\.apps "taken": the object has been modified; please apply your changes to the latest version and try again/,
      },
    );
  });

  test('of an invalid object carries a Status with every cause by its path', async () => {
    const bad = input('Bad_Name');
    const spec = { ...(bad.spec as object), replicas: -1 };
    const { errors } = await expectError(
      CREATE,
      { input: { ...bad, spec } },
      { reason: 'Invalid', message: /^Deployment\.apps "Bad_Name" is invalid: \[/ },
    );
    const status = errors?.[0]?.extensions?.status;
    expect(status).toMatchObject({ kind: 'Status', status: 'Failure', code: 422 });
    const fields = status?.details?.causes?.map(({ field }) => field);
    expect(fields).toEqual(expect.arrayContaining(['metadata.name', 'spec.replicas']));
  });

  test.each([
    ['an unknown field', { replica: 2 }, /Field "replica" is not defined.*Did you mean "replicas"/],
    ['a wrong type', { replicas: 'two' }, /replicas.*Int cannot represent/],
    ['a missing required field', { template: undefined }, /Field "template" of required type/],
  ])('with %s is refused by the schema, with the path', async (_what, change, message) => {
    const object = input('web');
    const spec = { ...(object.spec as object), ...change };
    await expectError(
      CREATE,
      { input: { ...object, spec } },
      { reason: 'BAD_USER_INPUT', message },
    );
  });

  test('of three megabytes is refused with the limit', async () => {
    const create =
      'mutation ($input: CoreV1ConfigMapInput!) { createCoreV1ConfigMap(input: $input) { kind } }';
    const big = { metadata: { name: 'big' }, data: { a: 'x'.repeat(3_000_000) } };
    await expectError(
      create,
      { input: big },
      {
        reason: 'RequestEntityTooLarge',
        message: /3\d{6} bytes of JSON, the limit is 1572864 \(1\.5 MiB\)/,
      },
    );
  });
});

describe('a query', () => {
  test('with a selector that does not parse shows where', async () => {
    await expectError(
      '{ core { v1 { pods(labelSelector: "app in (a") { items { kind } } } } }',
      {},
      { reason: 'BadRequest', message: /unable to parse label selector "app in \(a"/ },
    );
  });

  test('of a type of a disabled alpha group does not exist', async () => {
    await expectError(
      '{ resource { v1alpha3 { kind } } }',
      {},
      { reason: 'GRAPHQL_VALIDATION_FAILED', message: /Cannot query field "v1alpha3"/ },
    );
  });

  test.each([
    [
      'malformed',
      '{ core { v1 {',
      'GRAPHQL_PARSE_FAILED',
      /Syntax Error: Expected Name, found <EOF>/,
    ],
    [
      'with an unknown field',
      '{ core { v1 { podz { kind } } } }',
      'GRAPHQL_VALIDATION_FAILED',
      /Cannot query field "podz" on type "CoreV1"\. Did you mean.*"pods"/,
    ],
    [
      'too deep',
      `${'{ core '.repeat(40)}${'}'.repeat(40)}`,
      'QUERY_LIMIT_EXCEEDED',
      'Query refused: the depth of the operation is 40, the limit is 30',
    ],
    [
      'with too many aliases',
      `{ ${Array.from({ length: 300 }, (_, i) => `a${i}: __typename`).join(' ')} }`,
      'QUERY_LIMIT_EXCEEDED',
      /the number of aliases of the operation is 300, the limit is 250/,
    ],
    ['that is huge', `{ ${'__typename '.repeat(50_000)} }`, 'QUERY_LIMIT_EXCEEDED', /20.?000/],
  ])('%s is refused with the limit or the place', async (_what, query, reason, message) => {
    await expectError(query, {}, { reason, message });
  });
});

describe('a request', () => {
  test.each([
    ['without a token', ''],
    ['with a wrong token', 'wrong'],
  ])('%s gets 401 and a Status, and a subscription is refused', async (_what, token) => {
    await using anonymous = new GraphqlClient({ url: plane.server.url, token });
    const response = await anonymous.sendBody(JSON.stringify({ query: '{ __typename }' }));
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ kind: 'Status', reason: 'Unauthorized' });
    const watch = anonymous.subscribe('subscription { watchCoreV1Pods { type } }');
    expect((await watch.ended)?.message).toMatch(/closed with 440[0-9]/);
  });

  test.each([
    ['that is not JSON', '{"query": ', 400],
    ['without a query', '{}', 400],
    ['that is no object', '"hello"', 400],
    ['larger than any manifest', JSON.stringify({ query: 'x'.repeat(17 * 1024 * 1024) }), 413],
  ])('%s is refused', async (_what, body, status) => {
    const response = await withoutWriting(() => api.graphql.sendBody(body));
    expect(response.status).toBe(status);
    expect(await response.text()).toMatch(/not JSON|query|too large|object/i);
  });

  test('of another media type is refused, and names the right one', async () => {
    const response = await api.graphql.sendBody('{ __typename }', { 'content-type': 'text/csv' });
    expect(response.status).toBe(415);
    expect(await response.text()).toContain('application/json');
  });
});
