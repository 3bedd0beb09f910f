import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type TestGraphql, testGraphql } from '../../support/graphql-server.ts';

let plane: TestGraphql;

beforeAll(async () => {
  plane = await testGraphql();
});

afterAll(async () => plane[Symbol.asyncDispose]());

interface Applied {
  readonly document: number;
  readonly line: number;
  readonly operation: string;
  readonly reference: string | null;
  readonly message: string;
  readonly error: { reason: string; message: string } | null;
  readonly object: { metadata: { annotations: Record<string, string> | null } } | null;
}

async function apply(manifest: string, args = ''): Promise<readonly Applied[]> {
  const { apply: applied } = await plane.client.request<{ apply: readonly Applied[] }>(
    `mutation ($manifest: String!) {
      apply(manifest: $manifest${args}) {
        document line operation reference message error { reason message }
        object { metadata { annotations } }
      }
    }`,
    { manifest },
  );
  return applied;
}

const messages = (applied: readonly Applied[]): string[] => applied.map(({ message }) => message);

const nginx = (image: string, name = 'nginx-deployment'): string => `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 2
  selector:
    matchLabels:
      app: nginx
  template:
    metadata:
      labels:
        app: nginx
    spec:
      containers:
        - name: nginx
          image: ${image}
          ports:
            - containerPort: 80
`;

describe('apply', () => {
  test('creates, then leaves unchanged, then configures', async () => {
    expect(messages(await apply(nginx('nginx:1.7.9')))).toEqual([
      'deployment.apps/nginx-deployment created',
    ]);
    expect(messages(await apply(nginx('nginx:1.7.9')))).toEqual([
      'deployment.apps/nginx-deployment unchanged',
    ]);
    expect(messages(await apply(nginx('nginx:1.9.1')))).toEqual([
      'deployment.apps/nginx-deployment configured',
    ]);
  });

  test('applies every good document and reports each bad one with its number', async () => {
    const applied = await apply(
      [
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good-1}',
        'apiVersion: v1\nkind: [broken',
        'apiVersion: apps/v1\nkind: Deploymen\nmetadata: {name: x}',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: Bad_Name}',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {}',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good-2}\ndata: {a: "1"}',
      ].join('\n---\n'),
    );
    expect(applied.map(({ document, operation }) => `${document} ${operation}`)).toEqual([
      '1 CREATED',
      '2 FAILED',
      '3 FAILED',
      '4 FAILED',
      '5 FAILED',
      '6 CREATED',
    ]);
    expect(applied[1]?.message).toContain('error parsing YAML');
    expect(applied[2]?.message).toContain('no matches for kind "Deploymen" in version "apps/v1"');
    expect(applied[3]?.error?.reason).toBe('Invalid');
    expect(applied[4]?.message).toContain('resource name may not be empty');
    expect(applied.map(({ reference }) => reference)).toEqual([
      'configmap/good-1',
      null,
      null,
      'configmap/Bad_Name',
      null,
      'configmap/good-2',
    ]);
    expect(applied[5]?.line).toBe(20);
  });

  test('of a dry run stores nothing and says so', async () => {
    const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: dry}';
    expect(messages(await apply(manifest, ', dryRun: true'))).toEqual([
      'configmap/dry created (server dry run)',
    ]);
    expect(messages(await apply(manifest))).toEqual(['configmap/dry created']);
  });

  test('puts objects into the namespace that is asked for, and refuses those of another', async () => {
    const applied = await apply(
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: in, namespace: kube-public}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: cluster-wide}',
      ', namespace: "kube-system"',
    );
    expect(applied.map(({ operation }) => operation)).toEqual(['FAILED', 'CREATED']);
    expect(applied[0]?.message).toContain('does not match the namespace "kube-system"');
  });

  test('records the cause of the change', async () => {
    const args = ', changeCause: "orrery apply --record"';
    const manifest = nginx('nginx:1.7.9', 'recorded');
    const [created] = await apply(manifest, args);
    expect(created?.object?.metadata.annotations?.['kubernetes.io/change-cause']).toBe(
      'orrery apply --record',
    );
    expect(messages(await apply(manifest, args))).toEqual(['deployment.apps/recorded unchanged']);
  });

  test('of nothing is refused', async () => {
    const { errors } = await plane.client.send(
      'mutation { apply(manifest: "# nothing") { message } }',
    );
    expect(errors?.[0]).toMatchObject({
      message: 'no objects passed to apply',
      extensions: { code: 'BadRequest' },
    });
  });
});

describe('a transaction', () => {
  const TRANSACTION = `mutation ($writes: [TransactionWriteInput!]!) {
    transaction(writes: $writes) { kind metadata { name resourceVersion } }
  }`;
  const configMap = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
  });

  test('does all, at consecutive versions', async () => {
    const { transaction } = await plane.client.request<{
      transaction: { metadata: { name: string; resourceVersion: string } }[];
    }>(TRANSACTION, {
      writes: [
        { create: configMap('t1') },
        { create: configMap('t2') },
        { patch: { resource: 'cm', name: 'good-1', patch: { data: { x: 'y' } } } },
      ],
    });
    const versions = transaction.map(({ metadata }) => Number(metadata.resourceVersion));
    expect(transaction.map(({ metadata }) => metadata.name)).toEqual(['t1', 't2', 'good-1']);
    expect(versions).toEqual(versions.map((_, i) => (versions[0] ?? 0) + i));
  });

  test('does nothing when one write is refused', async () => {
    const { errors } = await plane.client.send(TRANSACTION, {
      writes: [
        { create: configMap('t3') },
        { delete: { resource: 'configmaps', name: 'nowhere' } },
      ],
    });
    expect(errors?.[0]?.extensions?.code).toBe('NotFound');
    const { objects } = await plane.client.request<{ objects: { items: unknown[] } }>(
      '{ objects(resource: "cm", fieldSelector: "metadata.name=t3") }',
    );
    expect(objects.items).toEqual([]);
  });
});

describe('generic access', () => {
  test('finds resources by what users call them', async () => {
    const query = 'query ($name: String) { apiResources(name: $name) { name group typeName } }';
    for (const name of ['deploy', 'Deployment', 'deployments.apps', 'deployments.v1.apps']) {
      expect(await plane.client.request(query, { name })).toEqual({
        apiResources: [{ name: 'deployments', group: 'apps', typeName: 'AppsV1Deployment' }],
      });
    }
    const { errors } = await plane.client.send(query, { name: 'deploys' });
    expect(errors?.[0]).toMatchObject({
      message: `the server doesn't have a resource type "deploys", did you mean "deploy"?`,
      extensions: { code: 'NotFound' },
    });
  });

  test('prints tables as kubectl does', async () => {
    const { tables } = await plane.client.request<{ tables: unknown[] }>(
      '{ tables(resource: "cm,ns", labelSelector: "!nothing", name: null) { resource { name } columns { name } rows { name cells } } }',
    );
    expect(tables).toMatchObject([
      {
        resource: { name: 'configmaps' },
        columns: [{ name: 'Name' }, { name: 'Data' }, { name: 'Age' }],
      },
      {
        resource: { name: 'namespaces' },
        columns: [{ name: 'Name' }, { name: 'Status' }, { name: 'Age' }],
      },
    ]);
  });

  test('creates, patches, reads and deletes as JSON', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'generic' } };
    const result = await plane.client.request(
      `mutation ($object: JSON!, $patch: JSON!) {
        createObject(object: $object)
        patchObject(resource: "cm", name: "generic", type: MERGE, patch: $patch)
        deleteObject(resource: "cm", name: "generic") { deleted }
      }`,
      { object, patch: { data: { a: 'b' } } },
    );
    expect(result).toMatchObject({
      createObject: { metadata: { name: 'generic', namespace: 'default' } },
      patchObject: { data: { a: 'b' } },
      deleteObject: { deleted: true },
    });
  });
});
