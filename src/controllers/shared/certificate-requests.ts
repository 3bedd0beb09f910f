/** What certificate requests ask for, and whether that is what Kubernetes' signers are for. */
import type { Pkcs10CertificateRequest } from '@peculiar/x509';
import { isConditionTrue } from '../../scheme/conditions.ts';
import type {
  CertificateSigningRequest,
  CertificateSigningRequestSpec,
} from '../../scheme/generated/types/certificates-v1.ts';
import {
  CONDITION_APPROVED,
  CONDITION_DENIED,
  CONDITION_FAILED,
} from '../../scheme/groups/certificates/certificate-signing-request.ts';

export const SIGNER_API_CLIENT = 'kubernetes.io/kube-apiserver-client';
export const SIGNER_KUBELET_CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet';
export const SIGNER_KUBELET_SERVING = 'kubernetes.io/kubelet-serving';
export const SIGNER_LEGACY_UNKNOWN = 'kubernetes.io/legacy-unknown';

const NODE_USER_PREFIX = 'system:node:';
const GROUP_NODES = 'system:nodes';

/** What a request asks for. */
export interface RequestedCertificate {
  readonly request: Pkcs10CertificateRequest;
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** `dns`, `ip`, `email`, `url` and stranger ones. */
  readonly alternativeNames: readonly { readonly type: string; readonly value: unknown }[];
}

type Usages = CertificateSigningRequestSpec['usages'];

const CLIENT_USAGES = ['digital signature', 'client auth'];
const SERVING_USAGES = ['digital signature', 'server auth'];
const KEY_ENCIPHERMENT = 'key encipherment';

/** Why a request is not what its signer signs; undefined when it is. Other signers are somebody else's. Pure. */
export function signerProblem(
  { signerName, usages = [] }: Pick<CertificateSigningRequestSpec, 'signerName' | 'usages'>,
  wanted: Omit<RequestedCertificate, 'request'>,
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

type Wanted = Omit<RequestedCertificate, 'request'>;

function kubeletClientProblem(usages: NonNullable<Usages>, wanted: Wanted): string | undefined {
  const [name] = wanted.alternativeNames;
  return (
    organizationProblem(wanted) ??
    (name ? `${name.type} subjectAltNames are not allowed` : undefined) ??
    commonNameProblem(wanted) ??
    usagesProblem(usages, CLIENT_USAGES)
  );
}

function kubeletServingProblem(usages: NonNullable<Usages>, wanted: Wanted): string | undefined {
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

function organizationProblem({ organizations }: Wanted): string | undefined {
  const isNodes = organizations.length === 1 && organizations[0] === GROUP_NODES;
  return isNodes ? undefined : `subject organization is not ${GROUP_NODES}`;
}

function commonNameProblem({ commonName }: Wanted): string | undefined {
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

export function isApproved({ status }: CertificateSigningRequest): boolean {
  return (
    isConditionTrue(status?.conditions, CONDITION_APPROVED) &&
    !isConditionTrue(status?.conditions, CONDITION_DENIED)
  );
}

export function isDenied({ status }: CertificateSigningRequest): boolean {
  return isConditionTrue(status?.conditions, CONDITION_DENIED);
}

export function isFailed({ status }: CertificateSigningRequest): boolean {
  return isConditionTrue(status?.conditions, CONDITION_FAILED);
}

export function isIssued({ status }: CertificateSigningRequest): boolean {
  return Boolean(status?.certificate);
}
