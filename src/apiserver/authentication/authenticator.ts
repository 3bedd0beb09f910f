import { unauthorized } from '../../scheme/errors.ts';
import type { UserInfo } from '../client.ts';

/** What a door knows of a request before anybody is sure who sent it. */
export interface Credentials {
  /** The token of an `Authorization: Bearer` header, or of a connection's opening message. */
  readonly bearerToken?: string | undefined;
}

/** Recognises one sort of credentials. */
export interface Authenticator {
  /**
   * Who sends these credentials, or undefined when they are none of this authenticator's business.
   * @throws {ApiError} Unauthorized when they are, and are wrong
   */
  authenticate(credentials: Credentials): UserInfo | undefined | Promise<UserInfo | undefined>;
}

/** Says for certain who sends a request. */
export interface RequestAuthenticator {
  /** @throws {ApiError} Unauthorized when nobody is recognised */
  authenticate(credentials: Credentials): Promise<UserInfo>;
}

/** Asks each authenticator in turn; nobody's credentials, and none at all, are Unauthorized. */
export function createUnionAuthenticator(
  authenticators: readonly Authenticator[],
): RequestAuthenticator {
  return {
    async authenticate(credentials) {
      for (const authenticator of authenticators) {
        const user = await authenticator.authenticate(credentials);
        if (user) return user;
      }
      throw unauthorized();
    },
  };
}
