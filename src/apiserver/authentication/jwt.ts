import { decodeJwt, decodeProtectedHeader } from 'jose';
import { unauthorized } from '../../scheme/errors.ts';

/** The clocks of two machines may differ by this much, in seconds: Kubernetes' leeway. */
export const LEEWAY_SECONDS = 60;

/** Longer texts are no tokens; reading them would only cost time. */
const MAX_TOKEN_LENGTH = 64 * 1_024;

export type JwtClaims = Readonly<Record<string, unknown>>;

export interface UnverifiedJwt {
  readonly keyId: string | undefined;
  readonly algorithm: string;
  readonly claims: JwtClaims;
}

/** What a token says of itself, to find out whose business it is: nothing of it may be believed. Undefined when it is no JWT. */
export function readUnverifiedJwt(token: string): UnverifiedJwt | undefined {
  if (token.length > MAX_TOKEN_LENGTH || token.split('.').length !== 3) return undefined;
  try {
    const { kid, alg } = decodeProtectedHeader(token);
    return { keyId: kid, algorithm: String(alg), claims: decodeJwt(token) };
  } catch {
    // Ignored: it is some other kind of token.
    return undefined;
  }
}

/** @throws {ApiError} Unauthorized when the token is not good at `nowSeconds` */
export function assertInTime({ exp, nbf, iat }: JwtClaims, nowSeconds: number): void {
  for (const [name, value] of Object.entries({ exp, nbf, iat })) {
    if (value !== undefined && (typeof value !== 'number' || !Number.isFinite(value))) {
      throw unauthorized(`the claim ${name} of the token is no time`);
    }
  }
  if (exp !== undefined && nowSeconds > (exp as number) + LEEWAY_SECONDS) {
    throw unauthorized('the token has expired');
  }
  if (nbf !== undefined && nowSeconds < (nbf as number) - LEEWAY_SECONDS) {
    throw unauthorized('the token is not valid yet');
  }
  if (iat !== undefined && nowSeconds < (iat as number) - LEEWAY_SECONDS) {
    throw unauthorized('the token was issued in the future');
  }
}

/** The `aud` of a token: one text or a list of them. @throws {ApiError} Unauthorized when it is neither */
export function audiencesOf({ aud }: JwtClaims): readonly string[] {
  if (aud === undefined) return [];
  const audiences = Array.isArray(aud) ? aud : [aud];
  if (audiences.every((audience) => typeof audience === 'string')) return audiences;
  throw unauthorized('the audience of the token is neither a text nor a list of texts');
}
