import { compactVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { unauthorized } from '../../../scheme/errors.ts';
import { tokenDigest } from '../bearer-token.ts';
import type { JwtClaims, UnverifiedJwt } from '../jwt.ts';
import type { VerificationKey } from './signing-keys.ts';

/** Tokens whose signature is known to be right: enough for every account of a large cluster. */
const MAX_VERIFIED_TOKENS = 10_000;

/**
 * Checks signatures. A right one stays right, so that it is checked once a token; times and objects are the caller's to
 * check with each request.
 */
export class SignatureVerifier {
  readonly #keys: readonly VerificationKey[];
  readonly #verified = new LRUCache<string, JwtClaims>({ max: MAX_VERIFIED_TOKENS });

  constructor(keys: readonly VerificationKey[]) {
    this.#keys = keys;
  }

  /** What a token says whose signature has been found right before. */
  recall(token: string): JwtClaims | undefined {
    return this.#verified.get(keyOf(token));
  }

  /** @throws {ApiError} Unauthorized when none of our keys signed the token */
  async verify(token: string, { keyId, algorithm }: UnverifiedJwt): Promise<JwtClaims> {
    // A key is good for its own algorithm alone: the token has no say in how it is verified.
    const candidates = this.#keys.filter(
      (key) => key.algorithm === algorithm && (keyId === undefined || key.id === keyId),
    );
    for (const { publicKey, algorithm: wanted } of candidates) {
      const claims = await verified(token, publicKey, wanted);
      if (!claims) continue;
      this.#verified.set(keyOf(token), claims);
      return claims;
    }
    throw unauthorized(
      candidates.length === 0
        ? 'the token names no key and algorithm of ours'
        : 'the signature of the token is wrong',
    );
  }
}

/** Tokens themselves are not kept longer than their request. */
function keyOf(token: string): string {
  return tokenDigest(token).toString('base64');
}

async function verified(
  token: string,
  key: VerificationKey['publicKey'],
  algorithm: string,
): Promise<JwtClaims | undefined> {
  try {
    const { payload } = await compactVerify(token, key, { algorithms: [algorithm] });
    return JSON.parse(new TextDecoder().decode(payload)) as JwtClaims;
  } catch {
    // Ignored: another key may fit.
    return undefined;
  }
}
