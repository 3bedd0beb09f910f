import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerUser } from './server-user.ts';

// Real time throughout: this file waits for processes of the operating system, which no virtual clock moves.

/** Far below what a person notices, far above what a poll costs. */
const POLL_INTERVAL_MS = 15;

/** What PostgreSQL writes into postmaster.pid. */
export interface PostmasterState {
  readonly pid: number;
  readonly port: number;
  /** `starting`, `ready`, `stopping`; empty while the server has not got that far. */
  readonly status: string;
}

/**
 * The server's own account of itself, or undefined when it has none (or has not yet written it whole).
 *
 * @see https://www.postgresql.org/docs/18/storage-file-layout.html
 */
export function readPostmasterState(dataDirectory: string): PostmasterState | undefined {
  try {
    const lines = fs.readFileSync(pidFile(dataDirectory), 'utf8').split('\n');
    const pid = Number(lines[0]);
    if (!Number.isInteger(pid) || pid <= 0) return undefined;
    return { pid, port: Number(lines[3]), status: lines[7]?.trim() ?? '' };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Forgets a dead server whose process id now belongs to someone else, which PostgreSQL itself would not dare. A pid file
 * whose process is dead is left to PostgreSQL, which removes it without a race.
 */
export function removePidFile(dataDirectory: string): void {
  fs.rmSync(pidFile(dataDirectory), { force: true });
}

function pidFile(dataDirectory: string): string {
  return path.join(dataDirectory, 'postmaster.pid');
}

/** Whether a process of this id runs (a zombie does not). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

/** In a container without an init process, dead orphans stay in the process table for ever. */
function isZombie(pid: number): boolean {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return /^\) [ZX]/.test(stat.slice(stat.lastIndexOf(')')));
  } catch {
    // Ignored: no /proc on this system (macOS), where init always reaps.
    return false;
  }
}

/** Whether process `pid` is a PostgreSQL server on this very directory, and not a stranger with a reused id. */
export function isPostmasterOf(pid: number, dataDirectory: string): boolean {
  if (!isAlive(pid)) return false;
  const args = readArguments(pid);
  if (args) return args[1] === '-D' && isSameDirectory(args[2] ?? '', dataDirectory);
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], {
    encoding: 'utf8',
  });
  return /postgres -D /.test(stdout) && stdout.includes(` ${dataDirectory} `);
}

/** The process's arguments, or undefined where there is no /proc (macOS). */
function readArguments(pid: number): string[] | undefined {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    // Ignored: the caller asks `ps` instead, which also knows nothing of a process that has just ended.
    return undefined;
  }
}

/** Compares what the paths lead to: a bind mount or a link gives one directory two names. */
function isSameDirectory(one: string, other: string): boolean {
  const a = fs.statSync(one, { throwIfNoEntry: false });
  const b = fs.statSync(other, { throwIfNoEntry: false });
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

export interface SpawnPostmasterOptions {
  readonly postgres: string;
  readonly dataDirectory: string;
  readonly settings: readonly string[];
  readonly user: ServerUser | undefined;
  readonly logFile: string;
}

/** A server that was started by this process; `readLog` gives what it wrote since. */
export interface SpawnedPostmaster {
  readonly child: ChildProcess;
  readonly readLog: () => string;
}

/** Starts a server without waiting for it. */
export function spawnPostmaster(options: SpawnPostmasterOptions): SpawnedPostmaster {
  const { user, logFile } = options;
  // A file, not a pipe: the server must not lose its log, nor stall on it, when this process is killed.
  const log = fs.openSync(logFile, 'a', 0o600);
  const logStart = fs.fstatSync(log).size;
  const child = spawn(options.postgres, ['-D', options.dataDirectory, ...options.settings], {
    ...(user ? { uid: user.uid, gid: user.gid } : {}),
    cwd: '/',
    // A session of its own: Ctrl-C in the terminal must reach us alone, so that the server stops last.
    detached: true,
    stdio: ['ignore', log, log],
    // PG* variables of the user's shell must not steer this server.
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  });
  // Recorded where the server's own failures are, so that the caller has one place to look.
  child.once('error', (error) => fs.appendFileSync(logFile, `FATAL:  ${error.message}\n`));
  fs.closeSync(log);
  const readLog = (): string => fs.readFileSync(logFile).subarray(logStart).toString('utf8');
  return { child, readLog };
}

/** Whether the child has ended (or never began). */
export function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

/** Resolves true when the child serves, false when it has ended, at `deadline` (in `Date.now()` terms), or on abort. */
export async function waitUntilReady(
  child: ChildProcess,
  dataDirectory: string,
  { deadline, signal }: { deadline: number; signal?: AbortSignal | undefined },
): Promise<boolean> {
  while (!hasExited(child) && Date.now() < deadline && !signal?.aborted) {
    const state = readPostmasterState(dataDirectory);
    if (state?.pid === child.pid && state?.status === 'ready') return true;
    await delay(POLL_INTERVAL_MS);
  }
  return false;
}

/** Resolves with the first value of `read` that is not undefined, or undefined after `timeoutMs`. */
export async function pollFor<T>(
  read: () => T | undefined,
  timeoutMs: number,
): Promise<T | undefined> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = read();
    if (value !== undefined || Date.now() >= deadline) return value;
    await delay(POLL_INTERVAL_MS);
  }
}

/**
 * Ends a server: first PostgreSQL's fast shutdown (sessions are rolled back, everything is written), and its immediate
 * one when that takes longer than `timeoutMs`, after which the next start replays the log.
 */
export async function stopPostmaster(pid: number, timeoutMs: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    sendSignal(pid, signal);
    const gone = await pollFor(() => (isAlive(pid) ? undefined : true), timeoutMs);
    if (gone) return;
  }
}

/** Signals a process that may have ended meanwhile. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // Ignored: it is gone already, which is what every caller wants.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
