import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type TestGraphql, testGraphql } from '../../support/graphql-server.ts';

let plane: TestGraphql;

beforeAll(async () => {
  plane = await testGraphql();
});

afterAll(async () => plane[Symbol.asyncDispose]());

interface Warned {
  readonly extensions?: { readonly warnings?: readonly string[] };
}

interface Applied {
  readonly message: string;
  readonly error: { readonly message: string } | null;
}

async function apply(manifest: string): Promise<{ message: string; warnings: readonly string[] }> {
  const response = (await plane.client.send<{ apply: readonly Applied[] }>(
    'mutation ($manifest: String!) { apply(manifest: $manifest) { message error { message } } }',
    { manifest },
  )) as Warned & { data: { apply: readonly Applied[] } };
  const [applied] = response.data.apply;
  return { message: applied?.message ?? '', warnings: response.extensions?.warnings ?? [] };
}

async function read<T>(resource: string, name: string): Promise<T> {
  const { object } = await plane.client.request<{ object: T }>(
    'query ($resource: String!, $name: String!) { object(resource: $resource, name: $name) }',
    { resource, name },
  );
  return object;
}

/** What the table of one object shows, by column; ages would differ. */
async function cellsOf(resource: string): Promise<Record<string, string>> {
  const { tables } = await plane.client.request<{
    tables: { columns: { name: string }[]; rows: { cells: string[] }[] }[];
  }>(
    `query ($resource: String!) {
      tables(resource: $resource, name: "shown") { columns { name } rows { cells } }
    }`,
    { resource },
  );
  const [table] = tables;
  const cells = table?.columns.map(({ name }, index) => [name, table.rows[0]?.cells[index]]);
  return Object.fromEntries((cells ?? []).filter(([name]) => name !== 'Age'));
}

const web = (apiVersion: string, name: string): string => `
apiVersion: ${apiVersion}
kind: Deployment
metadata:
  name: ${name}
spec:
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      containers:
        - name: web
          image: nginx:1.7.9
`;

const DEFINITION = `
apiVersion: apiextensions.k8s.io/v1beta1
kind: CustomResourceDefinition
metadata:
  name: crontabs.stable.example.com
spec:
  group: stable.example.com
  version: v1
  scope: Namespaced
  names: {plural: crontabs, kind: CronTab, shortNames: [ct]}
  subresources: {status: {}}
  additionalPrinterColumns:
    - {name: Spec, type: string, JSONPath: .spec.cronSpec}
  validation:
    openAPIV3Schema:
      properties:
        spec:
          required: [cronSpec]
          properties:
            cronSpec: {type: string, pattern: '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$'}
            replicas: {type: integer, minimum: 1, maximum: 10}
`;

const cronTab = (spec: string): string => `
apiVersion: stable.example.com/v1
kind: CronTab
metadata: {name: nightly}
spec: ${spec}
`;

describe('a manifest of 2017', () => {
  test('applies with a warning that names the replacement', async () => {
    const { message, warnings } = await apply(web('apps/v1beta2', 'web'));
    expect(message).toBe('deployment.apps/web created');
    expect(warnings).toEqual([
      'apps/v1beta2 Deployment is deprecated in v1.9+, unavailable in v1.16+; use apps/v1 Deployment',
    ]);
  });

  test('makes an object of today’s version', async () => {
    await apply(web('apps/v1beta2', 'stored'));
    const stored = await read<object>('deployments', 'stored');
    expect(stored).toMatchObject({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 },
    });
    expect(await read('deployments.v1beta2.apps', 'stored')).toEqual({
      ...stored,
      apiVersion: 'apps/v1beta2',
    });
  });

  test('keeps the defaults of its version', async () => {
    const { message, warnings } = await apply(web('extensions/v1beta1', 'older'));
    expect(message).toBe('deployment.extensions/older created');
    expect(warnings).toEqual([
      'extensions/v1beta1 Deployment is deprecated in v1.8+, unavailable in v1.16+; use apps/v1 Deployment',
    ]);
    expect(await read('deployments', 'older')).toMatchObject({
      apiVersion: 'apps/v1',
      metadata: { labels: { app: 'older' } },
      spec: { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } },
    });
  });

  test('is left unchanged by applying it again, and can go on in today’s version', async () => {
    await apply(web('extensions/v1beta1', 'again'));
    expect((await apply(web('extensions/v1beta1', 'again'))).message).toBe(
      'deployment.extensions/again unchanged',
    );
    const { message, warnings } = await apply(web('apps/v1', 'again'));
    expect(message).toBe('deployment.apps/again configured');
    expect(warnings).toEqual([]);
  });

  test('makes objects that are listed once', async () => {
    await apply(web('extensions/v1beta1', 'once'));
    const { tables } = await plane.client.request<{
      tables: {
        resource: { name: string; group: string; version: string };
        rows: { cells: string[] }[];
      }[];
    }>('query { tables(resource: "all") { resource { name group version } rows { cells } } }');
    const deployments = tables.filter(({ resource }) => resource.name === 'deployments');
    expect(deployments.map(({ resource }) => resource)).toEqual([
      { name: 'deployments', group: 'apps', version: 'v1' },
    ]);
    const names = deployments.flatMap(({ rows }) => rows.map(({ cells: [name] }) => name));
    expect(names.filter((name) => name === 'once')).toEqual(['once']);
  });

  test('shows the columns of today’s version', async () => {
    await apply(web('extensions/v1beta1', 'shown'));
    const [now, old] = await Promise.all(['deployments', 'deployments.extensions'].map(cellsOf));
    expect(old).toEqual(now);
    expect(now).toMatchObject({ Name: 'shown', Ready: '0/1' });
  });

  test.each([
    'query { extensions { v1beta1 { deployments { items { metadata { name } } } } } }',
    'query { extensions { v1beta1 { deployment(namespace: "default", name: "web") { kind } } } }',
    'query { objects(resource: "deployments.extensions") }',
    'query { object(resource: "deployments.extensions", name: "web") }',
    'query { tables(resource: "deployments.extensions") { rows { cells } } }',
    'mutation { scaleExtensionsV1beta1Deployment(namespace: "default", name: "web", replicas: 2) { kind } }',
  ])('warns whoever says %s', async (document) => {
    const { extensions } = (await plane.client.send(document)) as Warned;
    expect(extensions?.warnings).toEqual([
      'extensions/v1beta1 Deployment is deprecated in v1.8+, unavailable in v1.16+; use apps/v1 Deployment',
    ]);
  });

  test('has relations as any Deployment has', async () => {
    await apply(web('extensions/v1beta1', 'related'));
    const { extensions } = await plane.client.request<{ extensions: unknown }>(
      `query {
        extensions { v1beta1 { deployment(namespace: "default", name: "related") {
          apiVersion spec { rollbackTo { revision } } replicaSets { metadata { name } } pods { metadata { name } }
        } } }
      }`,
    );
    expect(extensions).toEqual({
      v1beta1: {
        deployment: {
          apiVersion: 'extensions/v1beta1',
          spec: { rollbackTo: null },
          replicaSets: [],
          pods: [],
        },
      },
    });
  });

  test('defines custom resources, whose objects keep what their schema does not know', async () => {
    const { message, warnings } = await apply(DEFINITION);
    expect(message).toBe(
      'customresourcedefinition.apiextensions.k8s.io/crontabs.stable.example.com created',
    );
    expect(warnings).toEqual([
      'apiextensions.k8s.io/v1beta1 CustomResourceDefinition is deprecated in v1.16+, unavailable in v1.22+; use apiextensions.k8s.io/v1 CustomResourceDefinition',
    ]);
    expect((await apply(DEFINITION)).message).toBe(
      'customresourcedefinition.apiextensions.k8s.io/crontabs.stable.example.com unchanged',
    );
    const made = await apply(cronTab("{cronSpec: '* * * * */5', image: mine, deep: {er: 1}}"));
    expect(made.message).toBe('crontab.stable.example.com/nightly created');
    expect(await read('ct', 'nightly')).toMatchObject({
      spec: { cronSpec: '* * * * */5', image: 'mine', deep: { er: 1 } },
    });
    const name = 'crontabs.stable.example.com';
    expect(await read('customresourcedefinitions.v1.apiextensions.k8s.io', name)).toMatchObject({
      spec: { versions: [{ name: 'v1', subresources: { status: {} } }] },
    });
    expect(
      await read('customresourcedefinitions.v1beta1.apiextensions.k8s.io', name),
    ).toMatchObject({
      spec: {
        version: 'v1',
        preserveUnknownFields: true,
        additionalPrinterColumns: [{ JSONPath: '.spec.cronSpec' }],
      },
    });
  });
});
