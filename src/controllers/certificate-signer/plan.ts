import type { CertificateSigningRequest } from '../../scheme/generated/types/certificates-v1.ts';
import {
  SIGNER_API_CLIENT,
  SIGNER_KUBELET_CLIENT,
  SIGNER_KUBELET_SERVING,
  SIGNER_LEGACY_UNKNOWN,
} from '../../scheme/groups/certificates/signers.ts';
import { isApproved, isFailed, isIssued } from '../shared/certificate-requests.ts';

const OWN_SIGNERS: readonly string[] = [
  SIGNER_API_CLIENT,
  SIGNER_KUBELET_CLIENT,
  SIGNER_KUBELET_SERVING,
  SIGNER_LEGACY_UNKNOWN,
];

/** The life of a certificate for which none was asked, and the longest: a year. */
const MAX_DURATION_MS = 365 * 24 * 3_600_000;
const MIN_DURATION_MS = 600_000;

/** Whether the request waits for a certificate that this controller signs. Pure. */
export function isToBeSigned(request: CertificateSigningRequest): boolean {
  return (
    OWN_SIGNERS.includes(request.spec.signerName) &&
    isApproved(request) &&
    !isFailed(request) &&
    !isIssued(request)
  );
}

export function durationMsOf({ spec }: CertificateSigningRequest): number {
  if (spec.expirationSeconds === undefined) return MAX_DURATION_MS;
  return Math.min(Math.max(spec.expirationSeconds * 1_000, MIN_DURATION_MS), MAX_DURATION_MS);
}
