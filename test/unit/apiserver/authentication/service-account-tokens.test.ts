import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { createServiceAccountKeys } from '../../../../src/apiserver/authentication/service-accounts/signing-keys.ts';
import { createServiceAccountAuthenticator } from '../../../../src/apiserver/authentication/service-accounts/token-authenticator.ts';
import { TokenIssuer } from '../../../../src/apiserver/authentication/service-accounts/token-issuer.ts';
import { VirtualClock } from '../../../../src/lib/virtual-clock.ts';
import {
  authenticate,
  CLAIMS,
  expectRefused,
  FORMER,
  former,
  ISSUER,
  keys,
  kubernetes,
  lookup,
  NOW,
  pem,
  STRANGE,
  sign,
  WORLD,
  type World,
} from './service-account-cluster.ts';

test('a token that the issuer has made names the account, its groups and the token itself', async () => {
  const clock = new VirtualClock(NOW * 1_000);
  const tokens = new TokenIssuer({ keys, issuer: ISSUER, audiences: ['api'] }, clock);
  const token = await tokens.issue({
    kubernetes: { namespace: 'default', serviceaccount: { name: 'robot', uid: 'sa-1' } },
    audiences: ['api', 'vault'],
    expirationSeconds: 600,
  });
  expect(await authenticate(token)).toEqual({
    user: {
      name: 'system:serviceaccount:default:robot',
      uid: 'sa-1',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      extra: {
        'authentication.kubernetes.io/credential-id': [
          expect.stringMatching(/^JTI=[0-9a-f-]{36}$/),
        ],
      },
    },
    audiences: ['api'],
  });
});

describe('keys', () => {
  test.each([
    ['of the curve P-256', pem(), 'ES256'],
    ['of the curve P-384', pem('ec', 'P-384'), 'ES384'],
    ['of the curve P-521', pem('ec', 'P-521'), 'ES512'],
    ['RSA', FORMER, 'RS256'],
  ])('%s sign with their own algorithm', (_, text, algorithm) => {
    expect(createServiceAccountKeys(text).signing.algorithm).toBe(algorithm);
  });

  test('a key that was replaced is good as long as it is named', async () => {
    expect(await authenticate(await sign(CLAIMS, former))).toBeDefined();
  });

  test('a token without a key id is tried with every key of its algorithm', async () => {
    expect(await authenticate(await sign(CLAIMS, former, { kid: undefined }))).toBeDefined();
  });

  test.each([
    ['nothing', ''],
    ['a public key to sign with', 'PUBLIC'],
    ['some text', 'secret words'],
  ])('%s is refused, and the message does not quote it', (_, text) => {
    const signing =
      text === 'PUBLIC'
        ? keys.signing.publicKey.export({ type: 'spki', format: 'pem' }).toString()
        : text;
    expect(() => createServiceAccountKeys(signing)).toThrow('this is no private key in PEM format');
  });

  test('short RSA keys and strange curves are refused', () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    const pemOf = short.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => createServiceAccountKeys(pemOf)).toThrow('2048 bits');
    expect(() => createServiceAccountKeys(pem('ec', 'secp256k1'))).toThrow(
      'P-256, P-384 and P-521',
    );
  });
});

describe('whose business a token is', () => {
  test.each(['', 'secret', 'a.b', 'a.b.c', 'a.b.c.d', '..', `${'x'.repeat(70_000)}.a.b`])(
    'the word %# is no token of a service account',
    async (word) => expect(await authenticate(word)).toBeUndefined(),
  );

  test.each([undefined, '', 'https://other.test', `${ISSUER}/`, ISSUER.toUpperCase(), 7, [ISSUER]])(
    'the issuer %j is another’s',
    async (iss) => expect(await authenticate(await sign({ ...CLAIMS, iss }))).toBeUndefined(),
  );

  test('tokens of a former issuer are good while they are accepted', async () => {
    expect(await authenticate(await sign({ ...CLAIMS, iss: 'https://former.test' }))).toBeDefined();
  });
});

describe('signatures', () => {
  test('a token without one is refused', async () => {
    await expectRefused(
      new UnsecuredJWT(CLAIMS as never).encode(),
      {},
      /no key and algorithm of ours/,
    );
  });

  test('a foreign key is refused, under its own name and under ours', async () => {
    await expectRefused(await sign(CLAIMS, STRANGE), {}, /no key and algorithm of ours/);
    const disguised = await sign(CLAIMS, STRANGE, { kid: keys.signing.id });
    await expectRefused(disguised, {}, /the signature of the token is wrong/);
    await expectRefused(await sign(CLAIMS, STRANGE, { kid: undefined }), {}, /signature/);
  });

  test('the public key as a shared secret is refused', async () => {
    const secret = Buffer.from(
      keys.signing.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    );
    const token = await new SignJWT(CLAIMS as never)
      .setProtectedHeader({ alg: 'HS256', kid: keys.signing.id })
      .sign(secret);
    await expectRefused(token, {}, /no key and algorithm of ours/);
  });

  test('every changed character of the signed part is noticed', async () => {
    const token = await sign();
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<
      string,
      unknown
    >;
    const forged = Buffer.from(
      JSON.stringify({ ...claims, sub: 'system:serviceaccount:kube-system:admin' }),
    ).toString('base64url');
    await expectRefused(`${header}.${forged}.${signature}`, {}, /signature/);
    for (let at = 0; at < signature.length - 1; at += 7) {
      const other = signature[at] === 'A' ? 'B' : 'A';
      const changed = `${header}.${payload}.${signature.slice(0, at)}${other}${signature.slice(at + 1)}`;
      await expectRefused(changed, {}, /signature/);
    }
  });
});

describe('time', () => {
  const LEEWAY = 60;
  test.each([
    ['at its beginning', NOW, true],
    ['at its end', NOW + 3_600, true],
    ['within the difference of clocks after its end', NOW + 3_600 + LEEWAY, true],
    ['past that', NOW + 3_600 + LEEWAY + 1, false],
    ['years later', NOW + 100_000_000, false],
    ['within the difference of clocks before its beginning', NOW - LEEWAY, true],
    ['before that', NOW - LEEWAY - 1, false],
    ['years before', NOW - 100_000_000, false],
  ])('a token %s is good: %#', async (_, nowSeconds, isGood) => {
    const token = await sign();
    if (isGood) expect(await authenticate(token, { nowSeconds })).toBeDefined();
    else await expectRefused(token, { nowSeconds }, /expired|not valid yet|in the future/);
  });

  test('a token that was verified once still ends', async () => {
    const clock = new VirtualClock(NOW * 1_000);
    const options = { keys, issuer: ISSUER, audiences: ['api'] };
    const authenticator = createServiceAccountAuthenticator(
      new TokenIssuer(options, clock),
      lookup(WORLD),
    );
    const bearerToken = await sign();
    expect(await authenticator.authenticate({ bearerToken })).toBeDefined();
    clock.advance(3_661_000);
    await expect(authenticator.authenticate({ bearerToken })).rejects.toThrow('expired');
  });

  test.each(
    ['exp', 'nbf', 'iat'].flatMap((claim) =>
      ['soon', null, {}, [NOW], true, Number.NaN].map((value) => [claim, value] as const),
    ),
  )('the claim %s may not be %j', async (claim, value) => {
    await expectRefused(await sign({ ...CLAIMS, [claim]: value }), {}, /is no time|has no end/);
  });

  test('a token must have an end', async () => {
    const { exp: _, ...endless } = CLAIMS;
    await expectRefused(await sign(endless), {}, /has no end/);
  });
});

describe('audiences', () => {
  test.each([
    ['api', undefined, ['api']],
    [['api'], undefined, ['api']],
    [['vault', 'api', 'old-api'], undefined, ['api', 'old-api']],
    [['vault'], ['vault'], ['vault']],
    [['vault', 'api'], ['vault', 'consul'], ['vault']],
    [undefined, undefined, ['api', 'old-api']],
    [undefined, ['old-api', 'x'], ['old-api']],
  ] as const)('a token for %j shown to %j is good for %j', async (aud, audiences, accepted) => {
    const identity = await authenticate(
      await sign({ ...CLAIMS, aud }),
      audiences ? { audiences } : {},
    );
    expect(identity?.audiences).toEqual(accepted);
  });

  test.each([
    ['vault', undefined],
    [['vault', 'consul'], undefined],
    [['api'], ['vault']],
    [undefined, ['vault']],
    ['API', undefined],
    ['api,old-api', undefined],
  ] as const)('a token for %j shown to %j is refused', async (aud, audiences) => {
    await expectRefused(
      await sign({ ...CLAIMS, aud }),
      audiences ? { audiences } : {},
      /is meant for/,
    );
  });

  test.each([7, true, {}, [7], [['api']], null])('the audience %j is none', async (aud) => {
    await expectRefused(await sign({ ...CLAIMS, aud }), {}, /neither a text nor a list/);
  });
});

describe('what the token is for', () => {
  test.each([
    undefined,
    null,
    7,
    'text',
    [],
    {},
    { namespace: 'default' },
    { serviceaccount: { name: 'robot', uid: 'sa-1' } },
    { namespace: '', serviceaccount: { name: 'robot', uid: 'sa-1' } },
    { namespace: 'default', serviceaccount: {} },
    { namespace: 'default', serviceaccount: { name: 'robot' } },
    { namespace: 'default', serviceaccount: { name: 'robot', uid: 7 } },
    { namespace: 'default', serviceaccount: { name: 'robot', uid: 'sa-1' }, pod: {} },
    { namespace: 'default', serviceaccount: { name: 'robot', uid: 'sa-1' }, pod: null },
    {
      namespace: 'default',
      serviceaccount: { name: 'robot', uid: 'sa-1' },
      secret: { name: 'key' },
    },
    { namespace: 'default', serviceaccount: { name: 'robot', uid: 'sa-1' }, node: {} },
    { namespace: 'default', serviceaccount: { name: 'robot', uid: 'sa-1' }, node: null },
  ])('must be said whole: %j is refused', async (claim) => {
    await expectRefused(
      await sign({ ...CLAIMS, 'kubernetes.io': claim }),
      {},
      /does not say which service account/,
    );
  });

  test.each([
    undefined,
    '',
    'robot',
    'system:serviceaccount:default:other',
    'system:serviceaccount:kube-system:robot',
    'system:admin',
  ])('must be the subject: %j is refused', async (sub) =>
    expectRefused(await sign({ ...CLAIMS, sub }), {}, /subject/),
  );

  const bound: readonly (readonly [string, object, string])[] = [
    ['account', {}, 'serviceaccounts/default/robot'],
    ['Pod', { pod: { name: 'web', uid: 'pod-1' } }, 'pods/default/web'],
    ['Secret', { secret: { name: 'key', uid: 'secret-1' } }, 'secrets/default/key'],
    ['Node', { node: { name: 'node-1', uid: 'node-1-uid' } }, 'nodes//node-1'],
  ];
  const at = (seconds: number) => new Date(seconds * 1_000).toISOString();

  test.each(bound)('a token bound to its %s is good while that is there', async (_, more) => {
    expect(await authenticate(await sign(kubernetes(more)))).toBeDefined();
  });

  test.each(bound)('a token whose %s is gone is refused', async (_, more, key) => {
    const { [key]: __, ...world } = WORLD;
    await expectRefused(await sign(kubernetes(more)), { world }, /is gone/);
  });

  test.each(bound)('a token whose %s has been made anew is refused', async (_, more, key) => {
    await expectRefused(
      await sign(kubernetes(more)),
      { world: { ...WORLD, [key]: { uid: 'anew' } } },
      /another object/,
    );
  });

  test.each(bound)(
    'a token whose %s has been deleted a minute ago is refused',
    async (_, more, key) => {
      const uid = WORLD[key]?.uid ?? '';
      const token = await sign(kubernetes(more));
      const deleted = (seconds: number) => ({
        world: { ...WORLD, [key]: { uid, deletionTimestamp: at(seconds) } },
      });
      expect(await authenticate(token, deleted(NOW - 60))).toBeDefined();
      expect(await authenticate(token, deleted(NOW + 30))).toBeDefined();
      await expectRefused(token, deleted(NOW - 61), /has been deleted/);
    },
  );

  test('a token of a Pod says where the Pod runs, and outlives the news of its node', async () => {
    const more = { pod: { name: 'web', uid: 'pod-1' }, node: { name: 'node-9', uid: 'gone' } };
    const identity = await authenticate(await sign(kubernetes(more)));
    expect(identity?.user.extra).toEqual({
      'authentication.kubernetes.io/pod-name': ['web'],
      'authentication.kubernetes.io/pod-uid': ['pod-1'],
      'authentication.kubernetes.io/node-name': ['node-9'],
      'authentication.kubernetes.io/node-uid': ['gone'],
      'authentication.kubernetes.io/credential-id': ['JTI=id-1'],
    });
  });

  test('revoking shows with the next request, although the signature is remembered', async () => {
    const world: World = { ...WORLD };
    const options = { keys, issuer: ISSUER, audiences: ['api'] };
    const clock = new VirtualClock(NOW * 1_000);
    const authenticator = createServiceAccountAuthenticator(
      new TokenIssuer(options, clock),
      lookup(world),
    );
    const bearerToken = await sign();
    expect(await authenticator.authenticate({ bearerToken })).toBeDefined();
    delete world['serviceaccounts/default/robot'];
    await expect(authenticator.authenticate({ bearerToken })).rejects.toThrow('is gone');
  });
});
