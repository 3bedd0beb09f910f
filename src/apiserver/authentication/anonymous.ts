import type { Authenticator } from './authenticator.ts';
import { ANONYMOUS_USER } from './identities.ts';

/** Lets in whoever brings no credentials. Bad ones are refused all the same: their owner should hear of it. */
export const anonymousAuthenticator: Authenticator = {
  authenticate({ bearerToken, clientCertificate }) {
    if (bearerToken !== undefined || clientCertificate) return undefined;
    return { user: ANONYMOUS_USER };
  },
};
