import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { createServiceAccountKeys } from '../../../src/apiserver/authentication/service-accounts/signing-keys.ts';
import { TokenIssuer } from '../../../src/apiserver/authentication/service-accounts/token-issuer.ts';
import { addIssuerDiscovery } from '../../../src/composition/issuer-discovery.ts';
import { createHttpServer } from '../../../src/http/http-server.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import { unauthorized } from '../../../src/scheme/errors.ts';

const pem = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

async function discovery(issuer: string) {
  const options = { keys: createServiceAccountKeys(pem(), [pem()]), issuer, audiences: ['api'] };
  const http = createHttpServer({ logger: silentLogger });
  await addIssuerDiscovery(http.fastify, options, async ({ bearerToken }) => {
    if (bearerToken !== 'secret') throw unauthorized();
  });
  const url = await http.listen({ host: '127.0.0.1', port: 0 });
  const get = (path: string, token = 'secret') =>
    fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return { options, url, get, [Symbol.asyncDispose]: () => http.close() };
}

test('who reads the issuer’s keys can verify its tokens without asking it', async () => {
  await using server = await discovery('https://orrery.test');
  const configuration = await (await server.get('/.well-known/openid-configuration')).json();
  expect(configuration).toEqual({
    issuer: 'https://orrery.test',
    jwks_uri: 'https://orrery.test/openid/v1/jwks',
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  });
  const token = await new TokenIssuer(server.options, systemClock).issue({
    kubernetes: { namespace: 'default', serviceaccount: { name: 'robot', uid: 'uid' } },
    audiences: ['vault'],
    expirationSeconds: 600,
  });
  const keys = createRemoteJWKSet(new URL(`${server.url}/openid/v1/jwks`), {
    headers: { authorization: 'Bearer secret' },
  });
  const { payload } = await jwtVerify(token, keys, {
    issuer: 'https://orrery.test',
    audience: 'vault',
  });
  expect(payload.sub).toBe('system:serviceaccount:default:robot');
});

test('the keys that are told are public ones alone', async () => {
  await using server = await discovery('https://orrery.test');
  const { keys } = (await (await server.get('/openid/v1/jwks')).json()) as { keys: object[] };
  expect(keys).toHaveLength(2);
  for (const key of keys)
    expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
});

test('nobody reads them who may not come in', async () => {
  await using server = await discovery('https://orrery.test');
  expect((await server.get('/openid/v1/jwks', 'guess')).status).toBe(401);
});

test('an issuer that is no address has nowhere to be looked up', async () => {
  await using server = await discovery('kubernetes');
  expect((await server.get('/.well-known/openid-configuration')).status).toBe(404);
});
