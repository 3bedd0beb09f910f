import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../lib/logger.ts';
import { DATABASE_ROLE } from './cluster.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { OwnerLock } from './owner-lock.ts';
import { choosePort, forgetPort } from './port.ts';
import {
  hasExited,
  isAlive,
  isPostmasterOf,
  pollFor,
  readPostmasterState,
  removePidFile,
  spawnPostmaster,
  stopPostmaster,
  waitUntilReady,
} from './postmaster.ts';
import type { Installation } from './prepare.ts';
import { serverSettings } from './settings.ts';

/** A server that runs, and the proof that it is ours alone. */
export interface LaunchedServer {
  readonly child: ChildProcess;
  readonly port: number;
  readonly lock: OwnerLock;
}

export interface LaunchOptions {
  /** A fixed port; undefined means the remembered or a free one. */
  readonly port: number | undefined;
  readonly durable: boolean;
  readonly maxConnections: number;
  readonly logger: Logger;
  readonly signal: AbortSignal | undefined;
}

/** Replaying the log after a crash of the machine may take long; nothing else does. */
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 30_000;
const RETRY_DELAY_MS = 100;

const PORT_TAKEN = /could not (?:bind|create any TCP\/IP sockets)/;
/**
 * Passing conditions: a killed predecessor's last processes are still ending, or another start is in our way, which the
 * owner lock will settle.
 */
const PASSING = /lock file "postmaster.pid"|pre-existing shared memory|received fast shutdown/;

/** The connection string of `database`. It has no query part: BullMQ takes none. */
export function databaseUrl(installation: Installation, port: number, database: string): string {
  return `postgresql://${DATABASE_ROLE}:${installation.cluster.password}@127.0.0.1:${port}/${database}`;
}

/** Starts the server, replacing one that a killed predecessor left running, and takes the owner lock. */
export async function launchServer(
  installation: Installation,
  options: LaunchOptions,
): Promise<LaunchedServer> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      await clearPredecessor(installation, options.logger);
      const launched = await launchOnce(installation, options, deadline);
      if (launched) return launched;
    } catch (error) {
      // Ignored otherwise: another start has ended the server that we were talking to. The next look settles it.
      if (!isLostConnection(error) || Date.now() > deadline) throw error;
    }
    await delay(RETRY_DELAY_MS);
  }
}

/** Undefined means: the reason has passed or will, try again. */
async function launchOnce(
  installation: Installation,
  options: LaunchOptions,
  deadline: number,
): Promise<LaunchedServer | undefined> {
  const { dataDirectory, binaries, cluster, user, logFile } = installation;
  const port = options.port ?? (await choosePort(dataDirectory));
  const settings = serverSettings({ ...options, port });
  const { child, readLog } = spawnPostmaster({
    postgres: binaries.postgres,
    dataDirectory: cluster.data,
    settings,
    user,
    logFile,
  });
  const waiting = { deadline, signal: options.signal };
  if (await waitUntilReady(child, cluster.data, waiting)) {
    child.unref();
    return { child, port, lock: await lockServer(installation, port) };
  }
  const log = readLog();
  if (!hasExited(child) && child.pid) await stopPostmaster(child.pid, STOP_TIMEOUT_MS);
  options.signal?.throwIfAborted();
  const portTaken = PORT_TAKEN.test(log);
  if (portTaken) forgetPort(dataDirectory);
  const fatal = portTaken ? options.port !== undefined : !PASSING.test(log);
  if (fatal || Date.now() > deadline) throw startFailure(log, port, installation);
  return undefined;
}

function startFailure(log: string, port: number, { logFile }: Installation): Error {
  if (PORT_TAKEN.test(log)) {
    return new EmbeddedPostgresError(
      `Port ${port} on 127.0.0.1, which the embedded PostgreSQL was told to use, is taken; free it or choose another.`,
    );
  }
  const reason = log.match(/(?:FATAL|PANIC|ERROR): .*/)?.[0] ?? 'nothing';
  return new EmbeddedPostgresError(
    `The embedded PostgreSQL did not start; its last word was: ${reason.replace(/\s+/g, ' ')}. Its log is ${logFile}.`,
  );
}

/**
 * Ends a server that runs on our cluster without an owner, as one does after a kill -9 of its parent. It is stopped
 * rather than adopted, so that every server runs with the binaries and settings of the Orrery that uses it.
 */
async function clearPredecessor(installation: Installation, logger: Logger): Promise<void> {
  const { data } = installation.cluster;
  const state = readPostmasterState(data);
  if (!state) return;
  if (!isPostmasterOf(state.pid, data)) {
    if (isAlive(state.pid)) removePidFile(data);
    return;
  }
  const ready = await pollFor(() => settledState(data, state.pid), START_TIMEOUT_MS);
  if (ready === 'gone') return;
  if (!ready) {
    throw new EmbeddedPostgresError(
      `A PostgreSQL (process ${state.pid}) runs on ${data} and does not answer; end it with "kill -QUIT ${state.pid}" and start again.`,
    );
  }
  const lock = await lockServer(installation, ready.port);
  logger.info('stopping the PostgreSQL that a killed predecessor left', { pid: state.pid });
  await lock.release();
  await stopPostmaster(state.pid, STOP_TIMEOUT_MS);
}

/** A server in the middle of starting or stopping gets the time to finish. */
function settledState(data: string, pid: number): { port: number } | 'gone' | undefined {
  if (!isPostmasterOf(pid, data)) return 'gone';
  const now = readPostmasterState(data);
  return now?.pid === pid && now.status === 'ready' ? now : undefined;
}

/** node-postgres reports a session's end by its own words, by the system's, or by the server's last message. */
export function isLostConnection(error: unknown): boolean {
  if (error instanceof EmbeddedPostgresError) return false;
  const { code = '', message } = error as NodeJS.ErrnoException;
  return /^(?:ECONN|EPIPE|57P0)/.test(code) || /connection/i.test(message);
}

/** Takes the owner lock of a server that accepts connections. */
export function lockServer(installation: Installation, port: number): Promise<OwnerLock> {
  const adminUrl = databaseUrl(installation, port, 'postgres');
  return OwnerLock.acquire(adminUrl, installation.dataDirectory);
}
