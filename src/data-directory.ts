/** What a server keeps beside its database: the administrator's token, and the id of the process that runs. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from './composition/option-values.ts';
import { readOrCreateSecretFile } from './composition/secret-file.ts';

const TOKEN_BYTES = 32;
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

/** The administrator's bearer token: made at the first start, and readable by its owner alone. */
export async function readOrCreateToken(directory: string): Promise<string> {
  const file = path.join(directory, 'token');
  const token = await readOrCreateSecretFile(file, () =>
    randomBytes(TOKEN_BYTES).toString('base64url'),
  );
  if (token.trim().length < TOKEN_BYTES) {
    throw new ConfigError(`${file} holds no token; remove it, and the next start makes a new one`);
  }
  return token.trim();
}

/** Leaves this process's id for `orrery down`; returns the function that takes it away. */
export function publishProcessId(directory: string): () => void {
  const file = path.join(directory, 'orrery.pid');
  writeFileSync(file, `${process.pid}\n`);
  return () => rmSync(file, { force: true });
}
