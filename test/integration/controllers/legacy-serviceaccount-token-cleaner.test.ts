import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { signLegacyToken } from '../../../src/apiserver/authentication/service-accounts/legacy-token.ts';
import { createServiceAccountKeys } from '../../../src/apiserver/authentication/service-accounts/signing-keys.ts';
import {
  coreConfigMaps,
  coreSecrets,
  coreServiceAccounts,
} from '../../../src/scheme/generated/resources.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keys = createServiceAccountKeys(
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
);
const DAY_MS = 86_400_000;
const YEAR_MS = 366 * DAY_MS;

async function createToken({ client }: TestPlane, name: string): Promise<void> {
  const annotations = { 'kubernetes.io/service-account.name': 'robot' };
  await client.create(coreSecrets, {
    metadata: { namespace: 'default', name, annotations },
    type: 'kubernetes.io/service-account-token',
  });
}

async function tokenPlane(): Promise<TestPlane> {
  const plane = await testPlane({
    controllers: ['serviceaccount-token', 'legacy-serviceaccount-token-cleaner'],
    serviceAccountTokens: { keys },
    controllerOptions: {
      signToken: (subject) => signLegacyToken(keys, subject),
      rootCertificate: async () => 'PEM',
    },
  });
  await plane.client.create(coreServiceAccounts, {
    metadata: { namespace: 'default', name: 'robot' },
    secrets: [{ name: 'unused' }, { name: 'used' }],
  });
  for (const name of ['unused', 'used', 'by-hand']) await createToken(plane, name);
  await plane.idle();
  return plane;
}

const labelsOf = async ({ client }: TestPlane, name: string): Promise<Record<string, string>> =>
  (await client.get(coreSecrets, { namespace: 'default', name })).metadata.labels ?? {};

async function use({ api, client }: TestPlane, name: string): Promise<void> {
  const { data } = await client.get(coreSecrets, { namespace: 'default', name });
  const bearerToken = Buffer.from(data?.token ?? '', 'base64').toString();
  await api.apiServer.authenticate({ bearerToken });
}

test('tokens of old that nobody uses are of no use after a year, and gone after two', async () => {
  await using plane = await tokenPlane();
  const tracking = await plane.client.get(coreConfigMaps, {
    namespace: 'kube-system',
    name: 'kube-apiserver-legacy-service-account-token-tracking',
  });
  expect(tracking.data).toEqual({ since: '2026-01-01' });
  plane.clock.advance(YEAR_MS - DAY_MS);
  await use(plane, 'used');
  await use(plane, 'used');
  await plane.eventually(
    () => labelsOf(plane, 'used'),
    (labels) => expect(labels).toEqual({ 'kubernetes.io/legacy-token-last-used': '2027-01-01' }),
  );
  plane.clock.advance(2 * DAY_MS);
  await plane.eventually(
    () => labelsOf(plane, 'unused'),
    (labels) =>
      expect(labels).toEqual({
        'kubernetes.io/legacy-token-invalid-since': expect.stringMatching(/^2027-01-0/),
      }),
  );
  await expect(use(plane, 'unused')).rejects.toThrow('Unauthorized');
  expect(Object.keys(await labelsOf(plane, 'used'))).toEqual([
    'kubernetes.io/legacy-token-last-used',
  ]);
  plane.clock.advance(YEAR_MS);
  await plane.idle();
  plane.clock.advance(2 * DAY_MS);
  await plane.eventually(
    () => plane.list(coreSecrets, 'default'),
    (left) => expect(left.map(({ metadata }) => metadata.name)).toEqual(['by-hand', 'used']),
  );
});
