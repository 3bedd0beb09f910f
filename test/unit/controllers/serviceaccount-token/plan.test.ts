import { describe, expect, test } from '@jest/globals';
import {
  filledSecret,
  isTokenSecret,
  needsToken,
  withoutReference,
} from '../../../../src/controllers/serviceaccount-token/plan.ts';
import { accountNameOf, isOfAccount } from '../../../../src/controllers/shared/token-secrets.ts';
import type { Secret, ServiceAccount } from '../../../../src/scheme/generated/types/core-v1.ts';

const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const secret = (
  annotations: Record<string, string> = { [NAME]: 'robot' },
  data?: Record<string, string>,
): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'kubernetes.io/service-account-token',
  metadata: { name: 'robot-token', namespace: 'team', annotations },
  ...(data ? { data } : {}),
});

const account: ServiceAccount = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'robot', namespace: 'team', uid: 'uid-1' },
};

const FULL = { token: base64('t'), namespace: base64('team'), 'ca.crt': base64('PEM') };

describe('a Secret', () => {
  test('is one of tokens by its type alone', () => {
    expect(isTokenSecret(secret())).toBe(true);
    expect(isTokenSecret({ ...secret(), type: 'Opaque' })).toBe(false);
    expect(accountNameOf(secret())).toBe('robot');
    expect(accountNameOf(secret({}))).toBe('');
  });

  test.each<[string, Record<string, string>, ServiceAccount | undefined, boolean]>([
    ['that says no uid belongs to the account of its name', { [NAME]: 'robot' }, account, true],
    ['that says the uid belongs to it', { [NAME]: 'robot', [UID]: 'uid-1' }, account, true],
    ['of an earlier account belongs to none', { [NAME]: 'robot', [UID]: 'uid-0' }, account, false],
    ['whose account is gone belongs to none', { [NAME]: 'robot' }, undefined, false],
  ])('%s', (_, annotations, owner, expected) => {
    expect(isOfAccount(secret(annotations), owner)).toBe(expected);
  });

  test('without a token needs one, and one that has one keeps it', () => {
    expect(needsToken(secret())).toBe(true);
    expect(needsToken(secret({ [NAME]: 'robot' }, { token: '' }))).toBe(true);
    expect(needsToken(secret({ [NAME]: 'robot' }, FULL))).toBe(false);
  });

  const parts = { account, certificate: 'PEM' };

  test('is filled with token, namespace and certificate, and says the uid of its account', () => {
    const filled = filledSecret(secret(), parts, 't');
    expect(filled.data).toEqual(FULL);
    expect(filled.metadata.annotations).toEqual({ [NAME]: 'robot', [UID]: 'uid-1' });
  });

  const complete = secret({ [NAME]: 'robot', [UID]: 'uid-1' }, { ...FULL, more: 'eA==' });

  test('that has everything is the same as before, whatever else it holds', () => {
    expect(filledSecret(complete, parts, undefined)).toBe(complete);
    expect(filledSecret(complete, { account, certificate: undefined }, undefined)).toBe(complete);
  });

  test('with the certificate of an earlier authority gets the present one', () => {
    const filled = filledSecret(complete, { account, certificate: 'NEW' }, undefined);
    expect(filled.data).toEqual({ ...FULL, more: 'eA==', 'ca.crt': base64('NEW') });
  });

  test('keeps a namespace that somebody gave it', () => {
    const named = secret({ [NAME]: 'robot' }, { namespace: base64('other') });
    expect(filledSecret(named, parts, 't').data?.namespace).toBe(base64('other'));
  });
});

test('an account forgets the one Secret that is gone', () => {
  const secrets = [{ name: 'robot-token' }, { name: 'other' }];
  expect(withoutReference({ ...account, secrets }, 'robot-token').secrets).toEqual([
    { name: 'other' },
  ]);
});
