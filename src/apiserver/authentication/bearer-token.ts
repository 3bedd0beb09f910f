import { createHash, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { UserInfo } from '../client.ts';
import type { Authenticator } from './authenticator.ts';

/** A client sends one token with all its requests. */
const MAX_KNOWN_DIGESTS = 1_000;
const digests = new LRUCache<string, Buffer>({ max: MAX_KNOWN_DIGESTS });

/** The digest makes every comparison one of 32 bytes, so that its time tells neither the content nor the length. */
export function tokenDigest(token: string): Buffer {
  const known = digests.get(token);
  if (known) return known;
  const digest = createHash('sha256').update(token).digest();
  digests.set(token, digest);
  return digest;
}

/** Knows one secret token, in constant time. Other tokens are left to the next authenticator. */
export function createBearerTokenAuthenticator(options: {
  readonly token: string;
  readonly user: UserInfo;
}): Authenticator {
  const expected = tokenDigest(options.token);
  const identity = { user: options.user };
  return {
    authenticate({ bearerToken }) {
      if (bearerToken === undefined) return undefined;
      return timingSafeEqual(tokenDigest(bearerToken), expected) ? identity : undefined;
    },
  };
}
