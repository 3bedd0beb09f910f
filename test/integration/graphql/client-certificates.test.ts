import { beforeAll, describe, expect, test } from '@jest/globals';
import { createClient as createSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { CertificateAuthority } from '../../../src/controllers/certificate-signer/authority.ts';
import { readCertificateRequest } from '../../../src/controllers/shared/read-certificate-request.ts';
import {
  createCertificateRequest,
  httpsSend,
  type Subject,
  testAuthority,
} from '../../support/certificates.ts';
import { TEST_TOKEN, type TestGraphql, testGraphql } from '../../support/graphql-server.ts';

const HOUR_MS = 3_600_000;
const WHO_AM_I = `mutation {
  createAuthenticationV1SelfSubjectReview(input: {}) { status { userInfo { username groups extra } } }
}`;

let authority: CertificateAuthority;
let stranger: CertificateAuthority;

beforeAll(async () => {
  authority = await testAuthority();
  stranger = await testAuthority();
});

async function secureServer(): Promise<TestGraphql> {
  const names = [{ type: 'ip', value: '127.0.0.1' }] as const;
  const served = await authority.issueServing(names, { nowMs: Date.now(), durationMs: HOUR_MS });
  return testGraphql({
    tls: { ...served, clientAuthority: authority.certificate },
  });
}

async function certificateOf(
  subject: Subject,
  { signer = authority, usages = ['digital signature', 'client auth'], nowMs = Date.now() } = {},
) {
  const { privateKey, request } = await createCertificateRequest(subject);
  const { request: read } = await readCertificateRequest({
    request: Buffer.from(request).toString('base64'),
  });
  const cert = await signer.signRequest(read, usages, { nowMs, durationMs: HOUR_MS });
  return { cert, key: privateKey };
}

async function whoAmI(
  server: TestGraphql,
  options: { cert?: string; key?: string; headers?: Record<string, string> } = {},
) {
  const body = JSON.stringify({ query: WHO_AM_I });
  const answer = await httpsSend(`${server.url}/graphql`, {
    ca: authority.certificate,
    body,
    ...options,
  });
  if (answer.status === 401) return 'Unauthorized';
  return JSON.parse(answer.body).data?.createAuthenticationV1SelfSubjectReview.status.userInfo;
}

describe('over TLS', () => {
  test('a client certificate says who somebody is and of which groups', async () => {
    await using server = await secureServer();
    const jane = await certificateOf({ commonName: 'jane', organizations: ['dev', 'ops, east'] });
    expect(await whoAmI(server, jane)).toEqual({
      username: 'jane',
      groups: ['dev', 'ops, east', 'system:authenticated'],
      extra: {
        'authentication.kubernetes.io/credential-id': [
          expect.stringMatching(/^X509SHA256=[0-9a-f]{64}$/),
        ],
      },
    });
  });

  test('a token is as good as it is without', async () => {
    await using server = await secureServer();
    const headers = { authorization: `Bearer ${TEST_TOKEN}` };
    expect(await whoAmI(server, { headers })).toMatchObject({ username: 'system:admin' });
  });

  test('nobody comes in without credentials', async () => {
    await using server = await secureServer();
    expect(await whoAmI(server)).toBe('Unauthorized');
  });

  test.each<
    [string, Parameters<typeof certificateOf>[1] | (() => Parameters<typeof certificateOf>[1])]
  >([
    ['signed by somebody else', () => ({ signer: stranger })],
    ['that has ended', { nowMs: Date.now() - 2 * HOUR_MS }],
    ['of a server', { usages: ['digital signature', 'server auth'] }],
  ])('a certificate %s is refused', async (_, how) => {
    await using server = await secureServer();
    const shown = await certificateOf(
      { commonName: 'jane' },
      typeof how === 'function' ? how() : how,
    );
    expect(await whoAmI(server, shown)).toBe('Unauthorized');
  });

  test('subscriptions know the certificate of their connection', async () => {
    await using server = await secureServer();
    const { cert, key } = await certificateOf({
      commonName: 'root',
      organizations: ['system:masters'],
    });
    class SecureSocket extends WebSocket {
      constructor(address: string, protocols: string | string[]) {
        super(address, protocols, { ca: authority.certificate, cert, key });
      }
    }
    const client = createSocketClient({
      url: `${server.url.replace('https', 'wss')}/graphql`,
      webSocketImpl: SecureSocket,
      retryAttempts: 0,
    });
    const query = 'subscription { watchCoreV1Namespaces(sendInitialEvents: true) { type } }';
    const events = client.iterate({ query });
    const { value } = await events.next();
    expect(value.data.watchCoreV1Namespaces.type).toBe('ADDED');
    await events.return?.();
    await client.dispose();
  });
});

test('acting as another is for those who may impersonate, over HTTP and WebSocket', async () => {
  await using server = await testGraphql();
  const body = JSON.stringify({ query: WHO_AM_I });
  const as = await server.client.sendBody(body, {
    'impersonate-user': 'system:serviceaccount:default:robot',
    'impersonate-group': 'system:masters',
  });
  const { data } = (await as.json()) as {
    data: { createAuthenticationV1SelfSubjectReview: object };
  };
  expect(data.createAuthenticationV1SelfSubjectReview).toMatchObject({
    status: {
      userInfo: {
        username: 'system:serviceaccount:default:robot',
        groups: ['system:masters', 'system:authenticated'],
      },
    },
  });
  const refused = await server.client.sendBody(body, { 'impersonate-group': 'system:masters' });
  expect(refused.status).toBe(400);
  const client = createSocketClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${TEST_TOKEN}`, 'Impersonate-User': 'jane' },
    retryAttempts: 0,
  });
  const outcome = client
    .iterate({ query: 'subscription { watchCoreV1Namespaces { type } }' })
    .next();
  await expect(outcome).resolves.toMatchObject({
    value: { errors: [{ message: expect.stringContaining('User "jane" cannot watch') }] },
  });
  await client.dispose();
});
