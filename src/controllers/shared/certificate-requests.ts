/** What certificate requests ask for, and how far they have come. */
import type { Pkcs10CertificateRequest } from '@peculiar/x509';
import { isConditionTrue } from '../../scheme/conditions.ts';
import type { CertificateSigningRequest } from '../../scheme/generated/types/certificates-v1.ts';
import {
  CONDITION_APPROVED,
  CONDITION_DENIED,
  CONDITION_FAILED,
} from '../../scheme/groups/certificates/certificate-signing-request.ts';
import type { CertificateSubject } from '../../scheme/groups/certificates/certificate-subject.ts';

/** What a request asks for. */
export interface RequestedCertificate extends CertificateSubject {
  readonly request: Pkcs10CertificateRequest;
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
