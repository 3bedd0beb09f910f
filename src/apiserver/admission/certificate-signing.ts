import { deepEqual } from '../../lib/deep-equal.ts';
import { andThen } from '../../lib/maybe-promise.ts';
import type { CertificateSigningRequest } from '../../scheme/generated/types/certificates-v1.ts';
import { concerning } from './match.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { refusal } from './refuse.ts';
import { isPermittedForSigner } from './signers.ts';

/** Certificates are written by those who may sign for the signer that the request names. */
export const certificateSigning: AdmissionPlugin = {
  name: 'CertificateSigning',
  handles: concerning('certificatesigningrequests.certificates.k8s.io', ['UPDATE'], 'status'),
  validate(request) {
    const next = (request.object as CertificateSigningRequest).status;
    const { spec, status } = request.current as CertificateSigningRequest;
    const isSame =
      next?.certificate === status?.certificate && deepEqual(next?.conditions, status?.conditions);
    if (isSame) return;
    return andThen(isPermittedForSigner(request, 'sign', spec.signerName), (isPermitted) => {
      if (isPermitted) return;
      throw refusal(
        request,
        `user not permitted to sign requests with signerName ${JSON.stringify(spec.signerName)}`,
      );
    });
  },
};
