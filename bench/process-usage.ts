import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

/** What a process has used so far, and its memory now. */
export interface ProcessUsage {
  readonly cpuSeconds: number;
  readonly memoryMb: number;
}

/** The kernel's clock ticks a second: `getconf CLK_TCK`, 100 on every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100;
const BYTES_PER_MB = 1_000_000;
const KIB = 1024;

/** Resident memory, and processor time with that of ended children. */
export function readUsage(pid: number): ProcessUsage {
  return fs.existsSync(`/proc/${pid}/stat`) ? readProc(pid) : readPs(pid);
}

/**
 * A process and all that it started. Memory that they share (PostgreSQL's buffers) is counted once on Linux, and as often
 * as there are processes elsewhere.
 */
export function readTreeUsage(root: number): ProcessUsage {
  const pids = processTree(root);
  let cpuSeconds = 0;
  let memoryMb = 0;
  for (const pid of pids) {
    try {
      cpuSeconds += readUsage(pid).cpuSeconds;
      memoryMb += readProportionalMb(pid) ?? readUsage(pid).memoryMb;
    } catch {
      // Ignored: it ended meanwhile; the time it used is its parent's now.
    }
  }
  return { cpuSeconds, memoryMb };
}

/** The PostgreSQL that a server process started. */
export function findPostgres(serverPid: number): number | undefined {
  return listProcesses().find(
    ({ parent, command }) => parent === serverPid && /postgres/.test(command),
  )?.pid;
}

function readProc(pid: number): ProcessUsage {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field, the program's name, may hold spaces; those after it are numbers.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  const residentKib = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  return { cpuSeconds: ticks / TICKS_PER_SECOND, memoryMb: (residentKib * KIB) / BYTES_PER_MB };
}

function readPs(pid: number): ProcessUsage {
  const [time = '0:0', kib = '0'] = ps(['-o', 'time=,rss=', '-p', String(pid)])
    .trim()
    .split(/\s+/);
  const cpuSeconds = time.split(/[:-]/).reduce((sum, part) => sum * 60 + Number(part), 0);
  return { cpuSeconds, memoryMb: (Number(kib) * KIB) / BYTES_PER_MB };
}

function readProportionalMb(pid: number): number | undefined {
  const file = `/proc/${pid}/smaps_rollup`;
  if (!fs.existsSync(file)) return undefined;
  const kib = /^Pss:\s+(\d+)/m.exec(fs.readFileSync(file, 'utf8'))?.[1];
  return kib === undefined ? undefined : (Number(kib) * KIB) / BYTES_PER_MB;
}

function processTree(root: number): number[] {
  const all = listProcesses();
  const tree = [root];
  for (const pid of tree) {
    tree.push(...all.filter(({ parent }) => parent === pid).map((child) => child.pid));
  }
  return tree;
}

function listProcesses(): { pid: number; parent: number; command: string }[] {
  const lines = ps(['-A', '-o', 'pid=,ppid=,args=']).trim().split('\n');
  return lines.map((line) => {
    const [pid = '', parent = '', ...command] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), command: command.join(' ') };
  });
}

function ps(args: readonly string[]): string {
  return execFileSync('ps', args, { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
}
