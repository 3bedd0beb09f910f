import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { deferred } from '../../../src/lib/deferred.ts';
import { tooManyRequests } from '../../../src/scheme/errors.ts';
import { eventually } from '../../support/eventually.ts';
import { TEST_TOKEN, type TestGraphql, testGraphql } from '../../support/graphql-server.ts';

let plane: TestGraphql;

beforeAll(async () => {
  plane = await testGraphql();
});

afterAll(async () => plane[Symbol.asyncDispose]());

const AUTHORIZED = { authorization: `Bearer ${TEST_TOKEN}` };
const JSON_TYPE = { 'content-type': 'application/json' };

function post(body: string | object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${plane.url}/graphql`, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...AUTHORIZED, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const QUERY = { query: '{ version { major minor } }' };
const ANSWER = { data: { version: { major: '1', minor: '36' } } };
const WATCH = `subscription ($from: String) {
  watchCoreV1ConfigMaps(namespace: "default", resourceVersion: $from) {
    type object { metadata { name } }
  }
}`;

async function createConfigMap(name: string): Promise<void> {
  await plane.client.request(
    'mutation ($i: CoreV1ConfigMapInput!) { createCoreV1ConfigMap(input: $i) { kind } }',
    { i: { metadata: { name } } },
  );
}

describe('HTTP', () => {
  test('answers queries by POST and by GET', async () => {
    expect(await (await post(QUERY)).json()).toEqual(ANSWER);
    const search = new URLSearchParams(QUERY);
    const got = await fetch(`${plane.url}/graphql?${search}`, {
      headers: { ...AUTHORIZED, 'apollo-require-preflight': 'yes' },
    });
    expect(await got.json()).toEqual(ANSWER);
  });

  test('refuses mutations by GET, and GETs that a page of another site can make', async () => {
    const search = new URLSearchParams({ query: 'mutation { apply(manifest: "") { message } }' });
    const url = `${plane.url}/graphql?${search}`;
    const headers = { ...AUTHORIZED, 'apollo-require-preflight': 'yes' };
    expect((await fetch(url, { headers })).status).toBe(405);
    expect((await fetch(url, { headers: AUTHORIZED })).status).toBe(400);
  });

  test.each([
    ['without a token', {}],
    ['with a wrong one', { authorization: 'Bearer wrong' }],
    ['with another scheme', { authorization: 'Basic abc' }],
  ])('answers 401 with a Status %s', async (_title, headers) => {
    const response = await fetch(`${plane.url}/graphql`, {
      method: 'POST',
      headers: { ...JSON_TYPE, ...headers },
      body: JSON.stringify(QUERY),
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await response.json()).toMatchObject({
      kind: 'Status',
      reason: 'Unauthorized',
      code: 401,
    });
  });

  test('answers 429 with when to come back, to who is to wait for a turn', async () => {
    const takeTurn = (): never => {
      throw tooManyRequests('the priority level is busy', 7);
    };
    await using busy = await testGraphql({ takeTurn });
    const response = await fetch(`${busy.url}/graphql`, {
      method: 'POST',
      headers: { ...JSON_TYPE, ...AUTHORIZED },
      body: JSON.stringify(QUERY),
    });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(await response.json()).toMatchObject({
      reason: 'TooManyRequests',
      details: { retryAfterSeconds: 7 },
    });
  });

  test.each([
    ['no JSON', '{"query": ', 400, /not JSON/],
    ['no query', '{}', 400, /POST body missing/],
    ['a list', '[]', 400, /./],
    ['malformed GraphQL', { query: '{ core {' }, 400, /Syntax Error/],
    ['an unknown field', { query: '{ cor { v1 } }' }, 400, /Did you mean \\"core/],
    ['a query of many tokens', { query: `{ ${'version '.repeat(30_000)} }` }, 400, /tokens/],
    ['a deep query', { query: `${'{a'.repeat(200)}${'}'.repeat(200)}` }, 400, /depth/],
    [
      'a key that reaches prototypes',
      '{"query": "{x}", "variables": {"__proto__": 1}}',
      400,
      /__proto__/,
    ],
    ['a subscription', { query: 'subscription { watchCoreV1Pods { type } }' }, 400, /WebSocket/],
    [
      'an unknown operation',
      { query: 'query A { version { major } }', operationName: 'B' },
      400,
      /./,
    ],
  ])('explains what is wrong with %s', async (_title, body, status, message) => {
    const response = await post(body);
    const text = await response.text();
    expect(text).toMatch(message);
    expect(response.status).toBe(status);
  });

  test('refuses other types of content', async () => {
    const response = await post('query', { 'content-type': 'text/plain' });
    expect(response.status).toBe(415);
  });

  test('answers a body that is too large, and keeps the connection', async () => {
    const response = await post({ query: '{ x }', variables: { a: 'x'.repeat(17 * 1024 * 1024) } });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ reason: 'RequestEntityTooLarge' });
  });

  test('answers an object of 3 MB with its size and the limit', async () => {
    const response = await post({
      query: 'mutation ($i: CoreV1ConfigMapInput!) { createCoreV1ConfigMap(input: $i) { kind } }',
      variables: { i: { metadata: { name: 'big' }, binaryData: { a: 'YWFh'.repeat(750_000) } } },
    });
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringMatching(/too (large|long)/i) }],
    });
  });

  test('is not called by names that are not its own', async () => {
    const { status, body } = await withHost('evil.example.com');
    expect(status).toBe(421);
    expect(body).toContain('is not called');
  });

  test('says whether it lives and whether it is ready, to anyone', async () => {
    expect((await fetch(`${plane.url}/livez`)).status).toBe(200);
    expect((await fetch(`${plane.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${plane.url}/nothing`)).status).toBe(404);
  });

  test('leads a browser from the API to the playground', async () => {
    const response = await fetch(`${plane.url}/graphql`, {
      headers: { accept: 'text/html' },
      redirect: 'manual',
    });
    expect(response.headers.get('location')).toBe('/');
  });

  test('brings the warnings of the pipeline', async () => {
    const response = await post({
      query: 'mutation ($i: CoreV1EndpointsInput!) { createCoreV1Endpoints(input: $i) { kind } }',
      variables: { i: { metadata: { name: 'old' } } },
    });
    expect(await response.json()).toMatchObject({
      extensions: { warnings: [expect.stringContaining('deprecated')] },
    });
  });
});

function withHost(host: string): Promise<{ status: number | undefined; body: string }> {
  const { promise, resolve, reject } = deferred<{ status: number | undefined; body: string }>();
  const { port } = new URL(plane.url);
  httpRequest({ host: '127.0.0.1', port, path: '/readyz', headers: { host } }, (response) => {
    let body = '';
    response.on('data', (chunk) => {
      body += String(chunk);
    });
    response.on('end', () => resolve({ status: response.statusCode, body }));
  })
    .on('error', reject)
    .end();
  return promise;
}

describe('server-sent events', () => {
  test('carry a subscription to a client of the protocol', async () => {
    const client = createSseClient({ url: `${plane.url}/graphql`, headers: AUTHORIZED });
    const names: unknown[] = [];
    const stop = client.subscribe<{ watchCoreV1ConfigMaps: { object: object } }>(
      { query: WATCH },
      {
        next: ({ data }) => names.push(data?.watchCoreV1ConfigMaps.object),
        error: () => undefined,
        complete: () => undefined,
      },
    );
    await createConfigMap('sse-1');
    await eventually(
      () => names,
      (seen) => expect(seen).toContainEqual({ metadata: { name: 'sse-1' } }),
    );
    stop();
    client.dispose();
  });

  test('carry queries and errors as well', async () => {
    const stream = { accept: 'text/event-stream' };
    expect(await (await post(QUERY, stream)).text()).toBe(
      `:\n\nevent: next\ndata: ${JSON.stringify(ANSWER)}\n\nevent: complete\ndata: \n\n`,
    );
    const failed = await (await post({ query: WATCH, variables: { from: 'x' } }, stream)).text();
    expect(failed).toContain('"code":"BadRequest"');
    expect(failed).toContain('event: complete');
  });

  test('want the token too', async () => {
    const response = await post(QUERY, { accept: 'text/event-stream', authorization: '' });
    expect(response.status).toBe(401);
  });
});

describe('WebSocket', () => {
  interface Closed {
    readonly code: number;
    readonly reason: string;
  }

  /** Opens a socket, sends `messages`, and resolves with what the server said and how it closed. */
  async function converse(
    messages: readonly (object | string)[],
    options: { protocol?: string; origin?: string; until?: number } = {},
  ): Promise<{ said: { type: string }[]; closed: Closed | undefined }> {
    const { protocol = 'graphql-transport-ws', origin, until = Number.POSITIVE_INFINITY } = options;
    const socket = new WebSocket(`${plane.url.replace('http', 'ws')}/graphql`, protocol, {
      origin,
    });
    const said: { type: string }[] = [];
    const end = deferred<Closed | undefined>();
    const send = (message: object | string): void =>
      socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    const [first, ...others] = messages;
    socket.on('open', () => first && send(first));
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as { type: string };
      said.push(message);
      // Nothing may be sent before the server has let the client in.
      if (message.type === 'connection_ack') for (const other of others) send(other);
      if (said.length >= until) end.resolve(undefined);
    });
    socket.on('close', (code, reason) => end.resolve({ code, reason: String(reason) }));
    socket.on('error', (error) => end.resolve({ code: 0, reason: error.message }));
    const closed = await end.promise;
    socket.terminate();
    return { said, closed };
  }

  const init = { type: 'connection_init', payload: AUTHORIZED };

  test('wants the token in its first message', async () => {
    for (const payload of [{}, { authorization: 'Bearer wrong' }, { token: 'wrong' }]) {
      const { said, closed } = await converse([{ type: 'connection_init', payload }]);
      expect(closed).toEqual({ code: 4401, reason: 'Unauthorized' });
      expect(said).toEqual([]);
    }
    const subscribe = { id: '1', type: 'subscribe', payload: { query: WATCH } };
    expect((await converse([subscribe])).closed?.code).toBe(4401);
  });

  test('takes the token alone as well', async () => {
    const { said } = await converse([{ type: 'connection_init', payload: { token: TEST_TOKEN } }], {
      until: 1,
    });
    expect(said).toEqual([{ type: 'connection_ack' }]);
  });

  test('is not open to pages of other sites', async () => {
    const { closed } = await converse([init], { origin: 'https://evil.example.com' });
    expect(closed?.reason).toContain('403');
  });

  test('speaks no other protocol', async () => {
    expect((await converse([init], { protocol: 'graphql-ws' })).closed?.code).not.toBe(1000);
  });

  test('answers pings, queries and mistakes on one connection', async () => {
    const { said } = await converse(
      [
        init,
        { type: 'ping' },
        { id: '1', type: 'subscribe', payload: QUERY },
        { id: '2', type: 'subscribe', payload: { query: '{ nothing }' } },
      ],
      { until: 5 },
    );
    expect(said).toEqual(
      expect.arrayContaining([
        { type: 'connection_ack' },
        { type: 'pong' },
        { id: '1', type: 'next', payload: ANSWER },
        { id: '1', type: 'complete' },
        expect.objectContaining({
          id: '2',
          type: 'error',
          payload: [
            expect.objectContaining({
              extensions: expect.objectContaining({ code: 'GRAPHQL_VALIDATION_FAILED' }),
            }),
          ],
        }),
      ]),
    );
  });

  test('closes on what is no message', async () => {
    expect((await converse([init, 'hello'])).closed?.code).toBe(4400);
  });

  test('ends a subscription that cannot start with an error and its completion', async () => {
    const { said } = await converse(
      [init, { id: '1', type: 'subscribe', payload: { query: WATCH, variables: { from: 'x' } } }],
      { until: 3 },
    );
    expect(said.slice(1)).toMatchObject([
      { id: '1', type: 'next', payload: { errors: [{ extensions: { code: 'BadRequest' } }] } },
      { id: '1', type: 'complete' },
    ]);
  });

  test('carries a subscription to a client of the protocol, until it unsubscribes', async () => {
    const client = createClient({
      url: `${plane.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: AUTHORIZED,
      retryAttempts: 0,
    });
    const iterator = client.iterate<{ watchCoreV1ConfigMaps: { object: unknown } }>({
      query: WATCH,
    });
    await createConfigMap('ws-1');
    for await (const { data } of iterator) {
      const object = data?.watchCoreV1ConfigMaps.object;
      if (JSON.stringify(object) === '{"metadata":{"name":"ws-1"}}') break;
    }
    await client.dispose();
  });
});
