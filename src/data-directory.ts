/** What a server keeps beside its database: the administrator's token, and the id of the process that runs. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from './composition/option-values.ts';
import { readOrCreateSecret } from './composition/secret-file.ts';

const TOKEN_BYTES = 32;
const ENCRYPTION_KEY_BYTES = 32;
/** Others may pass through (the embedded PostgreSQL runs as its own user when we are root), but not look around. */
const DIRECTORY_MODE = 0o711;

/** Makes the directory where it is missing. @throws {ConfigError} when it cannot be used */
export function openDataDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
    writeFileSync(path.join(directory, '.gitignore'), '*\n');
  } catch (thrown) {
    throw new ConfigError(
      `the data directory ${directory} cannot be used (${(thrown as Error).message}); ` +
        'choose another with --data-dir',
    );
  }
}

/** The administrator's bearer token. */
export function readOrCreateToken(directory: string): string {
  const file = path.join(directory, 'token');
  const token = readOrCreateSecret(file, () =>
    randomBytes(TOKEN_BYTES).toString('base64url'),
  ).trim();
  if (token.length < TOKEN_BYTES) {
    throw new ConfigError(`${file} holds no token; remove it, and the next start makes a new one`);
  }
  return token;
}

/** Where the encryption configuration is, unless another is given. */
export function encryptionFileOf(directory: string): string {
  return path.join(directory, 'encryption.yaml');
}

/** The encryption configuration of a data directory: a key of its own for Secrets. */
export function readOrCreateEncryptionConfiguration(directory: string): string {
  return readOrCreateSecret(encryptionFileOf(directory), newEncryptionConfiguration);
}

function newEncryptionConfiguration(): string {
  const secret = randomBytes(ENCRYPTION_KEY_BYTES).toString('base64');
  return `# Encrypts Secrets in the database. Without its keys they are lost: keep a copy.
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      # The first key of the first provider encrypts; the others are for what was written before.
      - aesgcm:
          keys:
            - name: key1
              secret: ${secret}
      - identity: {}
`;
}

/** Leaves this process's id for `orrery down`; returns the function that takes it away. */
export function publishProcessId(directory: string): () => void {
  const file = path.join(directory, 'orrery.pid');
  writeFileSync(file, `${process.pid}\n`);
  return () => rmSync(file, { force: true });
}
