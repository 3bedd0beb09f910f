/**
 * Authentication: from credentials to a user. One file an authenticator; {@link createUnionAuthenticator} asks them in turn.
 *
 * Invariant: whoever is refused hears that they are, and never why; the log has the reason.
 */
import { toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { isApiError, unauthorized } from '../../scheme/errors.ts';
import type { UserInfo } from '../client.ts';
import type { RequestSource } from '../request-context.ts';

/** Whose certificate a TLS connection showed. */
export interface ClientCertificate {
  /** Whether the chain ends in the certificates that `--client-ca-file` names. */
  readonly isTrusted: boolean;
  /** Why it does not: for the log. */
  readonly problem?: string;
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** SHA-256 of the certificate, in lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** As whom somebody wants to act: see `impersonation.ts`. */
export interface Impersonation {
  readonly user?: string | undefined;
  readonly groups: readonly string[];
  readonly uid?: string | undefined;
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** What a door knows of a request before anybody is sure who sent it. */
export interface Credentials {
  /** The token of an `Authorization: Bearer` header, or of a connection's opening message. */
  readonly bearerToken?: string | undefined;
  readonly clientCertificate?: ClientCertificate | undefined;
  readonly impersonation?: Impersonation | undefined;
  /** Where they come from: for the audit log, nothing is decided by it. */
  readonly source?: RequestSource | undefined;
  /** For whom a token must be meant. @default the API server's own audiences */
  readonly audiences?: readonly string[] | undefined;
}

/** Who somebody is, as one authenticator has it. */
export interface Identity {
  readonly user: UserInfo;
  /** Those of the wanted audiences that the token is meant for; undefined when it is meant for none in particular. */
  readonly audiences?: readonly string[] | undefined;
}

/** Recognises one sort of credentials. */
export interface Authenticator {
  /**
   * Who sends these credentials, or undefined when they are none of this authenticator's business.
   * @throws {ApiError} Unauthorized when they are, and are wrong; the message goes to the log alone
   */
  authenticate(credentials: Credentials): Identity | undefined | Promise<Identity | undefined>;
}

/** Says for certain who sends a request. */
export interface RequestAuthenticator {
  /** @throws {ApiError} Unauthorized when nobody is recognised */
  authenticate(credentials: Credentials): Promise<Identity>;
}

/** Who acts, and who they really are when they act as somebody else. */
export interface RequestIdentity {
  readonly user: UserInfo;
  readonly impersonator?: UserInfo | undefined;
  readonly source?: RequestSource | undefined;
}

export interface UnionAuthenticatorOptions {
  readonly authenticators: readonly Authenticator[];
  /** Whom credentials are meant for that do not say. */
  readonly apiAudiences: readonly string[];
  readonly logger: Logger;
}

/**
 * Asks each authenticator in turn; nobody's credentials, and none at all, are Unauthorized. One that refuses does not end
 * the search: a token that one issuer does not know may be another's.
 */
export function createUnionAuthenticator({
  authenticators,
  apiAudiences,
  logger,
}: UnionAuthenticatorOptions): RequestAuthenticator {
  return {
    async authenticate(credentials) {
      const problems: Error[] = [];
      for (const authenticator of authenticators) {
        try {
          const outcome = authenticator.authenticate(credentials);
          const identity = outcome instanceof Promise ? await outcome : outcome;
          if (identity) return withAudiences(identity, credentials, apiAudiences);
        } catch (thrown) {
          problems.push(toError(thrown));
        }
      }
      throw refusal(problems, logger);
    },
  };
}

/** @throws {ApiError} Unauthorized when the credentials are for the API server, and somebody else is wanted */
function withAudiences(
  identity: Identity,
  { audiences: wanted }: Credentials,
  apiAudiences: readonly string[],
): Identity {
  if (identity.audiences || !wanted) return identity;
  const audiences = wanted.filter((audience) => apiAudiences.includes(audience));
  if (audiences.length > 0) return { ...identity, audiences };
  throw unauthorized(`the credentials are for the API server, not for ${wanted.join(', ')}`);
}

/** What cannot be judged now (the database is away) is told as such: the client shall try again, not log in anew. */
function refusal(problems: readonly Error[], logger: Logger): Error {
  const failure = problems.find((problem) => !isApiError(problem, 'Unauthorized'));
  if (failure) return failure;
  if (problems.length > 0) {
    const reasons = problems.map(({ message }) => message);
    logger.warn('a request was refused: its credentials are not valid', { reasons });
  }
  return unauthorized();
}
