import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { EmbeddedPostgresError } from './errors.ts';
import { isAlive } from './postmaster.ts';
import { canEnter, type ServerUser } from './server-user.ts';

/**
 * Where the cluster lies. Normally in the data directory, as `cluster/`. A data directory that the server's account
 * cannot enter (root's checkout under /root, mode 0700) holds a pointer instead, `cluster-location`, to a folder under
 * `sharedDirectory`: opening somebody's home to all accounts is not ours to do.
 *
 * A cluster elsewhere knows its data directory (the file `data-directory`), so that a data directory that was copied
 * does not share the original's database, and one that was deleted leaves nothing behind for ever.
 */
export interface ClusterLocationOptions {
  /** An absolute, real path: its hash names the clusters elsewhere. */
  readonly dataDirectory: string;
  readonly sharedDirectory: string;
  readonly user: ServerUser | undefined;
}

const POINTER = 'cluster-location';
const OWNER = 'data-directory';
/** A start in progress gets this long to point at the cluster that it is making. */
const ABANDONED_AFTER_MS = 60_000;

/** The existing cluster's folder, or undefined when there is none yet. */
export function findCluster(options: ClusterLocationOptions): string | undefined {
  const local = path.join(options.dataDirectory, 'cluster');
  if (fs.existsSync(local)) return local;
  const elsewhere = readPointer(options.dataDirectory);
  if (elsewhere === undefined) return undefined;
  if (!fs.existsSync(elsewhere)) {
    throw new EmbeddedPostgresError(
      `The database of ${options.dataDirectory} was kept in ${elsewhere}, which is gone; restore it, or remove ${path.join(options.dataDirectory, POINTER)} to start with an empty one.`,
    );
  }
  claim(elsewhere, options.dataDirectory);
  return elsewhere;
}

/** Where a new cluster is to be made. */
export function chooseCluster(options: ClusterLocationOptions): string {
  const { dataDirectory, sharedDirectory, user } = options;
  if (user === undefined || canEnter(dataDirectory, user)) {
    return path.join(dataDirectory, 'cluster');
  }
  fs.mkdirSync(sharedDirectory, { recursive: true, mode: 0o755 });
  removeAbandoned(options);
  return path.join(sharedDirectory, `${namePrefix(dataDirectory)}${uniqueSuffix()}`);
}

/**
 * Records a finished cluster that lies elsewhere. Returns the one that counts: when two starts made one at the same
 * time, the first to point wins and the other's is removed.
 */
export function publishCluster(cluster: string, dataDirectory: string): string {
  if (path.dirname(cluster) === dataDirectory) return cluster;
  fs.writeFileSync(path.join(cluster, OWNER), dataDirectory, { mode: 0o600 });
  const draft = path.join(dataDirectory, `${POINTER}.${uniqueSuffix()}`);
  fs.writeFileSync(draft, `${cluster}\n`, { mode: 0o600 });
  try {
    // A link, unlike a rename, fails when the name is taken.
    fs.linkSync(draft, path.join(dataDirectory, POINTER));
    return cluster;
  } catch (error) {
    const winner = readPointer(dataDirectory);
    if (winner === undefined) throw error;
    if (winner === cluster) return cluster;
    fs.rmSync(cluster, { recursive: true, force: true });
    return winner;
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/** A suffix that no other process uses, and that tells whose it is. */
export function uniqueSuffix(): string {
  return `${process.pid}-${randomBytes(4).toString('hex')}`;
}

/** Whether the process that made a name with {@link uniqueSuffix} may still be working on it. */
export function isBeingMade(name: string): boolean {
  const pid = Number(/(\d+)-[0-9a-f]{8}$/.exec(name)?.[1]);
  return Number.isInteger(pid) && isAlive(pid);
}

function readPointer(dataDirectory: string): string | undefined {
  try {
    return fs.readFileSync(path.join(dataDirectory, POINTER), 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Refuses a cluster that another data directory uses, and follows one whose data directory was moved. */
function claim(cluster: string, dataDirectory: string): void {
  const file = path.join(cluster, OWNER);
  const owner = fs.readFileSync(file, 'utf8').trim();
  if (owner === dataDirectory) return;
  if (readPointer(owner) === cluster) {
    throw new EmbeddedPostgresError(
      `${dataDirectory} is a copy of ${owner}, and its database stayed with the original; remove ${path.join(dataDirectory, POINTER)} to give the copy an empty one.`,
    );
  }
  fs.writeFileSync(file, dataDirectory, { mode: 0o600 });
}

/** Removes the clusters that earlier data directories of the same path left behind when they were deleted. */
function removeAbandoned({ dataDirectory, sharedDirectory }: ClusterLocationOptions): void {
  const prefix = namePrefix(dataDirectory);
  for (const name of fs.readdirSync(sharedDirectory)) {
    const folder = path.join(sharedDirectory, name);
    if (!name.startsWith(prefix)) continue;
    const ageMs = Date.now() - fs.statSync(folder).mtimeMs;
    if (isBeingMade(name) && ageMs < ABANDONED_AFTER_MS) continue;
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function namePrefix(dataDirectory: string): string {
  return `cluster-${createHash('sha256').update(dataDirectory).digest('hex').slice(0, 16)}-`;
}
