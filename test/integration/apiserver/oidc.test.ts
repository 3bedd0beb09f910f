import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { exportJWK, SignJWT } from 'jose';
import { createStructuredAuthentication } from '../../../src/apiserver/authentication/oidc/authentication-configuration.ts';
import { userOfClaims } from '../../../src/apiserver/authentication/oidc/claim-mapping.ts';
import {
  createOidcAuthenticator,
  type OidcOptions,
} from '../../../src/apiserver/authentication/oidc/oidc-authenticator.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { testAuthority } from '../../support/certificates.ts';

const NOW = 1_800_000_000;

interface SigningKey {
  readonly id: string;
  readonly algorithm: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

function newKey(id: string, type: 'rsa' | 'ec' = 'rsa'): SigningKey {
  const pair =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { id, algorithm: type === 'rsa' ? 'RS256' : 'ES256', ...pair };
}

/** An OpenID Connect issuer on HTTPS, with a certificate that only its own authority vouches for. */
class Issuer implements AsyncDisposable {
  readonly clock = new VirtualClock(NOW * 1_000);
  keys: SigningKey[] = [newKey('first')];
  /** What the discovery document says of itself, beside the truth. */
  lies: Record<string, unknown> = {};
  isDown = false;
  readonly seen: string[] = [];
  readonly ca: string;
  readonly #server: Server;

  private constructor(server: Server, ca: string) {
    this.#server = server;
    this.ca = ca;
    server.on('request', async ({ url = '' }, response) => {
      this.seen.push(url);
      if (this.isDown) response.writeHead(503).end();
      else response.end(JSON.stringify(await this.#document(url)));
    });
  }

  static async start(): Promise<Issuer> {
    const authority = await testAuthority();
    const validity = { nowMs: Date.now(), durationMs: 3_600_000 };
    const served = await authority.issueServing([{ type: 'ip', value: '127.0.0.1' }], validity);
    const server = createServer({ cert: served.certificate, key: served.privateKey });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Issuer(server, authority.certificate);
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #document(path: string): Promise<object> {
    if (path === '/.well-known/openid-configuration') {
      return { issuer: this.url, jwks_uri: `${this.url}/keys`, ...this.lies };
    }
    const keys = this.keys.map(async ({ id, algorithm, publicKey }) => ({
      ...(await exportJWK(publicKey)),
      kid: id,
      alg: algorithm,
      use: 'sig',
    }));
    return { keys: await Promise.all(keys) };
  }

  sign(claims: Record<string, unknown> = {}, key = this.keys[0] as SigningKey): Promise<string> {
    const defaults = { iss: this.url, sub: 'jane', aud: 'orrery', iat: NOW, exp: NOW + 600 };
    return new SignJWT({ ...defaults, ...claims })
      .setProtectedHeader({ alg: key.algorithm, kid: key.id })
      .sign(key.privateKey);
  }

  authenticator(options: Partial<OidcOptions> = {}) {
    const authenticator = createOidcAuthenticator({
      issuerUrl: this.url,
      audiences: ['orrery'],
      toUser: (claims) =>
        userOfClaims(claims, {
          issuerUrl: this.url,
          usernameClaim: 'sub',
          usernamePrefix: 'oidc:',
          groupsClaim: 'groups',
          groupsPrefix: 'oidc:',
          requiredClaims: {},
        }),
      signingAlgs: ['RS256'],
      ca: this.ca,
      clock: this.clock,
      ...options,
    });
    return (bearerToken: string) => Promise.resolve(authenticator.authenticate({ bearerToken }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe('an ID token of the issuer', () => {
  test('names user and groups', async () => {
    await using issuer = await Issuer.start();
    const authenticate = issuer.authenticator();
    expect(await authenticate(await issuer.sign({ groups: ['dev'] }))).toEqual({
      user: { name: 'oidc:jane', groups: ['oidc:dev', 'system:authenticated'] },
    });
  });

  test('asks the issuer for its keys once', async () => {
    await using issuer = await Issuer.start();
    const authenticate = issuer.authenticator();
    const token = await issuer.sign();
    await Promise.all(Array.from({ length: 20 }, () => authenticate(token)));
    await authenticate(token);
    expect(issuer.seen).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['for another client', { aud: 'other' }, /not meant for orrery/],
    ['for nobody', { aud: [] }, /not meant for orrery/],
    ['that has ended', { exp: NOW - 61 }, /expired/],
    ['without an end', { exp: undefined }, /has no end/],
    ['that is not valid yet', { nbf: NOW + 61 }, /not valid yet/],
    ['from the future', { iat: NOW + 3_600 }, /in the future/],
    ['without a user', { sub: undefined }, /no text in its claim sub/],
    ['with groups that are none', { groups: 7 }, /neither a text nor a list/],
  ])('%s is refused', async (_, claims, why) => {
    await using issuer = await Issuer.start();
    const outcome = issuer.authenticator()(await issuer.sign(claims));
    await expect(outcome).rejects.toMatchObject({ reason: 'Unauthorized' });
    await expect(outcome).rejects.toThrow(why);
  });

  test('for several clients is good when we are one of them', async () => {
    await using issuer = await Issuer.start();
    expect(
      await issuer.authenticator()(await issuer.sign({ aud: ['other', 'orrery'] })),
    ).toBeDefined();
  });

  test('signed by another key of the same name is refused', async () => {
    await using issuer = await Issuer.start();
    const forged = await issuer.sign({}, newKey('first'));
    await expect(issuer.authenticator()(forged)).rejects.toThrow(/not good: signature/);
  });

  test('signed in a way that is not allowed is refused', async () => {
    await using issuer = await Issuer.start();
    issuer.keys = [newKey('curve', 'ec')];
    const token = await issuer.sign();
    await expect(issuer.authenticator()(token)).rejects.toThrow(/not good/);
    expect(await issuer.authenticator({ signingAlgs: ['ES256'] })(token)).toBeDefined();
  });

  test('of another issuer is none of our business', async () => {
    await using issuer = await Issuer.start();
    expect(
      await issuer.authenticator()(await issuer.sign({ iss: 'https://other' })),
    ).toBeUndefined();
    expect(issuer.seen).toEqual([]);
  });
});

describe('the issuer', () => {
  test('may change its keys: an unknown one makes us ask again', async () => {
    await using issuer = await Issuer.start();
    const authenticate = issuer.authenticator();
    expect(await authenticate(await issuer.sign())).toBeDefined();
    issuer.keys = [newKey('second')];
    const token = await issuer.sign();
    // The keys were read a moment ago: the library waits before it asks again.
    await expect(authenticate(token)).rejects.toMatchObject({ reason: 'Unauthorized' });
    expect(await issuer.authenticator()(token)).toBeDefined();
  });

  test('that is down is asked again after a while, and not with every token', async () => {
    await using issuer = await Issuer.start();
    const authenticate = issuer.authenticator();
    const token = await issuer.sign();
    issuer.isDown = true;
    await expect(authenticate(token)).rejects.toThrow(/answers 503/);
    issuer.isDown = false;
    await expect(authenticate(token)).rejects.toThrow(/answers 503/);
    expect(issuer.seen).toHaveLength(1);
    issuer.clock.advance(10_000);
    expect(await authenticate(token)).toBeDefined();
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['another issuer', { issuer: 'https://other' }, /is of another issuer/],
    ['no keys', { jwks_uri: undefined }, /no jwks_uri with https/],
    ['keys in the open', { jwks_uri: 'http://127.0.0.1/keys' }, /no jwks_uri with https/],
  ])('that speaks of %s is of no use', async (_, lies, why) => {
    await using issuer = await Issuer.start();
    issuer.lies = lies;
    await expect(issuer.authenticator()(await issuer.sign())).rejects.toThrow(why);
  });

  test('whose certificate nobody vouches for is not believed', async () => {
    await using issuer = await Issuer.start();
    const { certificate } = await testAuthority();
    const outcome = issuer.authenticator({ ca: certificate })(await issuer.sign());
    await expect(outcome).rejects.toThrow(/of no use/);
  });
});

test('an AuthenticationConfiguration names issuers, and what their claims mean', async () => {
  await using issuer = await Issuer.start();
  const { authenticators } = createStructuredAuthentication(
    {
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'AuthenticationConfiguration',
      jwt: [
        {
          issuer: { url: issuer.url, audiences: ['orrery'], certificateAuthority: issuer.ca },
          claimMappings: { username: { expression: '"team-" + claims.sub' } },
        },
      ],
    },
    { clock: issuer.clock, serviceAccountIssuers: [] },
  );
  const identity = await authenticators[0]?.authenticate({ bearerToken: await issuer.sign() });
  expect(identity?.user.name).toBe('team-jane');
});

test('symmetric and absent signatures cannot be allowed', async () => {
  await using issuer = await Issuer.start();
  for (const algorithm of ['HS256', 'none', 'RS1']) {
    expect(() => issuer.authenticator({ signingAlgs: [algorithm] })).toThrow(
      'is no algorithm of ID tokens',
    );
  }
});
