import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { AdmissionPlugin } from '../../../src/apiserver/admission/plugin.ts';
import { createAdmissionPlugins } from '../../../src/apiserver/admission/plugin-table.ts';
import { createServiceAccountKeys } from '../../../src/apiserver/authentication/service-accounts/signing-keys.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import {
  authenticationTokenReviews,
  coreNodes,
  corePods,
  coreSecrets,
  coreServiceAccounts,
} from '../../../src/scheme/generated/resources.ts';
import type {
  TokenRequest,
  TokenRequestSpec,
} from '../../../src/scheme/generated/types/authentication-v1.ts';
import { type TestApi, testApi } from '../../support/plane.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keys = createServiceAccountKeys(
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
);
const TOKENS = { keys, issuer: 'https://orrery.test', audiences: ['api'] };
const NOW = Date.parse('2026-06-01T12:00:00Z');

const robot = { namespace: 'default', name: 'robot' };

async function cluster(databaseUrl?: string): Promise<TestApi & { readonly clock: VirtualClock }> {
  const clock = new VirtualClock(NOW);
  const api = await testApi({
    clock,
    serviceAccountTokens: TOKENS,
    ...(databaseUrl ? { databaseUrl } : {}),
  });
  return Object.assign(api, { clock });
}

async function clusterWithRobot() {
  const api = await cluster();
  const account = await api.client.create(coreServiceAccounts, { metadata: robot });
  return Object.assign(api, { account });
}

async function request(api: TestApi, spec: TokenRequestSpec = {}): Promise<TokenRequest> {
  const answer = await api.client.createSubresource(coreServiceAccounts, robot, 'token', { spec });
  return answer as unknown as TokenRequest;
}

const tokenOf = async (api: TestApi, spec?: TokenRequestSpec): Promise<string> =>
  (await request(api, spec)).status?.token as string;

const userOf = (api: TestApi, bearerToken: string) => api.apiServer.authenticate({ bearerToken });

/** Ends when the process has seen every write to service accounts so far, of whatever process. */
async function caughtUp({ store }: TestApi): Promise<void> {
  const cache = await store.cache(coreServiceAccounts);
  await cache.waitFor(await store.currentResourceVersion());
}

async function expectUnauthorized(api: TestApi, token: string): Promise<void> {
  await expect(userOf(api, token)).rejects.toMatchObject({
    reason: 'Unauthorized',
    message: 'Unauthorized',
  });
}

test('a token request is answered with a token that stands for the account', async () => {
  await using api = await clusterWithRobot();
  const { metadata, spec, status } = await request(api);
  expect(metadata).toMatchObject(robot);
  expect(spec).toEqual({ audiences: ['api'], expirationSeconds: 3_600 });
  expect(status?.expirationTimestamp).toBe('2026-06-01T13:00:00Z');
  expect(decodeJwt(status?.token as string)).toEqual({
    iss: 'https://orrery.test',
    sub: 'system:serviceaccount:default:robot',
    aud: ['api'],
    iat: NOW / 1_000,
    nbf: NOW / 1_000,
    exp: NOW / 1_000 + 3_600,
    jti: expect.any(String),
    'kubernetes.io': {
      namespace: 'default',
      serviceaccount: { name: 'robot', uid: api.account.metadata.uid },
    },
  });
  const { user } = await userOf(api, status?.token as string);
  expect(user.name).toBe('system:serviceaccount:default:robot');
});

test('nothing of a token request is stored, and a dry run signs nothing', async () => {
  await using api = await clusterWithRobot();
  const before = await api.store.currentResourceVersion();
  await request(api);
  const dry = await api.client.createSubresource(
    coreServiceAccounts,
    robot,
    'token',
    {},
    { dryRun: true },
  );
  expect((dry as unknown as TokenRequest).status).toEqual({
    expirationTimestamp: '2026-06-01T13:00:00Z',
  });
  expect(await api.store.currentResourceVersion()).toBe(before);
});

describe('a token is refused at once when', () => {
  test('its account is deleted, by another process once its deletion is seen here, and when a namesake is made', async () => {
    await using api = await clusterWithRobot();
    await using other = await cluster(api.databaseUrl);
    const token = await tokenOf(api);
    expect(await userOf(other, token)).toBeDefined();
    await other.client.delete(coreServiceAccounts, robot);
    await expectUnauthorized(other, token);
    await api.client.create(coreServiceAccounts, { metadata: robot });
    await caughtUp(api);
    await expectUnauthorized(api, token);
    await expectUnauthorized(other, token);
  });

  test('its end has come', async () => {
    await using api = await clusterWithRobot();
    const token = await tokenOf(api, { expirationSeconds: 600 });
    api.clock.advance(660_000);
    expect(await userOf(api, token)).toBeDefined();
    api.clock.advance(1_000);
    await expectUnauthorized(api, token);
  });

  test('the Secret that it is bound to is deleted', async () => {
    await using api = await clusterWithRobot();
    await api.client.create(coreSecrets, { metadata: { namespace: 'default', name: 'switch' } });
    const token = await tokenOf(api, {
      boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 'switch' },
    });
    expect(await userOf(api, token)).toBeDefined();
    await api.client.delete(coreSecrets, { namespace: 'default', name: 'switch' });
    await expectUnauthorized(api, token);
  });

  test('the Node that it is bound to is deleted', async () => {
    await using api = await clusterWithRobot();
    await api.client.create(coreNodes, { metadata: { name: 'node-1' } });
    const token = await tokenOf(api, {
      boundObjectRef: { kind: 'Node', apiVersion: 'v1', name: 'node-1' },
    });
    expect((await userOf(api, token)).user.extra).toMatchObject({
      'authentication.kubernetes.io/node-name': ['node-1'],
    });
    await api.client.delete(coreNodes, { name: 'node-1' });
    await expectUnauthorized(api, token);
  });
});

test('a process accepts the token of an account that another has just made', async () => {
  await using api = await clusterWithRobot();
  await using other = await cluster(api.databaseUrl);
  await expectUnauthorized(other, 'a.b.c');
  const name = 'newcomer';
  await api.client.create(coreServiceAccounts, { metadata: { namespace: 'default', name } });
  const answer = await api.client.createSubresource(
    coreServiceAccounts,
    { namespace: 'default', name },
    'token',
    {},
  );
  const { user } = await userOf(other, (answer as unknown as TokenRequest).status?.token as string);
  expect(user.name).toBe('system:serviceaccount:default:newcomer');
});

describe('a token of a Pod', () => {
  const web = { namespace: 'default', name: 'web' };
  const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'web' };

  async function clusterWithPod() {
    const api = await clusterWithRobot();
    await api.client.create(coreNodes, { metadata: { name: 'node-1' } });
    const spec = {
      serviceAccountName: 'robot',
      nodeName: 'node-1',
      containers: [{ name: 'main', image: 'nginx' }],
    };
    const pod = await api.client.create(corePods, { metadata: web, spec });
    return Object.assign(api, { pod });
  }

  test('says where the Pod runs, and ends with it', async () => {
    await using api = await clusterWithPod();
    const token = await tokenOf(api, { boundObjectRef });
    expect((await userOf(api, token)).user.extra).toMatchObject({
      'authentication.kubernetes.io/pod-name': ['web'],
      'authentication.kubernetes.io/pod-uid': [api.pod.metadata.uid],
      'authentication.kubernetes.io/node-name': ['node-1'],
      'authentication.kubernetes.io/node-uid': [expect.any(String)],
    });
    await api.client.delete(corePods, web, { gracePeriodSeconds: 0 });
    await expectUnauthorized(api, token);
  });

  test('that kubelets renew by the hour is good for a year, and says when it should have been renewed', async () => {
    await using api = await clusterWithPod();
    const claims = decodeJwt(await tokenOf(api, { boundObjectRef, expirationSeconds: 3_607 }));
    expect(claims.exp).toBe(NOW / 1_000 + 365 * 24 * 3_600);
    expect(claims['kubernetes.io']).toMatchObject({ warnafter: NOW / 1_000 + 3_607 });
    const other = decodeJwt(
      await tokenOf(api, { boundObjectRef, expirationSeconds: 3_607, audiences: ['vault'] }),
    );
    expect(other.exp).toBe(NOW / 1_000 + 3_607);
  });

  test('is not given to an account that the Pod does not run as', async () => {
    await using api = await clusterWithPod();
    await api.client.create(coreServiceAccounts, {
      metadata: { namespace: 'default', name: 'other' },
    });
    const target = { namespace: 'default', name: 'other' };
    const outcome = api.client.createSubresource(coreServiceAccounts, target, 'token', {
      spec: { boundObjectRef },
    });
    await expect(outcome).rejects.toMatchObject({
      reason: 'BadRequest',
      message: /different serviceaccount name/,
    });
  });
});

describe('a token request is refused', () => {
  test.each<[TokenRequestSpec, string, RegExp]>([
    [
      { expirationSeconds: 599 },
      'Invalid',
      /^TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes$/,
    ],
    [
      { expirationSeconds: 2 ** 32 + 1 },
      'Invalid',
      /may not specify a duration larger than 2\^32 seconds/,
    ],
    [{ expirationSeconds: 3_600.5 }, 'BadRequest', /whole number/],
    [{ audiences: [7 as never] }, 'BadRequest', /spec.audiences/],
    [
      { boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 'none' } },
      'NotFound',
      /secrets "none" not found/,
    ],
    [
      { boundObjectRef: { kind: 'ConfigMap', apiVersion: 'v1', name: 'a' } },
      'BadRequest',
      /cannot bind token to object of type \/v1, Kind=ConfigMap/,
    ],
    [
      { boundObjectRef: { kind: 'Pod', apiVersion: 'apps/v1', name: 'a' } },
      'BadRequest',
      /type apps\/v1, Kind=Pod/,
    ],
    [
      { boundObjectRef: { kind: 'toString', apiVersion: 'v1', name: 'a' } },
      'BadRequest',
      /cannot bind/,
    ],
  ])('for %j: %s', async (spec, reason, message) => {
    await using api = await clusterWithRobot();
    await expect(request(api, spec)).rejects.toMatchObject({ reason, message });
  });

  test('for an account that does not exist', async () => {
    await using api = await cluster();
    await expect(request(api)).rejects.toMatchObject({
      reason: 'NotFound',
      message: 'serviceaccounts "robot" not found',
    });
  });

  test('for an object that has been made anew', async () => {
    await using api = await clusterWithRobot();
    await api.client.create(coreSecrets, { metadata: { namespace: 'default', name: 'key' } });
    const boundObjectRef = { kind: 'Secret', apiVersion: 'v1', name: 'key', uid: 'former' };
    await expect(request(api, { boundObjectRef })).rejects.toMatchObject({
      reason: 'Conflict',
      message: /deleted and then recreated/,
    });
  });

  test('by a server without a key', async () => {
    await using api = await testApi();
    await expect(request(api)).rejects.toMatchObject({ reason: 'MethodNotAllowed' });
  });
});

test('a token review says for whom of those that ask a token is good', async () => {
  await using api = await clusterWithRobot();
  const token = await tokenOf(api, { audiences: ['vault', 'api'] });
  const review = async (audiences?: string[]) => {
    const spec = { token, ...(audiences ? { audiences } : {}) };
    return (await api.client.create(authenticationTokenReviews, { metadata: {}, spec })).status;
  };
  expect(await review()).toMatchObject({ authenticated: true, audiences: ['api'] });
  expect(await review(['vault', 'consul'])).toMatchObject({
    authenticated: true,
    audiences: ['vault'],
  });
  expect(await review(['consul'])).toEqual({ authenticated: false });
});

test('a token request is admitted once, and may say null where it says nothing', async () => {
  const log: string[] = [];
  const noting: AdmissionPlugin = {
    name: 'Noting',
    handles: (_resource, _operation, subresource) => subresource === 'token',
    admit: () => void log.push('changes'),
    validate: () => void log.push('judges'),
  };
  await using api = await testApi({
    serviceAccountTokens: TOKENS,
    admissionPlugins: [...createAdmissionPlugins(), noting],
  });
  await api.client.create(coreServiceAccounts, { metadata: robot });
  const spec = { audiences: null, expirationSeconds: null, boundObjectRef: null };
  const answer = await request(api, spec as unknown as TokenRequestSpec);
  expect(answer.spec).toMatchObject({ audiences: ['api'], expirationSeconds: 3600 });
  expect(log).toEqual(['changes', 'judges']);
});
