/** Kubernetes' own signers, and whether a request is what they sign. Pure. */
import type { CertificateSigningRequestSpec } from '../../generated/types/certificates-v1.ts';
import { type CertificateSubject, readCertificateSubject } from './certificate-subject.ts';

export const SIGNER_API_CLIENT = 'kubernetes.io/kube-apiserver-client';
export const SIGNER_KUBELET_CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet';
export const SIGNER_KUBELET_SERVING = 'kubernetes.io/kubelet-serving';
export const SIGNER_LEGACY_UNKNOWN = 'kubernetes.io/legacy-unknown';

const NODE_USER_PREFIX = 'system:node:';
const GROUP_NODES = 'system:nodes';

type Usages = CertificateSigningRequestSpec['usages'];

const CLIENT_USAGES = ['digital signature', 'client auth'];
const SERVING_USAGES = ['digital signature', 'server auth'];
const KEY_ENCIPHERMENT = 'key encipherment';

/** Why a request is not what its signer signs; undefined when it is. Other signers are somebody else's. Pure. */
export function signerProblem(
  { signerName, usages = [] }: Pick<CertificateSigningRequestSpec, 'signerName' | 'usages'>,
  wanted: CertificateSubject,
): string | undefined {
  switch (signerName) {
    case SIGNER_API_CLIENT:
      return clientUsagesProblem(usages);
    case SIGNER_KUBELET_CLIENT:
      return kubeletClientProblem(usages, wanted);
    case SIGNER_KUBELET_SERVING:
      return kubeletServingProblem(usages, wanted);
    default:
      return undefined;
  }
}

function clientUsagesProblem(usages: NonNullable<Usages>): string | undefined {
  const other = usages.find((usage) => ![...CLIENT_USAGES, KEY_ENCIPHERMENT].includes(usage));
  if (other) return `invalid usage for client certificate: ${other}`;
  if (usages.includes('client auth')) return undefined;
  return 'missing required usage for client certificate: client auth';
}

function kubeletClientProblem(
  usages: NonNullable<Usages>,
  wanted: CertificateSubject,
): string | undefined {
  const [name] = wanted.alternativeNames;
  return (
    organizationProblem(wanted) ??
    (name ? `${name.type} subjectAltNames are not allowed` : undefined) ??
    commonNameProblem(wanted) ??
    usagesProblem(usages, CLIENT_USAGES)
  );
}

function kubeletServingProblem(
  usages: NonNullable<Usages>,
  wanted: CertificateSubject,
): string | undefined {
  const { alternativeNames } = wanted;
  const strange = alternativeNames.find(({ type }) => type !== 'dns' && type !== 'ip');
  return (
    organizationProblem(wanted) ??
    (alternativeNames.length === 0 ? 'DNS or IP subjectAltName is required' : undefined) ??
    (strange ? `${strange.type} subjectAltNames are not allowed` : undefined) ??
    usagesProblem(usages, SERVING_USAGES) ??
    commonNameProblem(wanted)
  );
}

function organizationProblem({ organizations }: CertificateSubject): string | undefined {
  const isNodes = organizations.length === 1 && organizations[0] === GROUP_NODES;
  return isNodes ? undefined : `subject organization is not ${GROUP_NODES}`;
}

function commonNameProblem({ commonName }: CertificateSubject): string | undefined {
  if (commonName.startsWith(NODE_USER_PREFIX)) return undefined;
  return `subject common name does not begin with ${NODE_USER_PREFIX}`;
}

/** Exactly the wanted ones; keys of old kinds may encipher besides. */
function usagesProblem(usages: readonly string[], wanted: readonly string[]): string | undefined {
  const others = usages.filter((usage) => usage !== KEY_ENCIPHERMENT);
  const isExact =
    others.length === wanted.length && wanted.every((usage) => others.includes(usage));
  return isExact ? undefined : `usages did not match [${[...wanted, KEY_ENCIPHERMENT].join(' ')}]`;
}

/** Who signs what a request of old asks for that does not say: the kubelets' signers what is theirs, one without rules the rest. */
export function defaultSignerOf({
  request,
  usages,
}: Pick<CertificateSigningRequestSpec, 'request' | 'usages'>): string {
  let subject: CertificateSubject;
  try {
    subject = readCertificateSubject(Buffer.from(request, 'base64').toString());
  } catch {
    // Ignored: validation says what is wrong with it.
    return SIGNER_LEGACY_UNKNOWN;
  }
  const signer = [SIGNER_KUBELET_CLIENT, SIGNER_KUBELET_SERVING].find(
    (signerName) => signerProblem({ signerName, usages }, subject) === undefined,
  );
  return signer ?? SIGNER_LEGACY_UNKNOWN;
}
