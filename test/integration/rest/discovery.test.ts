import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { apiextensionsCustomResourceDefinitions } from '../../../src/scheme/generated/resources.ts';
import { installDefinition, widgetDefinition } from '../../support/custom-resources.ts';
import { eventually } from '../../support/eventually.ts';
import { type TestRest, testRest } from '../../support/rest-server.ts';

let rest: TestRest;

beforeAll(async () => {
  rest = await testRest();
});
afterAll(async () => {
  await rest[Symbol.asyncDispose]();
});

const AGGREGATED = (version: string) =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
const PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

const get = (path: string, headers: Record<string, string> = {}) =>
  rest.call('GET', path, { headers });

async function kindOf(path: string, headers?: Record<string, string>): Promise<unknown> {
  return (await get(path, headers)).json().kind;
}

describe('discovery', () => {
  test.each([
    ['/api', 'APIVersions'],
    ['/api/', 'APIVersions'],
    ['/apis', 'APIGroupList'],
    ['/apis/apps', 'APIGroup'],
    ['/api/v1', 'APIResourceList'],
    ['/apis/apps/v1', 'APIResourceList'],
    ['/apis/apps/v1/', 'APIResourceList'],
  ])('%s is an %s', async (path, kind) => {
    expect(await kindOf(path)).toBe(kind);
  });

  test.each([
    '/apis/nope.example.com',
    '/apis/apps/v9',
    '/api/v2',
    '/apis/resource.k8s.io/v1alpha3',
  ])('%s is not found, as there is no such thing or it is switched off', async (path) => {
    const answer = await get(path);
    expect(answer.code).toBe(404);
    expect(answer.json()).toMatchObject({
      reason: 'NotFound',
      message: 'the server could not find the requested resource',
    });
  });

  test.each([
    [AGGREGATED('v2'), AGGREGATED('v2')],
    [AGGREGATED('v2beta1'), AGGREGATED('v2beta1')],
    [`${AGGREGATED('v2')},${AGGREGATED('v2beta1')},application/json`, AGGREGATED('v2')],
    [`${AGGREGATED('v3')},${AGGREGATED('v2beta1')},application/json`, AGGREGATED('v2beta1')],
  ])('who accepts %s gets everything at once as %s', async (accept, type) => {
    for (const path of ['/api', '/apis']) {
      const answer = await get(path, { accept });
      expect(answer.headers.get('content-type')).toBe(type);
      expect(answer.json().kind).toBe('APIGroupDiscoveryList');
    }
  });

  test.each(['application/json', '*/*', `application/json,${AGGREGATED('v2')};q=0.5`])(
    'who accepts %s gets one group at a time',
    async (accept) => {
      expect(await kindOf('/apis', { accept })).toBe('APIGroupList');
    },
  );

  test('is not sent again to who has it already', async () => {
    const first = await get('/apis', { accept: AGGREGATED('v2') });
    const etag = first.headers.get('etag') ?? '';
    const again = await get('/apis', { accept: AGGREGATED('v2'), 'if-none-match': etag });
    expect([again.code, again.text]).toEqual([304, '']);
    const plain = await get('/apis', { 'if-none-match': etag });
    expect(plain.code).toBe(200);
  });

  test('is compressed for who can read that', async () => {
    const response = await rest.open('GET', '/api/v1', {
      headers: { 'accept-encoding': 'gzip' },
    });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(await response.json()).toMatchObject({ kind: 'APIResourceList' });
  });

  test.each([
    ['/apis', { accept: 'application/yaml' }, /^kind: APIGroupList\napiVersion: v1\n/],
    ['/apis/apps/v1', { accept: 'application/yaml' }, /^kind: APIResourceList\n/],
    ['/apis/apps/v1?pretty=true', {}, /^\{\n {2}"kind": "APIResourceList",\n/],
    ['/version', { 'user-agent': 'curl/8.0' }, /^\{\n {2}"major": "1",\n/],
  ])('%s is written as %j wants it', async (path, headers, expected) => {
    expect((await get(path, headers)).text).toMatch(expected);
  });

  test('says by which address the server was reached', async () => {
    expect((await get('/api')).json()).toMatchObject({
      serverAddressByClientCIDRs: [{ serverAddress: new URL(rest.url).host }],
    });
  });

  test('knows custom resources as long as they are defined', async () => {
    const { api } = rest;
    const definition = widgetDefinition({ group: 'discovered.example.com' });
    await installDefinition({ client: api.client, scheme: api.scheme }, definition);
    expect((await get('/apis/discovered.example.com/v1')).text).toContain('"widgets"');
    expect((await get('/openapi/v3')).text).toContain('apis/discovered.example.com/v1');
    const { name = '' } = definition.metadata;
    await api.client.delete(apiextensionsCustomResourceDefinitions, { name });
    await eventually(
      () => get('/apis/discovered.example.com/v1'),
      ({ code }) => expect(code).toBe(404),
    );
  });

  test('is for who may read its paths', async () => {
    for (const path of ['/apis', '/openapi/v2', '/version', '/metrics']) {
      const answer = await get(path, { authorization: 'Bearer somebody' });
      expect([path, answer.code]).toEqual([path, 401]);
    }
  });
});

describe('OpenAPI', () => {
  test('an index leads to documents that may be kept for ever', async () => {
    const { paths } = (await get('/openapi/v3')).json<{
      paths: Record<string, { serverRelativeURL: string }>;
    }>();
    const url = paths['apis/apps/v1']?.serverRelativeURL ?? '';
    const answer = await get(url);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(answer.json()).toMatchObject({ openapi: '3.0.0' });
  });

  test('an address with an old hash leads to the present one', async () => {
    const response = await rest.open('GET', '/openapi/v3/apis/apps/v1?hash=OLD');
    expect(response.redirected).toBe(true);
    expect(response.url).toMatch(/\?hash=[0-9A-F]{128}$/);
    await response.body?.cancel();
  });

  test.each([
    ['*/*', 'application/json'],
    ['application/json', 'application/json'],
    [PROTOBUF, 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'],
    [PROTOBUF.replace('@', '.'), 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'],
  ])('version 2 is for who accepts %s of the type %s', async (accept, type) => {
    const response = await rest.open('GET', '/openapi/v2', { headers: { accept } });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    await response.body?.cancel();
  });

  test('what cannot be written in a type that is accepted is refused', async () => {
    for (const path of ['/openapi/v2', '/openapi/v3', '/openapi/v3/api/v1']) {
      const answer = await get(path, { accept: 'text/html' });
      expect([path, answer.code]).toEqual([path, 406]);
    }
  });

  test('there is no document for what is not served', async () => {
    expect((await get('/openapi/v3/apis/nope.example.com/v1')).code).toBe(404);
  });
});

describe('the version', () => {
  test('is that of the Kubernetes whose API is served', async () => {
    expect((await get('/version')).json()).toMatchObject({
      major: '1',
      minor: '36',
      gitVersion: 'v1.36.0',
      platform: 'linux/amd64',
    });
  });
});

describe('health', () => {
  const anonymously = (path: string) => fetch(`${rest.url}${path}`);

  test.each(['/livez', '/readyz', '/healthz', '/livez/ping'])(
    '%s is ok for anybody',
    async (path) => {
      const response = await anonymously(path);
      expect([response.status, await response.text()]).toEqual([200, 'ok']);
    },
  );

  test('is told check by check', async () => {
    const response = await anonymously('/readyz?verbose&exclude=etcd');
    expect(await response.text()).toBe(
      '[+]ping ok\nwarn: some health checks cannot be excluded: no matches for "etcd"\nreadyz check passed\n',
    );
  });
});

describe('the metrics', () => {
  test('are told in the text format of Prometheus', async () => {
    const answer = await get('/metrics');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.text).toMatch(/^# TYPE process_cpu_seconds_total counter$/m);
  });
});
