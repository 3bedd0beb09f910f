import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ObjectStore } from '../../store/store.ts';
import { anonymousAuthenticator } from './anonymous.ts';
import {
  type Authenticator,
  createUnionAuthenticator,
  type RequestAuthenticator,
} from './authenticator.ts';
import { createBootstrapTokenAuthenticator } from './bootstrap-token.ts';
import { clientCertificateAuthenticator } from './client-certificate.ts';
import { createObjectLookup } from './object-lookup.ts';
import { createServiceAccountAuthenticator } from './service-accounts/token-authenticator.ts';
import { apiAudiencesOf, type TokenIssuer } from './service-accounts/token-issuer.ts';

export interface RequestAuthenticatorOptions {
  /** Asked before those that need the cluster's objects. */
  readonly authenticators: readonly Authenticator[];
  readonly tokens: TokenIssuer | undefined;
  /** Hears of each use of a token that a Secret holds. */
  readonly onLegacyTokenUse: (secret: ApiObject) => void;
  readonly allowAnonymous: boolean;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Every way to come in, in Kubernetes' order: certificate, given tokens, service accounts, bootstrap tokens, nobody. */
export function createRequestAuthenticator({
  authenticators,
  tokens,
  onLegacyTokenUse,
  allowAnonymous,
  store,
  clock,
  logger,
}: RequestAuthenticatorOptions): RequestAuthenticator {
  const objects = createObjectLookup(store);
  return createUnionAuthenticator({
    authenticators: [
      clientCertificateAuthenticator,
      ...authenticators,
      ...(tokens ? [createServiceAccountAuthenticator(tokens, objects, onLegacyTokenUse)] : []),
      createBootstrapTokenAuthenticator(objects, clock),
      ...(allowAnonymous ? [anonymousAuthenticator] : []),
    ],
    apiAudiences: apiAudiencesOf(tokens?.options),
    logger,
  });
}
