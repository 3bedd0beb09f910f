import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { PostgresBinaries } from './binaries.ts';
import { isBeingMade, uniqueSuffix } from './cluster-location.ts';
import { EmbeddedPostgresError } from './errors.ts';
import type { ServerUser } from './server-user.ts';

/** The one database role. It owns the cluster, as the cluster serves this program alone. */
export const DATABASE_ROLE = 'orrery';

/** A cluster's folder: `data` is PostgreSQL's own directory, `password` the role's password, readable by its owner. */
export interface Cluster {
  readonly data: string;
  readonly password: string;
}

export interface InitialiseOptions {
  /** Where the finished cluster is to appear. */
  readonly folder: string;
  readonly binaries: PostgresBinaries;
  readonly user: ServerUser | undefined;
  /** False leaves the new files in the operating system's cache. */
  readonly durable: boolean;
}

/**
 * Makes a new cluster. It is made beside its place and renamed, so that it appears whole or not at all; when another
 * start was faster, the other's stays.
 */
export async function initialiseCluster(options: InitialiseOptions): Promise<void> {
  const { folder, user } = options;
  removeLeftovers(folder);
  const draft = `${folder}.initialising-${uniqueSuffix()}`;
  fs.mkdirSync(draft, { mode: 0o700 });
  try {
    const passwordFile = path.join(draft, 'password');
    fs.writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
    if (user) {
      fs.chownSync(passwordFile, user.uid, user.gid);
      fs.chownSync(draft, user.uid, user.gid);
    }
    await runInitdb(draft, options);
    moveIntoPlace(draft, folder);
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
}

function moveIntoPlace(draft: string, folder: string): void {
  try {
    fs.renameSync(draft, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Another start finished first: its cluster is as good as ours.
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

/** What starts that were killed while initialising have left. */
function removeLeftovers(folder: string): void {
  const parent = path.dirname(folder);
  const prefix = `${path.basename(folder)}.initialising-`;
  for (const name of fs.readdirSync(parent)) {
    if (!name.startsWith(prefix) || isBeingMade(name)) continue;
    fs.rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

async function runInitdb(draft: string, options: InitialiseOptions): Promise<void> {
  const { binaries, user, durable } = options;
  const args = [
    ...['-D', path.join(draft, 'data'), '-U', DATABASE_ROLE],
    ...['-A', 'scram-sha-256', `--pwfile=${path.join(draft, 'password')}`],
    // The builtin locale sorts by code point and needs nothing of the operating system.
    ...['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ];
  const child = spawn(binaries.initdb, args, {
    ...(user ? { uid: user.uid, gid: user.gid } : {}),
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [status, errors] = await Promise.all([exit, text(child.stderr)]);
  if (status !== 0) {
    throw new EmbeddedPostgresError(
      `The embedded database could not be initialised in ${path.dirname(draft)}; PostgreSQL says: ${errors.trim()}`,
    );
  }
}

/**
 * Opens an existing cluster's folder, or returns undefined when it holds no usable cluster (a copy or a restore that
 * was interrupted).
 */
export function openCluster(folder: string, binaries: PostgresBinaries): Cluster | undefined {
  const data = path.join(folder, 'data');
  const major = readOwnFile(path.join(data, 'PG_VERSION'));
  const password = readOwnFile(path.join(folder, 'password'));
  const control = fs.existsSync(path.join(data, 'global', 'pg_control'));
  if (!major || !password || !control) return undefined;
  if (major !== binaries.major) {
    throw new EmbeddedPostgresError(
      `The database in ${folder} was made by PostgreSQL ${major} and this Orrery brings PostgreSQL ${binaries.major}; start it with the Orrery that made it, or choose another data directory with --data-dir.`,
    );
  }
  return { data, password };
}

function readOwnFile(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    throw new EmbeddedPostgresError(
      `The database file ${file} belongs to another user; start Orrery as the user that made it, or choose another data directory with --data-dir.`,
      { cause: error },
    );
  }
}
