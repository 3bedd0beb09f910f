import { createPrivateKey, X509Certificate } from 'node:crypto';
import path from 'node:path';
import type {
  CertificateAuthority,
  ServingName,
} from '../controllers/certificate-signer/authority.ts';
import { systemClock } from '../lib/clock.ts';
import { readAuthorityCertificate } from './cluster-authority.ts';
import { readIfThere, replaceSecret } from './secret-file.ts';

const DAY_MS = 24 * 3_600_000;
const LIFE_MS = 365 * DAY_MS;
/** A start with less than this left makes a new one. */
const RENEW_WITHIN_MS = 90 * DAY_MS;

/** A certificate with its key, both PEM. */
export interface ServingCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface ServingCertificateOptions {
  /** Where `pki/` is. */
  readonly dataDirectory: string;
  /** Names and addresses by which clients may call the server. */
  readonly names: readonly ServingName[];
  readonly authority: () => Promise<CertificateAuthority>;
}

/** The certificate that the server shows: the one of the start before, as long as it is good for these names. */
export async function openServingCertificate(
  options: ServingCertificateOptions,
): Promise<ServingCertificate> {
  const { authority, dataDirectory, names } = options;
  const file = path.join(dataDirectory, 'pki', 'apiserver.pem');
  const kept = readIfThere(file);
  const issuer = kept === undefined ? undefined : readAuthorityCertificate(dataDirectory);
  if (kept !== undefined && issuer !== undefined && isGood(kept, names, issuer)) return split(kept);
  const validity = { nowMs: systemClock.now(), durationMs: LIFE_MS };
  const issued = await (await authority()).issueServing(names, validity);
  replaceSecret(file, issued.certificate + issued.privateKey);
  return issued;
}

/** Certificate and key in one file: two that start at once cannot mix theirs. */
function split(pem: string): ServingCertificate {
  const at = pem.indexOf('-----BEGIN PRIVATE KEY-----');
  return { certificate: pem.slice(0, at), privateKey: pem.slice(at) };
}

function isGood(pem: string, names: readonly ServingName[], authority: string): boolean {
  try {
    const { certificate, privateKey } = split(pem);
    const x509 = new X509Certificate(certificate);
    return (
      x509.checkPrivateKey(createPrivateKey(privateKey)) &&
      x509.verify(new X509Certificate(authority).publicKey) &&
      Date.parse(x509.validTo) > systemClock.now() + RENEW_WITHIN_MS &&
      names.every(({ type, value }) =>
        type === 'ip' ? x509.checkIP(value) : x509.checkHost(value),
      )
    );
  } catch {
    // Ignored: what cannot be read is replaced.
    return false;
  }
}
