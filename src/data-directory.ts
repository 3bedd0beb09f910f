/** What a server keeps beside its database: the administrator's token, and the id of the process that runs. */
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from './config.ts';

const TOKEN_BYTES = 32;
/** Others may pass through (the embedded PostgreSQL runs as its own user when we are root), but not look around. */
const DIRECTORY_MODE = 0o711;
const SECRET_MODE = 0o600;

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
export function readOrCreateToken(directory: string): string {
  const file = path.join(directory, 'token');
  const draft = `${file}.${process.pid}`;
  // A link appears whole or not at all, and only where nothing is yet: of two starts at once, one makes the token.
  writeFileSync(draft, randomBytes(TOKEN_BYTES).toString('base64url'), { mode: SECRET_MODE });
  try {
    linkSync(draft, file);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
  } finally {
    rmSync(draft);
  }
  const token = readFileSync(file, 'utf8').trim();
  if (token.length < TOKEN_BYTES) {
    throw new ConfigError(`${file} holds no token; remove it, and the next start makes a new one`);
  }
  return token;
}

/** Leaves this process's id for `orrery down`; returns the function that takes it away. */
export function publishProcessId(directory: string): () => void {
  const file = path.join(directory, 'orrery.pid');
  writeFileSync(file, `${process.pid}\n`);
  return () => rmSync(file, { force: true });
}
