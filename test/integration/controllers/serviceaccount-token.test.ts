import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { signLegacyToken } from '../../../src/apiserver/authentication/service-accounts/legacy-token.ts';
import { createServiceAccountKeys } from '../../../src/apiserver/authentication/service-accounts/signing-keys.ts';
import { coreSecrets, coreServiceAccounts } from '../../../src/scheme/generated/resources.ts';
import type { Secret } from '../../../src/scheme/generated/types/core-v1.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keys = createServiceAccountKeys(
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
);
const ROBOT = { namespace: 'default', name: 'robot' };
const TOKEN = { namespace: 'default', name: 'robot-token' };

const tokenPlane = (): Promise<TestPlane> =>
  testPlane({
    controllers: ['serviceaccount-token'],
    serviceAccountTokens: { keys },
    controllerOptions: {
      signToken: (subject) => signLegacyToken(keys, subject),
      rootCertificate: async () => 'PEM',
    },
  });

const createSecret = (plane: TestPlane, parts: Partial<Secret> = {}): Promise<Secret> =>
  plane.client.create(coreSecrets, {
    metadata: { ...TOKEN, annotations: { 'kubernetes.io/service-account.name': 'robot' } },
    type: 'kubernetes.io/service-account-token',
    ...parts,
  });

const text = (base64 = ''): string => Buffer.from(base64, 'base64').toString();

const filledToken = async (plane: TestPlane): Promise<string> => {
  const { data = {} } = await plane.eventually(
    () => plane.client.get(coreSecrets, TOKEN),
    ({ data: found }) =>
      expect(Object.keys(found ?? {}).sort()).toEqual(['ca.crt', 'namespace', 'token']),
  );
  expect([text(data['ca.crt']), text(data.namespace)]).toEqual(['PEM', 'default']);
  return text(data.token);
};

const userOf = (plane: TestPlane, bearerToken: string) =>
  plane.api.apiServer.authenticate({ bearerToken });

const expectNoSecret = (plane: TestPlane): Promise<unknown> =>
  plane.eventually(
    () => plane.list(coreSecrets),
    (left) => expect(left).toEqual([]),
  );

test('a Secret for a token is filled with one that stands for the account, until the Secret is gone', async () => {
  await using plane = await tokenPlane();
  const account = await plane.client.create(coreServiceAccounts, { metadata: ROBOT });
  await createSecret(plane);
  const token = await filledToken(plane);
  const { user } = await userOf(plane, token);
  expect(user).toMatchObject({
    name: 'system:serviceaccount:default:robot',
    uid: account.metadata.uid,
  });
  await plane.client.delete(coreSecrets, TOKEN);
  await expect(userOf(plane, token)).rejects.toMatchObject({ reason: 'Unauthorized' });
});

test('a token that was marked invalid is refused until its mark is taken away', async () => {
  await using plane = await tokenPlane();
  await plane.client.create(coreServiceAccounts, { metadata: ROBOT });
  await createSecret(plane);
  const token = await filledToken(plane);
  const mark = (value: string | null) =>
    plane.client.patch(coreSecrets, TOKEN, {
      type: 'merge',
      patch: { metadata: { labels: { 'kubernetes.io/legacy-token-invalid-since': value } } },
    });
  await mark('2026-11-25');
  await expect(userOf(plane, token)).rejects.toMatchObject({ reason: 'Unauthorized' });
  await mark(null);
  await expect(userOf(plane, token)).resolves.toMatchObject({ user: { uid: expect.any(String) } });
});

test('what is taken out of the Secret comes back, and the rest of it stays', async () => {
  await using plane = await tokenPlane();
  await plane.client.create(coreServiceAccounts, { metadata: ROBOT });
  await createSecret(plane);
  const first = await filledToken(plane);
  const patch = { data: { 'ca.crt': null } };
  await plane.client.patch(coreSecrets, TOKEN, { type: 'merge', patch });
  expect(await filledToken(plane)).toBe(first);
});

test('the Secret goes with its account, and one for an account that is not there goes at once', async () => {
  await using plane = await tokenPlane();
  await plane.client.create(coreServiceAccounts, { metadata: ROBOT });
  await createSecret(plane);
  await filledToken(plane);
  await plane.client.delete(coreServiceAccounts, ROBOT);
  await expectNoSecret(plane);
  await createSecret(plane);
  await expectNoSecret(plane);
});

test('the Secret of an account that has been made anew goes', async () => {
  await using plane = await tokenPlane();
  await plane.client.create(coreServiceAccounts, { metadata: ROBOT });
  const annotations = {
    'kubernetes.io/service-account.name': 'robot',
    'kubernetes.io/service-account.uid': 'another',
  };
  await createSecret(plane, { metadata: { ...TOKEN, annotations } });
  await expectNoSecret(plane);
});

test('an account forgets a Secret of tokens that is gone, and keeps the others that it names', async () => {
  await using plane = await tokenPlane();
  const secrets = [{ name: 'robot-token' }, { name: 'other' }];
  await plane.client.create(coreServiceAccounts, { metadata: ROBOT, secrets });
  await plane.client.create(coreSecrets, { metadata: { namespace: 'default', name: 'other' } });
  await createSecret(plane);
  await filledToken(plane);
  await plane.client.delete(coreSecrets, TOKEN);
  await plane.client.delete(coreSecrets, { namespace: 'default', name: 'other' });
  await plane.eventually(
    () => plane.client.get(coreServiceAccounts, ROBOT),
    (account) => expect(account.secrets).toEqual([{ name: 'other' }]),
  );
});
