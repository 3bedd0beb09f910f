/**
 * Tokens that live in a Secret of type `kubernetes.io/service-account-token`: they have no end, and are good as long as their
 * Secret holds them. Kubernetes made one for every account before 1.24; since then those are made that somebody asks for.
 */
import { timingSafeEqual } from 'node:crypto';
import { SignJWT } from 'jose';
import { unauthorized } from '../../../scheme/errors.ts';
import {
  LABEL_TOKEN_INVALID_SINCE,
  SECRET_TYPE_SERVICE_ACCOUNT_TOKEN,
} from '../../../scheme/legacy-tokens.ts';
import type { ApiObject } from '../../../scheme/object.ts';
import type { UserInfo } from '../../client.ts';
import { tokenDigest } from '../bearer-token.ts';
import { serviceAccountGroups, serviceAccountUserName } from '../identities.ts';
import type { JwtClaims } from '../jwt.ts';
import type { ObjectLookup } from '../object-lookup.ts';
import { readClaimedObjects, SECRETS } from './claimed-objects.ts';
import type { ServiceAccountKeys } from './signing-keys.ts';

export const LEGACY_ISSUER = 'kubernetes/serviceaccount';

const CLAIM_PREFIX = 'kubernetes.io/serviceaccount/';

/** Whom a token is for, and the Secret that is to hold it. */
export interface LegacyTokenSubject {
  readonly namespace: string;
  readonly accountName: string;
  readonly accountUid: string;
  readonly secretName: string;
}

/** Signs a token for a Secret to hold. */
export function signLegacyToken(
  { signing: { algorithm, id, privateKey } }: Pick<ServiceAccountKeys, 'signing'>,
  { accountName, accountUid, namespace, secretName }: LegacyTokenSubject,
): Promise<string> {
  const claims = {
    iss: LEGACY_ISSUER,
    sub: serviceAccountUserName(namespace, accountName),
    [`${CLAIM_PREFIX}namespace`]: namespace,
    [`${CLAIM_PREFIX}secret.name`]: secretName,
    [`${CLAIM_PREFIX}service-account.name`]: accountName,
    [`${CLAIM_PREFIX}service-account.uid`]: accountUid,
  };
  return new SignJWT(claims).setProtectedHeader({ alg: algorithm, kid: id }).sign(privateKey);
}

/** Whom the token is for, and the Secret that holds it. @throws {ApiError} Unauthorized */
export async function authenticateLegacyToken(
  token: string,
  claims: JwtClaims,
  objects: ObjectLookup,
  nowSeconds: number,
): Promise<{ readonly user: UserInfo; readonly secret: ApiObject }> {
  const namespace = textClaim(claims, 'namespace');
  const account = {
    name: textClaim(claims, 'service-account.name'),
    uid: textClaim(claims, 'service-account.uid'),
  };
  const name = serviceAccountUserName(namespace, account.name);
  if (claims.sub !== name) throw unauthorized('the subject of the token is not its account');
  const place = { namespace, name: textClaim(claims, 'secret.name') };
  const uid = (await objects.find(SECRETS, place))?.metadata.uid ?? '';
  const kubernetes = { namespace, serviceaccount: account, secret: { name: place.name, uid } };
  const { secret } = await readClaimedObjects(objects, kubernetes, nowSeconds);
  const { type, data } = secret ?? {};
  const held = Buffer.from(data?.token ?? '', 'base64').toString();
  if (
    !secret ||
    type !== SECRET_TYPE_SERVICE_ACCOUNT_TOKEN ||
    !timingSafeEqual(tokenDigest(held), tokenDigest(token))
  ) {
    throw unauthorized(`secrets "${place.name}" no longer holds the token`);
  }
  if (secret.metadata.labels?.[LABEL_TOKEN_INVALID_SINCE]) {
    throw unauthorized(
      `the token in secret ${namespace}/${place.name} for service account ${namespace}/${account.name} has been marked invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the '${LABEL_TOKEN_INVALID_SINCE}' label from the secret to temporarily allow use of this token`,
    );
  }
  return { user: { name, uid: account.uid, groups: serviceAccountGroups(namespace) }, secret };
}

function textClaim(claims: JwtClaims, name: string): string {
  const value = claims[`${CLAIM_PREFIX}${name}`];
  if (typeof value === 'string' && value !== '') return value;
  throw unauthorized(`the token has no claim ${CLAIM_PREFIX}${name}`);
}
