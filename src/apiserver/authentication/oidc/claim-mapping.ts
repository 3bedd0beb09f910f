import { unauthorized } from '../../../scheme/errors.ts';
import type { UserInfo } from '../../client.ts';
import { EXTRA_CREDENTIAL_ID, GROUP_AUTHENTICATED } from '../identities.ts';
import type { JwtClaims } from '../jwt.ts';

/** How the claims of an ID token become a user. */
export interface ClaimMapping {
  readonly issuerUrl: string;
  /** @default 'sub' */
  readonly usernameClaim: string;
  /**
   * Keeps the issuer's users apart from the cluster's own; `-` is none.
   * @default the issuer and `#`; none for the claim `email`
   */
  readonly usernamePrefix?: string | undefined;
  /** @default no groups */
  readonly groupsClaim?: string | undefined;
  /** @default '' */
  readonly groupsPrefix?: string | undefined;
  /** What the token must say besides. */
  readonly requiredClaims: Readonly<Record<string, string>>;
}

/** The user of an ID token whose signature, issuer, audience and time are right. @throws {ApiError} Unauthorized */
export function userOfClaims(claims: JwtClaims, mapping: ClaimMapping): UserInfo {
  for (const [name, wanted] of Object.entries(mapping.requiredClaims)) {
    const actual = ownClaim(claims, name);
    if (actual !== wanted)
      throw unauthorized(`the ID token needs the claim ${name} to be ${wanted}`);
  }
  const { jti } = claims;
  return {
    name: userNameOf(claims, mapping),
    groups: [...groupsOf(claims, mapping), GROUP_AUTHENTICATED],
    ...(typeof jti === 'string' && jti ? { extra: { [EXTRA_CREDENTIAL_ID]: [`JTI=${jti}`] } } : {}),
  };
}

/** A claim's name is the administrator's own word: it must not reach what every object has. */
export function ownClaim(claims: JwtClaims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

function userNameOf(claims: JwtClaims, mapping: ClaimMapping): string {
  const { issuerUrl, usernameClaim, usernamePrefix } = mapping;
  const name = ownClaim(claims, usernameClaim);
  if (typeof name !== 'string' || name === '') {
    throw unauthorized(`the ID token has no text in its claim ${usernameClaim}`);
  }
  const isEmail = usernameClaim === 'email';
  const verified = ownClaim(claims, 'email_verified');
  if (isEmail && verified !== undefined && verified !== true) {
    throw unauthorized('the e-mail address of the ID token is not verified');
  }
  const fallback = isEmail ? '' : `${issuerUrl}#`;
  const prefix = usernamePrefix === '-' ? '' : (usernamePrefix ?? fallback);
  return `${prefix}${name}`;
}

function groupsOf(claims: JwtClaims, { groupsClaim, groupsPrefix = '' }: ClaimMapping): string[] {
  const value = groupsClaim === undefined ? undefined : ownClaim(claims, groupsClaim);
  if (value === undefined || value === null) return [];
  const groups: unknown[] = Array.isArray(value) ? value : [value];
  if (!groups.every((group) => typeof group === 'string')) {
    throw unauthorized(
      `the claim ${groupsClaim} of the ID token is neither a text nor a list of texts`,
    );
  }
  return groups.map((group) => `${groupsPrefix}${group}`);
}
