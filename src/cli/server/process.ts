/** The control plane's process on this machine, as its data directory tells of it. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const POLL_MS = 50;

/** The file that a running control plane keeps its process id in. */
export function pidFileOf(dataDirectory: string): string {
  return path.join(dataDirectory, 'orrery.pid');
}

/** What `orrery up` lets the control plane write to. */
export function logFileOf(dataDirectory: string): string {
  return path.join(dataDirectory, 'orrery.log');
}

/** The id in the file; undefined when there is none. */
export function readPid(dataDirectory: string): number | undefined {
  try {
    const pid = Number(fs.readFileSync(pidFileOf(dataDirectory), 'utf8').trim());
    return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    // Ignored: without a file that can be read there is no process that we may touch.
    return undefined;
  }
}

/** The id of the control plane that runs on this data directory; undefined when none does. */
export function findRunning(dataDirectory: string): number | undefined {
  const pid = readPid(dataDirectory);
  return pid !== undefined && isAlive(pid) && isControlPlane(pid) ? pid : undefined;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is alive as well.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Process ids are used again: after a crash, the one in the file may be anybody's. */
function isControlPlane(pid: number): boolean {
  return /\b(?:main|start)\.(?:mjs|ts)\b/.test(commandLineOf(pid));
}

function commandLineOf(pid: number): string {
  try {
    if (process.platform === 'linux')
      return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    // Ignored: a process that has just ended has no command line.
    return '';
  }
}

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Waits until `isTrue`. @returns false when it is not within `timeoutMs`, or when `signal` aborts */
export async function waitUntil(
  isTrue: () => boolean | Promise<boolean>,
  { timeoutMs, signal }: WaitOptions,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!signal.aborted && performance.now() < deadline) {
    if (await isTrue()) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}
