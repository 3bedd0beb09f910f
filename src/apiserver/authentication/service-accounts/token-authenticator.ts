import { unauthorized } from '../../../scheme/errors.ts';
import type { ApiObject } from '../../../scheme/object.ts';
import type { UserInfo } from '../../client.ts';
import type { Authenticator, Identity } from '../authenticator.ts';
import {
  EXTRA_CREDENTIAL_ID,
  serviceAccountGroups,
  serviceAccountUserName,
} from '../identities.ts';
import { assertInTime, audiencesOf, type JwtClaims, readUnverifiedJwt } from '../jwt.ts';
import type { ObjectLookup } from '../object-lookup.ts';
import { readClaimedObjects } from './claimed-objects.ts';
import { KUBERNETES_CLAIM, type KubernetesClaims } from './claims.ts';
import { authenticateLegacyToken, LEGACY_ISSUER } from './legacy-token.ts';
import { SignatureVerifier } from './signature.ts';
import { apiAudiencesOf, DEFAULT_ISSUER, type TokenIssuer } from './token-issuer.ts';

/**
 * Recognises the tokens that the cluster itself has issued to service accounts.
 * @param onLegacyUse Hears of each use of a token that a Secret holds, and must return at once.
 */
export function createServiceAccountAuthenticator(
  tokens: TokenIssuer,
  objects: ObjectLookup,
  onLegacyUse: (secret: ApiObject) => void = () => undefined,
): Authenticator {
  const { options } = tokens;
  const signatures = new SignatureVerifier(options.keys.verification);
  const apiAudiences = apiAudiencesOf(options);
  const issuers: readonly unknown[] = [
    options.issuer ?? DEFAULT_ISSUER,
    ...(options.acceptedIssuers ?? []),
    LEGACY_ISSUER,
  ];
  const verifyOwn = async (token: string): Promise<JwtClaims | undefined> => {
    const unverified = readUnverifiedJwt(token);
    if (!unverified || !issuers.includes(unverified.claims.iss)) return undefined;
    return signatures.verify(token, unverified);
  };
  return {
    async authenticate({ bearerToken, audiences: wanted = apiAudiences }) {
      if (bearerToken === undefined) return undefined;
      const claims = signatures.recall(bearerToken) ?? (await verifyOwn(bearerToken));
      if (!claims) return undefined;
      const isLegacy = claims.iss === LEGACY_ISSUER;
      const audiences = acceptedAudiences(claims, { wanted, apiAudiences });
      assertInTime(claims, tokens.nowSeconds());
      const nowSeconds = tokens.nowSeconds();
      if (!isLegacy) {
        const user = await authenticateBoundToken(claims, objects, nowSeconds);
        return { user, audiences } satisfies Identity;
      }
      const { secret, user } = await authenticateLegacyToken(
        bearerToken,
        claims,
        objects,
        nowSeconds,
      );
      onLegacyUse(secret);
      return { user, audiences } satisfies Identity;
    },
  };
}

function acceptedAudiences(
  claims: JwtClaims,
  { wanted, apiAudiences }: Readonly<Record<'wanted' | 'apiAudiences', readonly string[]>>,
): readonly string[] {
  const own = audiencesOf(claims);
  // Tokens of old name nobody: they are for the API server.
  const audiences = own.length === 0 ? apiAudiences : own;
  const accepted = audiences.filter((audience) => wanted.includes(audience));
  if (accepted.length > 0) return accepted;
  throw unauthorized(
    `the token is meant for ${audiences.join(', ')}, not for ${wanted.join(', ')}`,
  );
}

async function authenticateBoundToken(
  claims: JwtClaims,
  objects: ObjectLookup,
  nowSeconds: number,
): Promise<UserInfo> {
  const kubernetes = assertKubernetesClaims(claims);
  const { namespace, serviceaccount } = kubernetes;
  if (claims.exp === undefined) throw unauthorized('the token has no end');
  const name = serviceAccountUserName(namespace, serviceaccount.name);
  if (claims.sub !== name) throw unauthorized('the subject of the token is not its account');
  await readClaimedObjects(objects, kubernetes, nowSeconds);
  return {
    name,
    uid: serviceaccount.uid,
    groups: serviceAccountGroups(namespace),
    extra: extraOf(kubernetes, claims.jti),
  };
}

const EXTRA_PREFIX = 'authentication.kubernetes.io/';

/** Where the token is used from, for authorizers and audit. */
function extraOf({ pod, node }: KubernetesClaims, jti: unknown): NonNullable<UserInfo['extra']> {
  const extra: Record<string, readonly string[]> = {};
  const add = (name: string, value: string | undefined): void => {
    if (value) extra[`${EXTRA_PREFIX}${name}`] = [value];
  };
  add('pod-name', pod?.name);
  add('pod-uid', pod?.uid);
  add('node-name', node?.name);
  add('node-uid', node?.uid);
  if (typeof jti === 'string' && jti !== '') extra[EXTRA_CREDENTIAL_ID] = [`JTI=${jti}`];
  return extra;
}

/** Whoever holds our key signs what we do not: the shape is checked all the same. */
function assertKubernetesClaims(claims: JwtClaims): KubernetesClaims {
  const kubernetes = claims[KUBERNETES_CLAIM] as Partial<KubernetesClaims> | null | undefined;
  const { namespace, serviceaccount, pod, secret, node } = kubernetes ?? {};
  const isWhole =
    isText(namespace) &&
    isReference(serviceaccount) &&
    (pod === undefined || isReference(pod)) &&
    (secret === undefined || isReference(secret)) &&
    (node === undefined || isText(node?.name));
  if (isWhole) return kubernetes as KubernetesClaims;
  throw unauthorized('the token does not say which service account it is for');
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isReference(value: unknown): boolean {
  const { name, uid } = (value ?? {}) as Record<string, unknown>;
  return isText(name) && isText(uid);
}
