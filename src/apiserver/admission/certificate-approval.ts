import { andThen } from '../../lib/maybe-promise.ts';
import type { CertificateSigningRequest } from '../../scheme/generated/types/certificates-v1.ts';
import { concerning } from './match.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { refusal } from './refuse.ts';
import { isPermittedForSigner } from './signers.ts';

/** Requests for certificates are approved by those who may approve for their signer. */
export const certificateApproval: AdmissionPlugin = {
  name: 'CertificateApproval',
  handles: concerning('certificatesigningrequests.certificates.k8s.io', ['UPDATE'], 'approval'),
  validate(request) {
    const { signerName } = (request.current as CertificateSigningRequest).spec;
    return andThen(isPermittedForSigner(request, 'approve', signerName), (isPermitted) => {
      if (isPermitted) return;
      throw refusal(
        request,
        `user not permitted to approve requests with signerName ${JSON.stringify(signerName)}`,
      );
    });
  },
};
