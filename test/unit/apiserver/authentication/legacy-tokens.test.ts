import { describe, expect, test } from '@jest/globals';
import {
  authenticate,
  expectRefused,
  NOW,
  sign,
  WORLD,
  type World,
} from './service-account-cluster.ts';

describe('tokens of old that live in a Secret', () => {
  const LEGACY = {
    iss: 'kubernetes/serviceaccount',
    sub: 'system:serviceaccount:default:robot',
    'kubernetes.io/serviceaccount/namespace': 'default',
    'kubernetes.io/serviceaccount/secret.name': 'robot-token',
    'kubernetes.io/serviceaccount/service-account.name': 'robot',
    'kubernetes.io/serviceaccount/service-account.uid': 'sa-1',
  };
  const held = (token: string, more: object = {}): World => ({
    ...WORLD,
    'secrets/default/robot-token': {
      uid: 'secret-2',
      type: 'kubernetes.io/service-account-token',
      data: { token: Buffer.from(token).toString('base64') },
      ...more,
    },
  });

  test('are good while the Secret holds them', async () => {
    const token = await sign(LEGACY);
    expect(await authenticate(token, { world: held(token) })).toMatchObject({
      user: { name: 'system:serviceaccount:default:robot', uid: 'sa-1' },
    });
  });

  test.each([
    ['the Secret is gone', WORLD],
    ['the Secret holds another token', held('other')],
    ['the Secret holds none', held('', { data: {} })],
  ])('are refused when %s', async (_, world) => {
    await expectRefused(await sign(LEGACY), { world }, /is gone|no longer holds/);
  });

  test('are refused when the Secret is of another type, or deleted', async () => {
    const token = await sign(LEGACY);
    await expectRefused(token, { world: held(token, { type: 'Opaque' }) }, /no longer holds/);
    const deletionTimestamp = new Date((NOW - 100) * 1_000).toISOString();
    await expectRefused(token, { world: held(token, { deletionTimestamp }) }, /has been deleted/);
  });

  test.each(Object.keys(LEGACY).slice(1))('need their claim %s', async (claim) => {
    const { [claim as keyof typeof LEGACY]: _, ...rest } = LEGACY;
    const token = await sign(rest);
    await expectRefused(token, { world: held(token) }, /has no claim|subject/);
  });
});
