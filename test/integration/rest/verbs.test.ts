import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Status } from '../../../src/scheme/errors.ts';
import type { Deployment } from '../../../src/scheme/generated/types/apps-v1.ts';
import type { ConfigMap, Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import type { ApiObject, ObjectList } from '../../../src/scheme/object.ts';
import { type TestRest, testRest } from '../../support/rest-server.ts';

let rest: TestRest;

beforeAll(async () => {
  rest = await testRest();
});
afterAll(async () => {
  await rest[Symbol.asyncDispose]();
});

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

const configMap = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { test: name } },
  data,
});

const deployment = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: 'nginx:1.7.9' }] },
    },
  },
});

async function expectStatus(
  method: string,
  path: string,
  expected: Partial<Status>,
  call: Parameters<TestRest['call']>[2] = {},
): Promise<void> {
  const answer = await rest.call(method, path, call);
  const status = answer.json<Status>();
  expect(status).toMatchObject({
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    ...expected,
  });
  expect(answer.code).toBe(status.code);
}

describe('an object', () => {
  test('is created, read, replaced, patched and deleted', async () => {
    const created = await rest.call('POST', CONFIG_MAPS, { body: configMap('life', { a: '1' }) });
    expect(created.code).toBe(201);
    expect(created.json<ConfigMap>().metadata).toMatchObject({ namespace: 'default' });

    const read = await rest.call('GET', `${CONFIG_MAPS}/life`);
    expect(read.json()).toEqual(created.json());

    const replacement = { ...read.json<ConfigMap>(), data: { a: '2' } };
    const replaced = await rest.call('PUT', `${CONFIG_MAPS}/life`, { body: replacement });
    expect(replaced.code).toBe(200);

    const patched = await rest.call('PATCH', `${CONFIG_MAPS}/life`, {
      body: { data: { b: '3' } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(patched.json<ConfigMap>().data).toEqual({ a: '2', b: '3' });

    const deleted = await rest.call('DELETE', `${CONFIG_MAPS}/life`);
    expect(deleted.json()).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: {
        name: 'life',
        kind: 'configmaps',
        uid: created.json<ConfigMap>().metadata?.uid,
      },
    });
    await expectStatus('GET', `${CONFIG_MAPS}/life`, {
      reason: 'NotFound',
      message: 'configmaps "life" not found',
      details: { name: 'life', kind: 'configmaps' },
    });
  });

  test('is the same as GraphQL shows it, with its field managers', async () => {
    await rest.call('POST', `${CONFIG_MAPS}?fieldManager=tester`, { body: configMap('managed') });
    const { metadata } = (await rest.call('GET', `${CONFIG_MAPS}/managed`)).json<ConfigMap>();
    expect(metadata?.managedFields).toEqual([
      {
        manager: 'tester',
        operation: 'Update',
        apiVersion: 'v1',
        time: expect.any(String),
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:metadata': { 'f:labels': { '.': {}, 'f:test': {} } } },
      },
    ]);
  });

  test('takes the place that the path says, and no other', async () => {
    await expectStatus(
      'POST',
      CONFIG_MAPS,
      { reason: 'BadRequest' },
      { body: { ...configMap('x'), metadata: { name: 'x', namespace: 'kube-system' } } },
    );
    await expectStatus(
      'PUT',
      `${CONFIG_MAPS}/one`,
      { reason: 'BadRequest' },
      {
        body: configMap('other'),
      },
    );
  });
});

describe('the four patches', () => {
  const patch = (type: string, body: object | string, query = '') =>
    rest.call('PATCH', `${DEPLOYMENTS}/patched${query}`, {
      body,
      headers: { 'content-type': `application/${type}` },
    });

  test('join an object each in its way', async () => {
    await rest.call('POST', DEPLOYMENTS, { body: deployment('patched') });
    const image = (name: string) => ({
      spec: { template: { spec: { containers: [{ name: 'main', image: name }] } } },
    });
    const imageOf = ({ spec }: Deployment) => spec?.template.spec?.containers[0]?.image;

    const strategic = await patch('strategic-merge-patch+json', image('nginx:2'));
    expect(imageOf(strategic.json())).toBe('nginx:2');
    const merged = await patch('merge-patch+json', image('nginx:3'));
    expect(imageOf(merged.json())).toBe('nginx:3');
    const json = await patch('json-patch+json', [
      { op: 'replace', path: '/spec/replicas', value: 3 },
    ]);
    expect(json.json<Deployment>().spec?.replicas).toBe(3);
    const applied = await patch(
      'apply-patch+yaml',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: patched\nspec:\n  paused: true\n',
      '?fieldManager=applier',
    );
    expect(applied.code).toBe(200);
    expect(applied.json<Deployment>().spec?.paused).toBe(true);
  });

  test('an apply creates what is not there', async () => {
    const created = await rest.call('PATCH', `${CONFIG_MAPS}/applied?fieldManager=me`, {
      body: JSON.stringify(configMap('applied')),
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
    expect(created.code).toBe(201);
  });

  test('another content type is refused with those that are known', async () => {
    await expectStatus(
      'PATCH',
      `${CONFIG_MAPS}/applied`,
      {
        reason: 'UnsupportedMediaType',
        message:
          'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml',
      },
      { body: {} },
    );
  });
});

describe('a list', () => {
  test('has the kind of its resource, and what selectors choose', async () => {
    await rest.call('POST', CONFIG_MAPS, { body: configMap('chosen') });
    const all = await rest.call('GET', '/api/v1/configmaps');
    expect(all.json()).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
    const chosen = await rest.call('GET', '/api/v1/configmaps?labelSelector=test%3Dchosen');
    expect(chosen.json<ObjectList>().items.map(({ metadata }) => metadata.name)).toEqual([
      'chosen',
    ]);
  });

  test('is read on in pages of one snapshot', async () => {
    for (const name of ['page-1', 'page-2', 'page-3']) {
      await rest.call('POST', CONFIG_MAPS, { body: configMap(name) });
    }
    const page = async (query: string) =>
      (await rest.call('GET', `${CONFIG_MAPS}?limit=1${query}`)).json<ObjectList>();
    const first = await page('');
    const total = first.items.length + (first.metadata.remainingItemCount ?? 0);
    await rest.call('POST', CONFIG_MAPS, { body: configMap('a-newcomer') });
    const second = await page(`&continue=${encodeURIComponent(first.metadata.continue ?? '')}`);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(second.metadata.remainingItemCount).toBe(total - 2);
  });

  test('is deleted as a collection', async () => {
    await rest.call('POST', CONFIG_MAPS, { body: configMap('doomed') });
    const deleted = await rest.call('DELETE', `${CONFIG_MAPS}?labelSelector=test%3Ddoomed`);
    expect(deleted.code).toBe(200);
    expect(deleted.json()).toMatchObject({
      kind: 'ConfigMapList',
      items: [{ metadata: { name: 'doomed' } }],
    });
    await expectStatus('GET', `${CONFIG_MAPS}/doomed`, { reason: 'NotFound' });
  });
});

describe('what is deleted at once', () => {
  const small = (apiVersion: string, kind: string, more: object) => ({
    apiVersion,
    kind,
    metadata: { name: 'gone' },
    ...more,
  });

  test.each([
    [
      '/api/v1/namespaces/default/services',
      small('v1', 'Service', { spec: { ports: [{ port: 80 }] } }),
    ],
    ['/api/v1/namespaces/default/serviceaccounts', small('v1', 'ServiceAccount', {})],
    ['/api/v1/namespaces/default/resourcequotas', small('v1', 'ResourceQuota', { spec: {} })],
    [
      '/apis/storage.k8s.io/v1/storageclasses',
      small('storage.k8s.io/v1', 'StorageClass', { provisioner: 'example.com/p' }),
    ],
  ])('of %s is the answer, as it was', async (path, body) => {
    const created = await rest.call('POST', path, { body });
    const deleted = await rest.call('DELETE', `${path}/gone`);
    expect(deleted.code).toBe(200);
    const { metadata, ...content } = created.json<ApiObject>();
    expect(deleted.json()).toMatchObject({ ...content, metadata: { uid: metadata.uid } });
  });

  test('of most kinds is named in a Status', async () => {
    await rest.call('POST', DEPLOYMENTS, { body: deployment('gone') });
    const deleted = await rest.call('DELETE', `${DEPLOYMENTS}/gone`);
    expect(deleted.json()).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'gone', group: 'apps', kind: 'deployments', uid: expect.any(String) },
    });
  });
});

describe('a binding', () => {
  const PODS = '/api/v1/namespaces/default/pods';
  const BINDINGS = '/api/v1/namespaces/default/bindings';
  const binding = (name: string, node = 'n1') => ({
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name },
    target: { apiVersion: 'v1', kind: 'Node', name: node },
  });

  test('puts the Pod that it names on a node, once', async () => {
    const spec = { containers: [{ name: 'main', image: 'nginx' }] };
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bound' }, spec };
    await rest.call('POST', PODS, { body: pod });
    const bound = await rest.call('POST', BINDINGS, { body: binding('bound') });
    expect(bound.code).toBe(201);
    expect(bound.json()).toMatchObject({ kind: 'Status', status: 'Success', code: 201 });
    const { spec: placed } = (await rest.call('GET', `${PODS}/bound`)).json<Pod>();
    expect(placed?.nodeName).toBe('n1');
    await expectStatus('POST', BINDINGS, { reason: 'Conflict' }, { body: binding('bound', 'n2') });
  });

  test.each([
    ['a Pod that is not there', binding('nobody'), 'NotFound'],
    ['no Pod', { ...binding('x'), metadata: {} }, 'Invalid'],
    [
      'another namespace',
      { ...binding('x'), metadata: { name: 'x', namespace: 'o' } },
      'BadRequest',
    ],
    ['something else', { ...binding('x'), kind: 'Pod' }, 'BadRequest'],
  ] as const)('of %s is refused', async (_what, body, reason) => {
    await expectStatus('POST', BINDINGS, { reason }, { body });
  });
});

describe('subresources', () => {
  test('are read and written by themselves', async () => {
    await rest.call('POST', DEPLOYMENTS, { body: deployment('scaled') });
    const scale = await rest.call('GET', `${DEPLOYMENTS}/scaled/scale`);
    expect(scale.json()).toMatchObject({ kind: 'Scale', apiVersion: 'autoscaling/v1' });
    await rest.call('PATCH', `${DEPLOYMENTS}/scaled/scale`, {
      body: { spec: { replicas: 7 } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    const scaled = (await rest.call('GET', `${DEPLOYMENTS}/scaled`)).json<Deployment>();
    expect(scaled.spec?.replicas).toBe(7);

    const status = await rest.call('PUT', `${DEPLOYMENTS}/scaled/status`, {
      body: { ...scaled, status: { replicas: 2 } },
    });
    expect(status.json<Deployment>().status?.replicas).toBe(2);
  });

  test('that are actions are posted to', async () => {
    await rest.call('POST', '/api/v1/namespaces/default/serviceaccounts', {
      body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } },
    });
    const review = await rest.call(
      'POST',
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      {
        body: { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } },
      },
    );
    expect(review.code).toBe(201);
    expect(review.json()).toMatchObject({
      kind: 'SelfSubjectAccessReview',
      status: { allowed: true },
    });
  });

  test('of a namespace are not taken for resources in it', async () => {
    const status = await rest.call('GET', '/api/v1/namespaces/default/status');
    expect(status.json()).toMatchObject({ kind: 'Namespace', metadata: { name: 'default' } });
  });
});

describe('what is not there', () => {
  test.each([
    ['GET', '/api/v1/nothings'],
    ['GET', '/apis/no.such.group/v1/pods'],
    ['GET', '/api/v1/namespaces/default/nodes'],
    ['GET', '/api/v1/pods/web'],
    ['GET', '/api/v1/namespaces/default/pods/web/nothing'],
    ['GET', '/api/v1/namespaces/default/pods/web/status/more'],
  ])('%s %s has no resource', async (method, path) => {
    await expectStatus(method, path, {
      reason: 'NotFound',
      code: 404,
      message: 'the server could not find the requested resource',
    });
  });

  test.each([
    ['POST', '/api/v1/configmaps'],
    ['DELETE', '/api/v1/configmaps'],
    ['PUT', CONFIG_MAPS],
    ['POST', `${CONFIG_MAPS}/chosen`],
    ['DELETE', `${DEPLOYMENTS}/scaled/scale`],
  ])('%s %s is no method of the resource', async (method, path) => {
    await expectStatus(method, path, { reason: 'MethodNotAllowed', code: 405 });
  });
});
