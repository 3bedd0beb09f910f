import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { type Status, tooManyRequests } from '../../../src/scheme/errors.ts';
import type { ConfigMap, Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import type { ObjectList } from '../../../src/scheme/object.ts';
import { readRaw } from '../../support/raw-http.ts';
import { TEST_TOKEN, type TestRest, testRest } from '../../support/rest-server.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const BIG_MAPS = '/api/v1/namespaces/big/configmaps';
const BIG_COUNT = 40;

let rest: TestRest;

const configMap = (name: string, fields: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  ...fields,
});

beforeAll(async () => {
  rest = await testRest();
  await rest.call('POST', '/api/v1/namespaces', {
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'big' } },
  });
  await rest.call('POST', CONFIG_MAPS, { body: configMap('one', { data: { a: 'true', b: '1' } }) });
  for (let i = 0; i < BIG_COUNT; i++) {
    const name = `big-${String(i).padStart(2, '0')}`;
    await rest.call('POST', BIG_MAPS, {
      body: configMap(name, { data: { x: 'x'.repeat(10_000) } }),
    });
  }
});
afterAll(async () => {
  await rest[Symbol.asyncDispose]();
});

const accepting = (accept: string) => ({ headers: { accept } });

describe('an answer', () => {
  test.each([
    ['nothing', undefined],
    ['anything', '*/*'],
    ['JSON', 'application/json'],
    ['protobuf rather than JSON', 'application/vnd.kubernetes.protobuf,application/json'],
    ['YAML less than JSON', 'application/yaml;q=0.5,application/json'],
  ])('is JSON for who accepts %s', async (_, accept) => {
    const answer = await rest.call('GET', `${CONFIG_MAPS}/one`, accept ? accepting(accept) : {});
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.json<ConfigMap>().data).toEqual({ a: 'true', b: '1' });
  });

  test('is YAML for who accepts that: of an object, of a list, and of what went wrong', async () => {
    const yaml = accepting('application/yaml');
    const one = await rest.call('GET', `${CONFIG_MAPS}/one`, yaml);
    expect(one.headers.get('content-type')).toBe('application/yaml');
    expect(parse(one.text)).toMatchObject({ kind: 'ConfigMap', data: { a: 'true', b: '1' } });
    const list = await rest.call('GET', BIG_MAPS, yaml);
    const asJson = (await rest.call('GET', BIG_MAPS)).json();
    expect(parse(list.text)).toEqual(asJson);
    const none = await rest.call('GET', `${CONFIG_MAPS}?labelSelector=a%3Db`, yaml);
    expect(parse(none.text)).toMatchObject({ kind: 'ConfigMapList', items: [] });
    const missing = await rest.call('GET', `${CONFIG_MAPS}/two`, yaml);
    expect(parse(missing.text)).toMatchObject({ kind: 'Status', reason: 'NotFound', code: 404 });
  });

  test('is refused to who accepts nothing that is served', async () => {
    const answer = await rest.call(
      'GET',
      `${CONFIG_MAPS}/one`,
      accepting('application/vnd.kubernetes.protobuf, text/plain'),
    );
    expect(answer.code).toBe(406);
    expect(answer.json()).toMatchObject({
      kind: 'Status',
      reason: 'NotAcceptable',
      message: 'only the following media types are accepted: application/json, application/yaml',
    });
  });

  test('is refused before anything is written', async () => {
    const refused = await rest.call('POST', CONFIG_MAPS, {
      body: configMap('never'),
      ...accepting('text/html'),
    });
    expect(refused.code).toBe(406);
    expect((await rest.call('GET', `${CONFIG_MAPS}/never`)).code).toBe(404);
  });

  test('of a watch is JSON alone', async () => {
    const answer = await rest.call(
      'GET',
      `${CONFIG_MAPS}?watch=true`,
      accepting('application/yaml'),
    );
    expect(answer.code).toBe(406);
  });

  test.each([
    ['?pretty=true', 'any/1.0'],
    ['', 'curl/8.5.0'],
    ['', 'Mozilla/5.0 (X11)'],
  ])('with %s for %s is made for people', async (query, userAgent) => {
    const pretty = { headers: { 'user-agent': userAgent } };
    for (const path of [`${CONFIG_MAPS}/one`, BIG_MAPS, `${CONFIG_MAPS}?labelSelector=a%3Db`]) {
      const plain = await rest.call('GET', path);
      const url = path.includes('?') ? path + query.replace('?', '&') : path + query;
      const { text } = await rest.call('GET', url, pretty);
      expect(text).toBe(`${JSON.stringify(plain.json(), null, 2)}\n`);
    }
  });
});

describe('a list', () => {
  test('that is long is compressed for who takes that', async () => {
    const plain = await readRaw(rest.url, BIG_MAPS, TEST_TOKEN, {});
    expect(plain.headers['content-encoding']).toBeUndefined();
    const small = await readRaw(rest.url, CONFIG_MAPS, TEST_TOKEN, { 'accept-encoding': 'gzip' });
    expect(small.headers['content-encoding']).toBeUndefined();
    const gzipped = await readRaw(rest.url, BIG_MAPS, TEST_TOKEN, { 'accept-encoding': 'gzip' });
    expect(gzipped.headers['content-encoding']).toBe('gzip');
    expect(gzipped.body.length).toBeLessThan(plain.body.length / 4);
    expect(JSON.parse(gunzipSync(gzipped.body).toString())).toEqual(
      JSON.parse(plain.body.toString()),
    );
  });

  test('is at the version that it was asked for', async () => {
    const before = (await rest.call('GET', CONFIG_MAPS)).json<ObjectList>();
    const { resourceVersion } = before.metadata;
    await rest.call('POST', CONFIG_MAPS, { body: configMap('later') });
    const exact = `resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`;
    expect((await rest.call('GET', `${CONFIG_MAPS}?${exact}`)).json()).toEqual(before);
    const since = `resourceVersion=${resourceVersion}&resourceVersionMatch=NotOlderThan`;
    const newer = (await rest.call('GET', `${CONFIG_MAPS}?${since}`)).json<ObjectList>();
    expect(newer.items.map(({ metadata }) => metadata.name)).toContain('later');
  });

  test.each([
    ['limit=many', 400, 'limit: Invalid value: "many": must be a whole number'],
    [
      'resourceVersionMatch=Roughly&resourceVersion=1',
      422,
      /resourceVersionMatch: Unsupported value: "Roughly"/,
    ],
    ['resourceVersionMatch=Exact', 422, /resourceVersionMatch is forbidden unless resourceVersion/],
    ['labelSelector=a%3D%3D%3Db', 400, /./],
    ['fieldSelector=spec.nothing%3D1', 400, /field label not supported/],
    ['continue=nonsense', 400, /continue/],
    ['sendInitialEvents=true', 422, /sendInitialEvents is forbidden for list/],
  ])('with %s is refused with %p', async (query, code, message) => {
    const answer = await rest.call('GET', `${CONFIG_MAPS}?${query}`);
    expect(answer.code).toBe(code);
    const status = answer.json<Status>();
    if (typeof message === 'string') expect(status.message).toBe(message);
    else expect(status.message).toMatch(message);
  });
});

describe('a body', () => {
  test('may be YAML', async () => {
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: from-yaml\ndata:\n  a: "1"\n';
    const headers = { 'content-type': 'application/yaml' };
    const created = await rest.call('POST', CONFIG_MAPS, { body, headers });
    expect(created.code).toBe(201);
    expect(created.json<ConfigMap>().data).toEqual({ a: '1' });
  });

  test.each([
    ['broken JSON', '{"apiVersion":', 'application/json', 400],
    ['broken YAML', 'a: [', 'application/yaml', 400],
    ['a text', '"x"', 'application/json', 400],
    ['a list', '[]', 'application/json', 400],
    ['nothing', '', 'application/json', 400],
    ['a key that no object may have', '{"__proto__":{"a":1}}', 'application/json', 400],
    ['broken protobuf', 'k8s\0', 'application/vnd.kubernetes.protobuf', 400],
    ['CBOR', 'a', 'application/cbor', 415],
    ['a form', 'a=b', 'application/x-www-form-urlencoded', 415],
  ])('of %s is refused', async (_, body, contentType, code) => {
    const answer = await rest.call('POST', CONFIG_MAPS, {
      body,
      headers: { 'content-type': contentType },
    });
    expect(answer.code).toBe(code);
    expect(answer.json()).toMatchObject({ kind: 'Status', status: 'Failure', code });
  });
});

describe('a write', () => {
  const withUnknown = (name: string) => configMap(name, { flavour: 'sweet' });
  const warnings = ({ headers }: { readonly headers: Headers }) => headers.get('warning');

  test('warns of unknown fields, unless it is to refuse or to ignore them', async () => {
    const warned = await rest.call('POST', CONFIG_MAPS, { body: withUnknown('warned') });
    expect(warned.code).toBe(201);
    expect(warnings(warned)).toBe('299 - "unknown field \\"flavour\\""');
    const path = `${CONFIG_MAPS}?fieldValidation=`;
    const ignored = await rest.call('POST', `${path}Ignore`, { body: withUnknown('ignored') });
    expect([ignored.code, warnings(ignored)]).toEqual([201, null]);
    const refused = await rest.call('POST', `${path}Strict`, { body: withUnknown('refused') });
    expect(refused.json()).toMatchObject({
      code: 400,
      message: expect.stringMatching(/strict decoding error: unknown field "flavour"/),
    });
    const strange = await rest.call('POST', `${path}Loose`, { body: withUnknown('strange') });
    expect(strange.json()).toMatchObject({
      code: 422,
      message:
        'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Loose": supported values: "Ignore", "Strict", "Warn"',
    });
  });

  describe('of a body that says something twice', () => {
    const TWICE =
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"twice"},"data":{"k":"1","k":"2"}}';
    const TWICE_IN_YAML =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\ndata:\n  k: "1"\n  k: "2"\n';
    const JSON_TYPE = 'application/json';
    const YAML_TYPE = 'application/yaml';
    const dryRun = `${CONFIG_MAPS}?dryRun=All`;

    test.each([
      [JSON_TYPE, TWICE, '299 - "duplicate field \\"data.k\\""'],
      [YAML_TYPE, TWICE_IN_YAML, '299 - "line 6: key \\"k\\" already set in map"'],
    ])('in %s warns, and takes the last', async (type, body, warning) => {
      const headers = { 'content-type': type };
      const answer = await rest.call('POST', dryRun, { body, headers });
      expect(answer.json()).toMatchObject({ data: { k: '2' } });
      expect(warnings(answer)).toBe(warning);
      const ignored = await rest.call('POST', `${dryRun}&fieldValidation=Ignore`, {
        body,
        headers,
      });
      expect([ignored.code, warnings(ignored)]).toEqual([201, null]);
    });

    test.each([
      [JSON_TYPE, TWICE, 'strict decoding error: duplicate field "data.k"'],
      [
        YAML_TYPE,
        TWICE_IN_YAML,
        'strict decoding error: yaml: unmarshal errors:\n  line 6: key "k" already set in map',
      ],
    ])('in %s is refused where it is to be strict', async (type, body, message) => {
      const headers = { 'content-type': type };
      const answer = await rest.call('POST', `${dryRun}&fieldValidation=Strict`, { body, headers });
      expect(answer.json()).toMatchObject({
        reason: 'BadRequest',
        message: expect.stringContaining(message),
      });
    });

    test.each([
      ['application/merge-patch+json', '{"data":{"k":"1","k":"2"}}', 'duplicate field "data.k"'],
      [
        'application/strategic-merge-patch+json',
        '{"data":{"k":"1","k":"2"}}',
        'duplicate field "data.k"',
      ],
      [
        'application/json-patch+json',
        '[{"op":"add","path":"/data","value":{},"op":"add"}]',
        'json patch duplicate field "[0].op"',
      ],
      [
        'application/apply-patch+yaml',
        'apiVersion: v1\nkind: ConfigMap\ndata:\n  "k": "1"\n  k: "2"\n',
        'line 5: key "k" already set in map',
      ],
    ])('as a patch of type %s', async (type, body, told) => {
      await rest.call('POST', CONFIG_MAPS, {
        body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'patched-twice' } },
      });
      const path = `${CONFIG_MAPS}/patched-twice?fieldManager=me&fieldValidation=`;
      const call = { body, headers: { 'content-type': type } };
      const warned = await rest.call('PATCH', `${path}Warn`, call);
      expect(warned.code).toBe(200);
      expect(warnings(warned)).toContain(told.replaceAll('"', '\\"'));
      const refused = await rest.call('PATCH', `${path}Strict`, call);
      expect(refused.json<Status>().message).toContain(told);
      expect(refused.code).toBe(400);
    });
  });

  test('that is a rehearsal stores nothing', async () => {
    const rehearsed = await rest.call('POST', `${CONFIG_MAPS}?dryRun=All`, {
      body: configMap('rehearsed'),
    });
    expect(rehearsed.code).toBe(201);
    expect((await rest.call('GET', `${CONFIG_MAPS}/rehearsed`)).code).toBe(404);
    const strange = await rest.call('DELETE', `${CONFIG_MAPS}/one?dryRun=Some`);
    expect(strange.code).toBe(422);
    const deletion = { kind: 'DeleteOptions', apiVersion: 'v1', dryRun: ['All'] };
    expect((await rest.call('DELETE', `${CONFIG_MAPS}/one`, { body: deletion })).code).toBe(200);
    expect((await rest.call('GET', `${CONFIG_MAPS}/one`)).code).toBe(200);
  });

  test('is by the program that the client says it is, unless it says more', async () => {
    const managerOf = async (name: string, query: string) => {
      const created = await rest.call('POST', `${CONFIG_MAPS}${query}`, {
        body: configMap(name, { data: { a: '1' } }),
        headers: { 'user-agent': 'my-tool/1.2 (linux)' },
      });
      return created.json<ConfigMap>().metadata?.managedFields?.[0]?.manager;
    };
    expect(await managerOf('managed-1', '')).toBe('my-tool');
    expect(await managerOf('managed-2', '?fieldManager=me')).toBe('me');
  });

  test('that deletes heeds preconditions and policies', async () => {
    await rest.call('POST', CONFIG_MAPS, {
      body: { ...configMap('held'), metadata: { name: 'held', finalizers: ['example.com/hold'] } },
    });
    const remove = (body: object) => rest.call('DELETE', `${CONFIG_MAPS}/held`, { body });
    const other = await remove({ preconditions: { uid: 'another' } });
    expect(other.json()).toMatchObject({ code: 409, reason: 'Conflict' });
    const waiting = await remove({ propagationPolicy: 'Foreground' });
    expect(waiting.code).toBe(202);
    expect(waiting.json<ConfigMap>().metadata?.deletionTimestamp).toBeDefined();
    const both = await remove({ propagationPolicy: 'Orphan', orphanDependents: true });
    expect(both.code).toBe(400);
    const strange = await remove({ propagationPolicy: 'Sideways' });
    expect(strange.code).toBeGreaterThanOrEqual(400);
    const wrong = await remove({ kind: 'Pod' });
    expect(wrong.code).toBe(400);
  });

  test('may be done as somebody else, whose rights then hold', async () => {
    const headers = { 'impersonate-user': 'jane' };
    const refused = await rest.call('POST', CONFIG_MAPS, { body: configMap('jane'), headers });
    expect(refused.json()).toMatchObject({
      code: 403,
      message:
        'configmaps is forbidden: User "jane" cannot create resource "configmaps" in API group "" in the namespace "default"',
    });
  });
});

test('who asks for more than there are seats is told when to come again', async () => {
  await using busy = await testRest({
    takeTurn: () => Promise.reject(tooManyRequests('too many requests, please try again later', 3)),
  });
  const answer = await busy.call('GET', CONFIG_MAPS);
  expect(answer.code).toBe(429);
  expect(answer.headers.get('retry-after')).toBe('3');
  expect(answer.json()).toMatchObject({
    kind: 'Status',
    reason: 'TooManyRequests',
    details: { retryAfterSeconds: 3 },
  });
});

test('who is not known is told so, and with what to come', async () => {
  const answer = await rest.call('GET', CONFIG_MAPS, {
    headers: { authorization: 'Bearer wrong' },
  });
  expect(answer.code).toBe(401);
  expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  expect(answer.json()).toMatchObject({ kind: 'Status', reason: 'Unauthorized' });
});

test('what is invalid is told with every cause', async () => {
  const answer = await rest.call('POST', '/api/v1/namespaces/default/pods', {
    body: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'Bad_Name' },
      spec: { containers: [] },
    } as Partial<Pod>,
  });
  expect(answer.json<Status>()).toMatchObject({
    code: 422,
    reason: 'Invalid',
    details: {
      name: 'Bad_Name',
      kind: 'Pod',
      causes: [
        { reason: 'FieldValueInvalid', field: 'metadata.name' },
        { reason: 'FieldValueRequired', field: 'spec.containers' },
      ],
    },
  });
});
