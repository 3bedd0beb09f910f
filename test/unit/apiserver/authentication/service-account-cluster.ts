/** A cluster of four objects, its keys, and tokens for its one service account. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from '@jest/globals';
import { CompactSign } from 'jose';
import type { ObjectLookup } from '../../../../src/apiserver/authentication/object-lookup.ts';
import { createServiceAccountKeys } from '../../../../src/apiserver/authentication/service-accounts/signing-keys.ts';
import { createServiceAccountAuthenticator } from '../../../../src/apiserver/authentication/service-accounts/token-authenticator.ts';
import { TokenIssuer } from '../../../../src/apiserver/authentication/service-accounts/token-issuer.ts';
import { VirtualClock } from '../../../../src/lib/virtual-clock.ts';
import type { ApiObject } from '../../../../src/scheme/object.ts';

export const ISSUER = 'https://orrery.test';
export const NOW = 1_800_000_000;

export function pem(type: 'ec' | 'rsa' = 'ec', namedCurve = 'P-256'): string {
  const { privateKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

const OWN = pem();
export const FORMER = pem('rsa');
export const STRANGE = createServiceAccountKeys(pem());
export const keys = createServiceAccountKeys(OWN, [FORMER]);
export const former = createServiceAccountKeys(FORMER);

/** The cluster's objects: `resource/namespace/name`. */
export type World = Record<
  string,
  { uid: string; deletionTimestamp?: string; data?: object; type?: string }
>;

export const WORLD: World = {
  'serviceaccounts/default/robot': { uid: 'sa-1' },
  'pods/default/web': { uid: 'pod-1' },
  'secrets/default/key': { uid: 'secret-1' },
  'nodes//node-1': { uid: 'node-1-uid' },
};

export function lookup(world: World): ObjectLookup {
  return {
    async find({ resource }, { namespace, name }) {
      const found = world[`${resource}/${namespace}/${name}`];
      if (!found) return undefined;
      const { uid, deletionTimestamp, ...rest } = found;
      const metadata = {
        namespace,
        name,
        uid,
        ...(deletionTimestamp ? { deletionTimestamp } : {}),
      };
      return { apiVersion: 'v1', kind: 'Any', metadata, ...rest } as ApiObject;
    },
  };
}

interface Setting {
  readonly world?: World;
  readonly nowSeconds?: number;
  readonly audiences?: readonly string[];
}

export function authenticate(
  token: string,
  { world = WORLD, nowSeconds = NOW, audiences }: Setting = {},
) {
  const clock = new VirtualClock(nowSeconds * 1_000);
  const options = {
    keys,
    issuer: ISSUER,
    acceptedIssuers: ['https://former.test'],
    audiences: ['api', 'old-api'],
  };
  const authenticator = createServiceAccountAuthenticator(
    new TokenIssuer(options, clock),
    lookup(world),
  );
  return Promise.resolve(
    authenticator.authenticate({ bearerToken: token, ...(audiences ? { audiences } : {}) }),
  );
}

export const CLAIMS = {
  iss: ISSUER,
  sub: 'system:serviceaccount:default:robot',
  aud: ['api'],
  iat: NOW,
  nbf: NOW,
  exp: NOW + 3_600,
  jti: 'id-1',
  'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'robot', uid: 'sa-1' } },
};

type Claims = Record<string, unknown>;

export function sign(
  claims: Claims = CLAIMS,
  { signing } = keys,
  header: { alg?: string; kid?: string | undefined } = {},
): Promise<string> {
  const { alg = signing.algorithm } = header;
  const kid = 'kid' in header ? header.kid : signing.id;
  // Not as a JWT: what no issuer would sign is what is tried here.
  return new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) })
    .sign(signing.privateKey);
}

export const kubernetes = (more: object): Claims => ({
  ...CLAIMS,
  'kubernetes.io': { ...CLAIMS['kubernetes.io'], ...more },
});

export async function expectRefused(token: string, setting: Setting, why: RegExp): Promise<void> {
  const outcome = authenticate(token, setting);
  await expect(outcome).rejects.toMatchObject({ reason: 'Unauthorized' });
  await expect(outcome).rejects.toThrow(why);
}
