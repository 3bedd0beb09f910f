import fs from 'node:fs';
import path from 'node:path';
import { toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { type PostgresBinaries, prepareBinaries } from './binaries.ts';
import { type Cluster, initialiseCluster, openCluster } from './cluster.ts';
import { chooseCluster, findCluster, publishCluster } from './cluster-location.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { PORT_FILE } from './port.ts';
import { findServerUser, type ServerUser } from './server-user.ts';

/** Everything a server needs on disk. */
export interface Installation {
  readonly dataDirectory: string;
  readonly binaries: PostgresBinaries;
  readonly user: ServerUser | undefined;
  readonly cluster: Cluster;
  readonly logFile: string;
}

export interface PrepareOptions {
  readonly dataDirectory: string;
  readonly sharedDirectory: string;
  readonly durable: boolean;
  readonly logger: Logger;
}

/** The log of earlier starts is kept up to this size, and one older file of it. */
const MAX_LOG_BYTES = 10_000_000;
const LOG_FILE = 'postgres.log';

/** Brings the data directory into a state in which a server can start on it; the first time, that makes a database. */
export async function prepareInstallation(options: PrepareOptions): Promise<Installation> {
  const dataDirectory = openDataDirectory(options.dataDirectory);
  const user = findServerUser(clusterOwner(dataDirectory));
  const binaries = prepareBinaries({
    user,
    copyDirectory: user ? options.sharedDirectory : dataDirectory,
  });
  const cluster = await ensureCluster({ ...options, dataDirectory }, binaries, user);
  return { dataDirectory, binaries, user, cluster, logFile: openLog(dataDirectory) };
}

/**
 * Passable for others (0711), listable for none: the server's account must get through to its cluster, and everything
 * in here is private by its own mode.
 */
function openDataDirectory(requested: string): string {
  try {
    fs.mkdirSync(requested, { recursive: true, mode: 0o711 });
    const real = fs.realpathSync(requested);
    fs.accessSync(real, fs.constants.W_OK | fs.constants.X_OK);
    // A start as another user (root, once) may have left files here that this one cannot use.
    for (const name of [LOG_FILE, PORT_FILE].map((file) => path.join(real, file))) {
      if (fs.existsSync(name)) fs.accessSync(name, fs.constants.R_OK | fs.constants.W_OK);
    }
    return real;
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The data directory ${requested} cannot be used (${toError(error).message}); make it writable for this user, or choose another with --data-dir.`,
      { cause: error },
    );
  }
}

function clusterOwner(dataDirectory: string): number | undefined {
  return fs.statSync(path.join(dataDirectory, 'cluster'), { throwIfNoEntry: false })?.uid;
}

async function ensureCluster(
  options: PrepareOptions,
  binaries: PostgresBinaries,
  user: ServerUser | undefined,
): Promise<Cluster> {
  const { dataDirectory, sharedDirectory, durable, logger } = options;
  const location = { dataDirectory, sharedDirectory, user };
  const existing = findCluster(location);
  const opened = existing && openCluster(existing, binaries);
  if (opened) return opened;
  if (existing) {
    assertHoldsNothing(existing);
    setAside(existing, logger);
  }
  const folder = existing ?? chooseCluster(location);
  logger.info('initialising the database', { folder, postgresql: binaries.major });
  await initialiseCluster({ folder, binaries, user, durable });
  const cluster = openCluster(publishCluster(folder, dataDirectory), binaries);
  if (cluster) return cluster;
  throw new EmbeddedPostgresError(
    `The database that was just made in ${folder} has vanished; see that nothing else removes files there, and start again.`,
  );
}

/**
 * A cluster appears whole (see {@link initialiseCluster}), so one with databases in it and a part missing has lost that part:
 * starting an empty one in its place would look as if everything were gone.
 */
function assertHoldsNothing(folder: string): void {
  const databases = path.join(folder, 'data', 'base');
  if (!fs.existsSync(databases) || fs.readdirSync(databases).length === 0) return;
  throw new EmbeddedPostgresError(
    `The database in ${folder} has lost files that it needs (its password, PG_VERSION or global/pg_control); restore them from a copy, or move the folder away to start with an empty database.`,
  );
}

/** Nothing of a user's is ever deleted on a guess: what cannot be a database is moved out of the way. */
function setAside(folder: string, logger: Logger): void {
  const aside = `${folder}.incomplete-${Date.now()}`;
  fs.renameSync(folder, aside);
  logger.warn('the database folder is incomplete; it was set aside and a new one is made', {
    folder,
    aside,
  });
}

function openLog(dataDirectory: string): string {
  const file = path.join(dataDirectory, LOG_FILE);
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_LOG_BYTES) fs.renameSync(file, `${file}.1`);
  return file;
}
