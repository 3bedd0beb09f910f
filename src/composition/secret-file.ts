import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { toError } from '../lib/errors.ts';
import { ConfigError } from './option-values.ts';

const SECRET_MODE = 0o600;
const SECRET_DIRECTORY_MODE = 0o700;

/**
 * What `file` holds; where it is not there yet, what `create` gives is put there first, readable by its owner alone. Of
 * several processes that start at once, one makes it, and all get that one.
 * @throws {ConfigError} when it cannot be read
 */
export function readOrCreateSecret(file: string, create: () => string): string {
  const existing = readIfThere(file);
  if (existing !== undefined) return existing;
  const draft = `${file}.${process.pid}`;
  mkdirSync(path.dirname(file), { recursive: true, mode: SECRET_DIRECTORY_MODE });
  // A link appears whole or not at all, and only where nothing is yet: of two starts at once, one makes the file.
  writeFileSync(draft, create(), { mode: SECRET_MODE });
  try {
    linkSync(draft, file);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
  } finally {
    rmSync(draft);
  }
  return readFileSync(file, 'utf8');
}

/** Puts `content` in the place of whatever `file` holds, whole or not at all, readable by its owner alone. */
export function replaceSecret(file: string, content: string): void {
  const draft = `${file}.${process.pid}`;
  mkdirSync(path.dirname(file), { recursive: true, mode: SECRET_DIRECTORY_MODE });
  writeFileSync(draft, content, { mode: SECRET_MODE });
  renameSync(draft, file);
}

/** The content of a secret file, or undefined where there is none. @throws {ConfigError} when it cannot be read */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigError(`${file} cannot be read: ${toError(thrown).message}`);
  }
}
