/**
 * The tokens of Kubernetes before 1.22: they have no end, and live in a Secret of type `kubernetes.io/service-account-token`.
 * None is made any more, but those that a cluster was given are good as long as their Secret holds them.
 */
import { timingSafeEqual } from 'node:crypto';
import { unauthorized } from '../../../scheme/errors.ts';
import type { UserInfo } from '../../client.ts';
import { tokenDigest } from '../bearer-token.ts';
import { serviceAccountGroups, serviceAccountUserName } from '../identities.ts';
import type { JwtClaims } from '../jwt.ts';
import type { ObjectLookup } from '../object-lookup.ts';
import { readClaimedObjects, SECRETS } from './claimed-objects.ts';

export const LEGACY_ISSUER = 'kubernetes/serviceaccount';
export const SECRET_TYPE_SERVICE_ACCOUNT_TOKEN = 'kubernetes.io/service-account-token';

const CLAIM_PREFIX = 'kubernetes.io/serviceaccount/';

/** @throws {ApiError} Unauthorized */
export async function authenticateLegacyToken(
  token: string,
  claims: JwtClaims,
  objects: ObjectLookup,
  nowSeconds: number,
): Promise<UserInfo> {
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
    type !== SECRET_TYPE_SERVICE_ACCOUNT_TOKEN ||
    !timingSafeEqual(tokenDigest(held), tokenDigest(token))
  ) {
    throw unauthorized(`secrets "${place.name}" no longer holds the token`);
  }
  return { name, uid: account.uid, groups: serviceAccountGroups(namespace) };
}

function textClaim(claims: JwtClaims, name: string): string {
  const value = claims[`${CLAIM_PREFIX}${name}`];
  if (typeof value === 'string' && value !== '') return value;
  throw unauthorized(`the token has no claim ${CLAIM_PREFIX}${name}`);
}
