import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createCertificateRequest } from '../../support/certificates.ts';
import { GraphqlRequestError } from '../../support/graphql-client.ts';
import { type TestGraphql, testGraphql } from '../../support/graphql-server.ts';

let plane: TestGraphql;

beforeAll(async () => {
  plane = await testGraphql();
});

afterAll(async () => plane[Symbol.asyncDispose]());

function deployment(name: string, spec: object = {}) {
  return {
    metadata: { name },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'web', image: 'nginx:1.7.9' }] },
      },
      ...spec,
    },
  };
}

const CREATE = `mutation ($input: AppsV1DeploymentInput!, $dryRun: Boolean, $namespace: String) {
  createAppsV1Deployment(input: $input, dryRun: $dryRun, namespace: $namespace) {
    apiVersion kind
    metadata { name namespace uid resourceVersion generation }
    spec { replicas strategy { type rollingUpdate { maxSurge } } }
  }
}`;

async function refusal(query: string, variables: Record<string, unknown> = {}) {
  try {
    await plane.client.request(query, variables);
  } catch (error) {
    if (error instanceof GraphqlRequestError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('objects', () => {
  test('are created with their defaults, in the default namespace', async () => {
    expect(await plane.client.request(CREATE, { input: deployment('created') })).toMatchObject({
      createAppsV1Deployment: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'created', namespace: 'default', generation: 1 },
        spec: {
          replicas: 2,
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } },
        },
      },
    });
  });

  test('may be spelled out in a literal, with labels that a literal cannot spell', async () => {
    const result = await plane.client.request(`mutation {
      createCoreV1ConfigMap(
        input: {metadata: {name: "literal", labels: ["app.kubernetes.io/name=web"]}, data: {a: "1"}}
        namespace: "default"
      ) { metadata { labels } data }
    }`);
    expect(result).toEqual({
      createCoreV1ConfigMap: {
        metadata: { labels: { 'app.kubernetes.io/name': 'web' } },
        data: { a: '1' },
      },
    });
  });

  test('keep values that GraphQL spells otherwise', async () => {
    const { request } = await createCertificateRequest({ commonName: 'spelled' });
    const encoded = Buffer.from(request).toString('base64');
    const created = await plane.client.request(`mutation {
      createCertificatesV1CertificateSigningRequest(input: {
        metadata: {name: "spelled"}
        spec: {request: "${encoded}", signerName: "example.com/signer", usages: [client_auth, digital_signature]}
      }) { spec { usages } }
    }`);
    const usages = ['client_auth', 'digital_signature'];
    expect(created).toEqual({
      createCertificatesV1CertificateSigningRequest: { spec: { usages } },
    });
    const { object } = await plane.client.request<{ object: { spec: { usages: string[] } } }>(
      '{ object(resource: "csr", name: "spelled") }',
    );
    expect(object.spec.usages).toEqual(['client auth', 'digital signature']);
    expect(
      await plane.client.request(`{ certificates { v1 {
        certificateSigningRequest(name: "spelled") { spec { usages } owners { kind } }
      } } }`),
    ).toEqual({
      certificates: { v1: { certificateSigningRequest: { spec: { usages }, owners: [] } } },
    });
  });

  test('of a dry run are answered and not stored', async () => {
    const { createAppsV1Deployment: answered } = await plane.client.request<{
      createAppsV1Deployment: { metadata: object };
    }>(CREATE, { input: deployment('dry'), dryRun: true });
    expect(answered.metadata).toMatchObject({ name: 'dry', resourceVersion: null });
    const error = await refusal('{ apps { v1 { deployment(name: "dry") { kind } } } }');
    expect(error.code).toBe('NotFound');
  });

  test('are replaced by compare-and-swap', async () => {
    await plane.client.request(CREATE, { input: deployment('swapped') });
    const update = `mutation ($input: AppsV1DeploymentInput!) {
      updateAppsV1Deployment(input: $input) { spec { replicas } metadata { resourceVersion } }
    }`;
    const stale = { ...deployment('swapped', { replicas: 9 }) };
    const error = await refusal(update, {
      input: { ...stale, metadata: { name: 'swapped', resourceVersion: '1' } },
    });
    expect(error.code).toBe('Conflict');
    expect(error.status).toMatchObject({ kind: 'Status', code: 409, reason: 'Conflict' });
    expect(await plane.client.request(update, { input: stale })).toMatchObject({
      updateAppsV1Deployment: { spec: { replicas: 9 } },
    });
  });

  test.each([
    ['STRATEGIC', { spec: { template: { spec: { containers: [{ name: 'web', image: 'b' }] } } } }],
    ['MERGE', { spec: { replicas: 4 } }],
    ['JSON', [{ op: 'replace', path: '/spec/replicas', value: 4 }]],
    ['JSON', '[{"op":"replace","path":"/spec/replicas","value":5}]'],
  ])('are patched: %s %j', async (type, patch) => {
    const created = await plane.client.request<{
      createAppsV1Deployment: { metadata: { name: string } };
    }>(CREATE, { input: { ...deployment('x'), metadata: { generateName: 'patched-' } } });
    const { name } = created.createAppsV1Deployment.metadata;
    const patched = await plane.client.request(
      `mutation ($name: String!, $type: PatchType!, $patch: JSON!) {
        patchAppsV1Deployment(name: $name, type: $type, patch: $patch) { metadata { generation } }
      }`,
      { name, type, patch },
    );
    expect(patched).toEqual({ patchAppsV1Deployment: { metadata: { generation: 2 } } });
  });

  test('are scaled', async () => {
    await plane.client.request(CREATE, { input: deployment('scaled') });
    expect(
      await plane.client.request(
        'mutation { scaleAppsV1Deployment(name: "scaled", replicas: 7) { spec { replicas } } }',
      ),
    ).toEqual({ scaleAppsV1Deployment: { spec: { replicas: 7 } } });
    expect(
      await plane.client.request(`mutation {
        scaleAppsV1Deployment(name: "scaled", replicas: 9, dryRun: true) { spec { replicas } }
        patchAppsV1Deployment(name: "scaled", patch: {}) { spec { replicas } }
      }`),
    ).toEqual({
      scaleAppsV1Deployment: { spec: { replicas: 9 } },
      patchAppsV1Deployment: { spec: { replicas: 7 } },
    });
  });

  test('are deleted, with preconditions', async () => {
    await plane.client.request(CREATE, { input: deployment('deleted') });
    const remove = (preconditions: string): string =>
      `mutation { deleteAppsV1Deployment(name: "deleted"${preconditions}) { deleted object { kind metadata { name } } } }`;
    expect((await refusal(remove(', preconditions: {uid: "another"}'))).code).toBe('Conflict');
    expect(await plane.client.request(remove(''))).toEqual({
      deleteAppsV1Deployment: {
        deleted: true,
        object: { kind: 'Deployment', metadata: { name: 'deleted' } },
      },
    });
    expect((await refusal(remove(''))).code).toBe('NotFound');
  });

  test('are deleted by selection', async () => {
    for (const name of ['many-1', 'many-2']) {
      await plane.client.request(
        'mutation ($i: CoreV1ConfigMapInput!) { createCoreV1ConfigMap(input: $i) { kind } }',
        { i: { metadata: { name, labels: { set: 'many' } } } },
      );
    }
    expect(
      await plane.client.request(
        'mutation { deleteCollectionCoreV1ConfigMap(namespace: "default", labelSelector: "set=many") }',
      ),
    ).toEqual({ deleteCollectionCoreV1ConfigMap: 2 });
  });
});

describe('bad input', () => {
  test('of the wrong type names the path', async () => {
    const error = await refusal(CREATE, { input: deployment('bad', { replicas: 'two' }) });
    expect(error.code).toBe('BAD_USER_INPUT');
    expect(error.message).toContain('input.spec.replicas');
  });

  test('with an unknown field suggests the known one', async () => {
    const error = await refusal(CREATE, { input: deployment('bad', { replica: 2 }) });
    expect(error.message).toContain('Did you mean "replicas"');
  });

  test('without a required field names it', async () => {
    const { selector: _selector, ...spec } = deployment('bad').spec;
    const error = await refusal(CREATE, { input: { metadata: { name: 'bad' }, spec } });
    expect(error.message).toContain('Field "selector" of required type "LabelSelectorInput!"');
  });

  test('that validation refuses brings every cause', async () => {
    const error = await refusal(CREATE, {
      input: deployment('Bad_Name', { replicas: -1, selector: { matchLabels: { app: 'other' } } }),
    });
    expect(error.code).toBe('Invalid');
    const fields = error.status?.details?.causes?.map(({ field }) => field);
    expect(fields).toEqual(
      expect.arrayContaining(['metadata.name', 'spec.replicas', 'spec.template.metadata.labels']),
    );
  });

  test('in two namespaces is refused', async () => {
    const input = { ...deployment('two'), metadata: { name: 'two', namespace: 'a' } };
    expect((await refusal(CREATE, { input, namespace: 'b' })).code).toBe('BadRequest');
  });

  test('as a selector that does not parse is refused', async () => {
    const error = await refusal('{ core { v1 { pods(labelSelector: "a in (") { kind } } } }');
    expect(error.code).toBe('BadRequest');
  });
});

describe('lists', () => {
  test('page through one snapshot', async () => {
    for (const name of ['p1', 'p2', 'p3']) {
      await plane.client.request(
        'mutation ($i: CoreV1SecretInput!) { createCoreV1Secret(input: $i) { kind } }',
        { i: { metadata: { name, labels: { page: 'yes' } }, stringData: { a: 'b' } } },
      );
    }
    const page = `query ($next: String) { core { v1 { secrets(namespace: "default", limit: 2, continue: $next) {
      metadata { resourceVersion continue remainingItemCount } items { metadata { name } data }
    } } } }`;
    type Page = {
      core: { v1: { secrets: { metadata: { continue: string | null }; items: object[] } } };
    };
    const first = await plane.client.request<Page>(page);
    expect(first.core.v1.secrets).toMatchObject({
      metadata: { remainingItemCount: 1 },
      items: [{ metadata: { name: 'p1' }, data: { a: 'Yg==' } }, { metadata: { name: 'p2' } }],
    });
    const second = await plane.client.request<Page>(page, {
      next: first.core.v1.secrets.metadata.continue,
    });
    expect(second.core.v1.secrets).toMatchObject({
      metadata: { continue: null },
      items: [{ metadata: { name: 'p3' } }],
    });
  });

  test('are narrowed and ordered by any field', async () => {
    for (const [name, n] of [
      ['r1', '1'],
      ['r2', '3'],
      ['r3', '2'],
    ]) {
      await plane.client.request(
        'mutation ($i: CoreV1ConfigMapInput!) { createCoreV1ConfigMap(input: $i) { kind } }',
        { i: { metadata: { name, labels: { refined: 'yes' } }, data: { n } } },
      );
    }
    expect(
      await plane.client.request(`{ core { v1 { configMaps(
        labelSelector: "refined=yes"
        where: [{path: "data.n", greaterThan: "1"}]
        orderBy: [{path: "data.n", direction: DESC}]
        limit: 1
      ) { metadata { remainingItemCount continue } items { metadata { name } } } } } }`),
    ).toEqual({
      core: {
        v1: {
          configMaps: {
            metadata: { remainingItemCount: 1, continue: expect.any(String) },
            items: [{ metadata: { name: 'r2' } }],
          },
        },
      },
    });
  });

  test('show the past', async () => {
    const create = `mutation ($i: CoreV1ConfigMapInput!) {
      createCoreV1ConfigMap(input: $i) { metadata { resourceVersion } }
    }`;
    const created = await plane.client.request<{
      createCoreV1ConfigMap: { metadata: { resourceVersion: string } };
    }>(create, { i: { metadata: { name: 'past' }, data: { v: '1' } } });
    const { resourceVersion } = created.createCoreV1ConfigMap.metadata;
    await plane.client.request(
      'mutation { patchCoreV1ConfigMap(name: "past", patch: {data: {v: "2"}}) { kind } }',
    );
    const read = await plane.client.request(
      `query ($at: PointInTimeInput) { core { v1 {
        now: configMap(name: "past") { data }
        before: configMap(name: "past", at: $at) { data history { type object { data } } }
      } } }`,
      { at: { resourceVersion } },
    );
    expect(read).toEqual({
      core: {
        v1: {
          now: { data: { v: '2' } },
          before: {
            data: { v: '1' },
            history: [
              { type: 'MODIFIED', object: { data: { v: '2' } } },
              { type: 'ADDED', object: { data: { v: '1' } } },
            ],
          },
        },
      },
    });
  });
});
