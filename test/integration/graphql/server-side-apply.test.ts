import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type TestGraphql, testGraphql } from '../../support/graphql-server.ts';

let plane: TestGraphql;

beforeAll(async () => {
  plane = await testGraphql();
});

afterAll(async () => plane[Symbol.asyncDispose]());

const configMap = (name: string, data: Record<string, string>): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

interface Applied {
  readonly operation: string;
  readonly message: string;
  readonly error: {
    readonly reason: string;
    readonly details: { readonly causes: readonly { readonly field: string }[] } | null;
  } | null;
}

async function apply(manifest: string, args: string): Promise<Applied> {
  const { apply: applied } = await plane.client.request<{ apply: readonly Applied[] }>(
    `mutation ($manifest: String!) {
      apply(manifest: $manifest, serverSide: true, ${args}) {
        operation message error { reason details { causes { field } } }
      }
    }`,
    { manifest },
  );
  return applied[0] as Applied;
}

test('an apply may be server-side: its conflicts are told in place, and force takes over', async () => {
  const created = await apply(configMap('shared', { a: '1' }), 'fieldManager: "alice"');
  expect(created.message).toBe('configmap/shared serverside-applied');
  const refused = await apply(configMap('shared', { a: '2' }), 'fieldManager: "bob"');
  expect(refused).toEqual({
    operation: 'FAILED',
    message: 'Apply failed with 1 conflict: conflict with "alice": .data.a',
    error: { reason: 'Conflict', details: { causes: [{ field: '.data.a' }] } },
  });
  const forced = await apply(configMap('shared', { a: '2' }), 'fieldManager: "bob", force: true');
  expect(forced.operation).toBe('CONFIGURED');
});

test('managedFields are shown as Kubernetes writes them, typed and as JSON', async () => {
  await apply(configMap('shown', { a: '1' }), 'fieldManager: "alice"');
  const { core, object, objects } = await plane.client.request<{
    core: { v1: { configMap: { metadata: { managedFields: { fieldsV1: object }[] } } } };
    object: { metadata: { managedFields: { fieldsV1: object }[] } };
    objects: { items: { metadata: { name: string; managedFields: { fieldsV1: object }[] } }[] };
  }>(`{
    core { v1 { configMap(name: "shown") { metadata { managedFields { manager operation fieldsV1 } } } } }
    object(resource: "configmap", name: "shown")
    objects(resource: "configmap", fieldSelector: "metadata.name=shown")
  }`);
  const fieldsV1 = { 'f:data': { 'f:a': {} } };
  expect(core.v1.configMap.metadata.managedFields).toEqual([
    { manager: 'alice', operation: 'Apply', fieldsV1 },
  ]);
  expect(object.metadata.managedFields[0]).toMatchObject({ fieldsType: 'FieldsV1', fieldsV1 });
  expect(objects.items[0]?.metadata.managedFields[0]).toMatchObject({ fieldsV1 });
});

test('each kind has a typed apply, which creates and then changes', async () => {
  const run = (replicas: number, manager: string) =>
    plane.client.request<{ apply: { spec: { replicas: number } } }>(
      `mutation ($replicas: Int!) {
        apply: applyAppsV1Deployment(
          fieldManager: "${manager}"
          input: {
            metadata: { name: "typed" }
            spec: {
              replicas: $replicas
              selector: { matchLabels: { app: "x" } }
              template: {
                metadata: { labels: { app: "x" } }
                spec: { containers: [{ name: "c", image: "i" }] }
              }
            }
          }
        ) { spec { replicas } }
      }`,
      { replicas },
    );
  expect((await run(1, 'alice')).apply.spec.replicas).toBe(1);
  expect((await run(2, 'alice')).apply.spec.replicas).toBe(2);
  await expect(run(3, 'bob')).rejects.toThrow(
    'Apply failed with 1 conflict: conflict with "alice": .spec.replicas',
  );
});

test('a part of an object is applied as a patch, and read back as a configuration', async () => {
  await apply(configMap('part', { a: '1' }), 'fieldManager: "alice"');
  await plane.client.request(
    `mutation ($patch: JSON!) {
      patchCoreV1ConfigMap(name: "part", type: APPLY, patch: $patch, fieldManager: "bob") { metadata { name } }
    }`,
    { patch: { data: { b: '1' } } },
  );
  const { alice, bob, nobody } = await plane.client.request<Record<string, unknown>>(`{
    alice: appliedConfiguration(resource: "configmap", name: "part", fieldManager: "alice")
    bob: appliedConfiguration(resource: "configmap", name: "part", fieldManager: "bob")
    nobody: appliedConfiguration(resource: "configmap", name: "part", fieldManager: "nobody")
  }`);
  const configuration = (rest: object) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'part', namespace: 'default' },
    ...rest,
  });
  expect(alice).toEqual(configuration({ data: { a: '1' } }));
  expect(bob).toEqual(configuration({ data: { b: '1' } }));
  expect(nobody).toEqual(configuration({}));
});

describe('diff', () => {
  interface Compared {
    readonly reference: string;
    readonly changes: readonly { path: string; before: unknown; after: unknown }[] | null;
    readonly error: { readonly reason: string } | null;
  }

  async function diff(manifest: string, args = ''): Promise<readonly Compared[]> {
    const { diff: compared } = await plane.client.request<{ diff: readonly Compared[] }>(
      `query ($manifest: String!) {
        diff(manifest: $manifest ${args}) { reference changes { path before after } error { reason } }
      }`,
      { manifest },
    );
    return compared;
  }

  const annotation = '.metadata.annotations.kubectl.kubernetes.io/last-applied-configuration';
  const said = ({ changes }: Compared) => changes?.filter(({ path }) => path !== annotation);

  test('says what would change, by field, and stores nothing', async () => {
    await apply(configMap('compared', { a: '1', b: '1' }), 'fieldManager: "alice"');
    const before = await plane.client.request(
      '{ object(resource: "configmap", name: "compared") }',
    );
    const [document] = await diff(
      configMap('compared', { a: '2', c: '1' }),
      ', serverSide: true, fieldManager: "alice"',
    );
    expect(document).toEqual({
      reference: 'configmap/compared',
      changes: [
        { path: '.data.a', before: '1', after: '2' },
        { path: '.data.b', before: '1', after: null },
        { path: '.data.c', before: null, after: '1' },
      ],
      error: null,
    });
    expect(
      await plane.client.request('{ object(resource: "configmap", name: "compared") }'),
    ).toEqual(before);
  });

  test('shows every field of what is not there yet, and nothing of what is as it should be', async () => {
    const manifest = configMap('new', { a: '1' });
    const [missing] = await diff(manifest);
    expect(said(missing as Compared)).toContainEqual({ path: '.data.a', before: null, after: '1' });
    await plane.client.request(
      'mutation ($manifest: String!) { apply(manifest: $manifest) { message } }',
      {
        manifest,
      },
    );
    expect((await diff(manifest))[0]?.changes).toEqual([]);
  });

  test('tells a conflict and a mistake in place', async () => {
    await apply(configMap('owned', { a: '1' }), 'fieldManager: "alice"');
    const documents = [
      configMap('owned', { a: '2' }),
      '{"apiVersion": "v1", "kind": "Podd", "metadata": {"name": "x"}}',
    ];
    const compared = await diff(
      documents.join('\n---\n'),
      ', serverSide: true, fieldManager: "bob"',
    );
    expect(compared.map(({ changes, error }) => [changes, error?.reason])).toEqual([
      [null, 'Conflict'],
      [null, 'BadRequest'],
    ]);
  });
});
