import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import type { AdmissionRequest } from './plugin.ts';

const SIGNERS: GroupResource = { group: 'certificates.k8s.io', resource: 'signers' };

/** Whether the user may do `verb` in the name of a signer: of this one, or of all of its domain. */
export function isPermittedForSigner(
  { state, user }: AdmissionRequest,
  verb: 'approve' | 'sign' | 'attest',
  signerName: string,
): MaybePromise<boolean> {
  const may = (name: string): MaybePromise<boolean> =>
    andThen(
      state.authorizer.authorize(user, { verb, resource: SIGNERS, name }),
      ({ allowed }) => allowed,
    );
  const [domain = ''] = signerName.split('/');
  return andThen(may(signerName), (allowed) => allowed || may(`${domain}/*`));
}
