import { X509Certificate } from 'node:crypto';
import { findCondition } from '../../scheme/conditions.ts';
import type { CertificateSigningRequest } from '../../scheme/generated/types/certificates-v1.ts';
import {
  CONDITION_APPROVED,
  CONDITION_DENIED,
  CONDITION_FAILED,
} from '../../scheme/groups/certificates/certificate-signing-request.ts';

const HOUR_MS = 3_600_000;
/** How long a request that got its answer may still be read. */
const SETTLED_MS = HOUR_MS;
const PENDING_MS = 24 * HOUR_MS;

/**
 * When a request has served its purpose, in milliseconds since the epoch; Infinity for one that was approved and waits for its
 * signer. Pure.
 */
export function endMsOf(request: CertificateSigningRequest): number {
  const { metadata, status } = request;
  const createdMs = Date.parse(metadata.creationTimestamp ?? '') || 0;
  const settledMs = [CONDITION_DENIED, CONDITION_FAILED]
    .concat(status?.certificate ? [CONDITION_APPROVED] : [])
    .flatMap((type) => {
      const condition = findCondition(status?.conditions, type);
      if (!condition) return [];
      return (
        Date.parse(condition.lastUpdateTime ?? condition.lastTransitionTime ?? '') || createdMs
      );
    });
  const isPending = (status?.conditions ?? []).length === 0;
  return Math.min(
    isPending ? createdMs + PENDING_MS : Infinity,
    ...settledMs.map((at) => at + SETTLED_MS),
    certificateEndMs(status?.certificate),
  );
}

/** When the certificate ends: nobody needs the request of one that is of no use. */
function certificateEndMs(certificate: string | undefined): number {
  if (!certificate) return Infinity;
  try {
    return Date.parse(new X509Certificate(Buffer.from(certificate, 'base64')).validTo);
  } catch {
    // Ignored: signers of others may write what is no certificate, which does not end.
    return Infinity;
  }
}
