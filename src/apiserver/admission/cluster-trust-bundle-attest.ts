import { andThen } from '../../lib/maybe-promise.ts';
import { concerning } from './match.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { refusal } from './refuse.ts';
import { isPermittedForSigner } from './signers.ts';

/** A bundle of trust anchors speaks for a signer: it is written by those who may attest for it. */
export const clusterTrustBundleAttest: AdmissionPlugin = {
  name: 'ClusterTrustBundleAttest',
  handles: concerning('clustertrustbundles.certificates.k8s.io', ['CREATE', 'UPDATE']),
  validate(request) {
    const { signerName } = (request.object as { spec?: { signerName?: string } }).spec ?? {};
    if (!signerName) return;
    return andThen(isPermittedForSigner(request, 'attest', signerName), (isPermitted) => {
      if (isPermitted) return;
      throw refusal(
        request,
        `user not permitted to attest for signerName ${JSON.stringify(signerName)}`,
      );
    });
  },
};
