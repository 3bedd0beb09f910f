import 'reflect-metadata';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import { toError } from '../../lib/errors.ts';
import type { CertificateSigningRequest } from '../../scheme/generated/types/certificates-v1.ts';
import { GROUP_MASTERS } from '../authentication/identities.ts';
import { concerning } from './match.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { refusal } from './refuse.ts';

const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';
/** The attribute of a certificate's subject in which Kubernetes keeps the groups of a user. */
const ORGANIZATION = 'O';

/** Nobody gets a client certificate that makes them an administrator for as long as it lasts, whatever is done about it. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  handles: concerning('certificatesigningrequests.certificates.k8s.io', ['CREATE']),
  validate(request) {
    const { spec } = request.object as CertificateSigningRequest;
    if (spec.signerName !== CLIENT_SIGNER) return;
    let groups: readonly string[];
    try {
      groups = groupsIn(spec.request);
    } catch (thrown) {
      throw refusal(request, `failed to parse CSR: ${toError(thrown).message}`);
    }
    if (!groups.includes(GROUP_MASTERS)) return;
    const why = `use of ${CLIENT_SIGNER} signer with ${GROUP_MASTERS} group is not allowed`;
    throw refusal(request, why);
  },
};

function groupsIn(request: string): readonly string[] {
  const pem = Buffer.from(request, 'base64').toString('utf8');
  return new Pkcs10CertificateRequest(pem).subjectName.getField(ORGANIZATION);
}
