import { unauthorized } from '../../scheme/errors.ts';
import type { Authenticator } from './authenticator.ts';
import { EXTRA_CREDENTIAL_ID, GROUP_AUTHENTICATED } from './identities.ts';

/** Takes the subject of a certificate for a user: the common name is the user, the organizations are the groups. */
export const clientCertificateAuthenticator: Authenticator = {
  authenticate({ clientCertificate }) {
    if (!clientCertificate) return undefined;
    const { commonName, isTrusted, organizations, problem, sha256 } = clientCertificate;
    if (!isTrusted) throw unauthorized(`the client certificate is not trusted: ${problem}`);
    if (commonName === '') throw unauthorized('the client certificate has no common name');
    return {
      user: {
        name: commonName,
        groups: [...new Set([...organizations, GROUP_AUTHENTICATED])],
        extra: { [EXTRA_CREDENTIAL_ID]: [`X509SHA256=${sha256}`] },
      },
    };
  },
};
