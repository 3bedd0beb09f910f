import { compactVerify } from 'jose';
import type { Clock } from '../../../lib/clock.ts';
import { toError } from '../../../lib/errors.ts';
import { isApiError, unauthorized } from '../../../scheme/errors.ts';
import type { UserInfo } from '../../client.ts';
import type { Authenticator } from '../authenticator.ts';
import { assertInTime, audiencesOf, type JwtClaims, readUnverifiedJwt } from '../jwt.ts';
import { OidcIssuer } from './issuer.ts';

export interface OidcOptions {
  readonly issuerUrl: string;
  /** Where the discovery document is. @default below the issuer's own address */
  readonly discoveryUrl?: string | undefined;
  /** ID tokens must be meant for one of these. */
  readonly audiences: readonly string[];
  /** Who somebody is by these claims. @throws {ApiError} Unauthorized */
  readonly toUser: (claims: JwtClaims) => UserInfo;
  readonly signingAlgs: readonly string[];
  /** PEM of those who vouch for the issuer's server. @default as the system has it */
  readonly ca?: string | undefined;
  readonly clock: Clock;
}

/** Asymmetric ones alone: with the others, whoever can verify a token could make one. */
export const SIGNING_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
];

/** Recognises ID tokens of one OpenID Connect issuer. @throws {Error} for a signing algorithm that is none */
export function createOidcAuthenticator(options: OidcOptions): Authenticator {
  const { audiences, clock, issuerUrl, signingAlgs, toUser } = options;
  for (const algorithm of signingAlgs) {
    if (SIGNING_ALGORITHMS.includes(algorithm)) continue;
    throw new Error(
      `"${algorithm}" is no algorithm of ID tokens: give some of ${SIGNING_ALGORITHMS.join(', ')}`,
    );
  }
  const issuer = new OidcIssuer(options);
  return {
    async authenticate({ bearerToken }) {
      if (bearerToken === undefined) return undefined;
      if (readUnverifiedJwt(bearerToken)?.claims.iss !== issuerUrl) return undefined;
      const claims = await verify(bearerToken, issuer, signingAlgs);
      if (!audiencesOf(claims).some((audience) => audiences.includes(audience))) {
        throw unauthorized(`the ID token is not meant for ${audiences.join(' or ')}`);
      }
      if (claims.exp === undefined) throw unauthorized('the ID token has no end');
      assertInTime(claims, Math.floor(clock.now() / 1_000));
      return { user: toUser(claims) };
    },
  };
}

async function verify(
  token: string,
  issuer: OidcIssuer,
  algorithms: readonly string[],
): Promise<JwtClaims> {
  const keys = await issuer.keys();
  try {
    const { payload } = await compactVerify(token, keys, { algorithms: [...algorithms] });
    return JSON.parse(new TextDecoder().decode(payload)) as JwtClaims;
  } catch (thrown) {
    if (isApiError(thrown)) throw thrown;
    throw unauthorized(`the ID token is not good: ${toError(thrown).message}`);
  }
}
