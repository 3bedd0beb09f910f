import { generateKeyPairSync } from 'node:crypto';
import path from 'node:path';
import type { CertificateAuthority } from '../controllers/certificate-signer/authority.ts';
import { systemClock } from '../lib/clock.ts';
import { toError } from '../lib/errors.ts';
import { ConfigError } from './option-values.ts';
import { readIfThere, readOrCreateSecret } from './secret-file.ts';

const DIRECTORY = 'pki';
const CERTIFICATE = 'ca.crt';

/** The cluster's certificate authority, opened at first use and made at the first start. @throws {ConfigError} */
export function createAuthorityOpener(dataDirectory: string): () => Promise<CertificateAuthority> {
  let opened: Promise<CertificateAuthority> | undefined;
  return () => {
    opened ??= open(dataDirectory);
    return opened;
  };
}

/** The certificate of the authority, where there is one already: reading it needs no opening. @throws {ConfigError} */
export function readAuthorityCertificate(dataDirectory: string): string | undefined {
  return readIfThere(path.join(dataDirectory, DIRECTORY, CERTIFICATE));
}

async function open(dataDirectory: string): Promise<CertificateAuthority> {
  const keyFile = path.join(dataDirectory, DIRECTORY, 'ca.key');
  const certificateFile = path.join(dataDirectory, DIRECTORY, CERTIFICATE);
  const privateKey = readOrCreateSecret(keyFile, generateKey);
  const { CertificateAuthority } = await import('../controllers/certificate-signer/authority.ts');
  try {
    const certificate = readIfThere(certificateFile) ?? (await create(certificateFile, privateKey));
    return await CertificateAuthority.open({ certificate, privateKey }, systemClock);
  } catch (thrown) {
    throw new ConfigError(
      `the cluster's certificate authority (${keyFile}, ${certificateFile}) cannot be used: ${toError(thrown).message}`,
    );
  }
}

/** Two that start at once sign with the same key: whichever certificate stays is good. */
async function create(file: string, privateKey: string): Promise<string> {
  const { selfSign } = await import('../controllers/certificate-signer/authority.ts');
  const certificate = await selfSign(privateKey, systemClock.now());
  return readOrCreateSecret(file, () => `${certificate}\n`);
}

function generateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
