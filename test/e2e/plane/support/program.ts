import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { eventually } from '../../../support/eventually.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');

export interface ProgramOptions {
  readonly args: readonly string[];
  readonly databaseUrl?: string;
}

function spawnServer({ args, databaseUrl }: ProgramOptions): ChildProcess {
  const { DATABASE_URL: _, NODE_OPTIONS: __, ...inherited } = process.env;
  const main = path.join(ROOT, 'dist', 'main.mjs');
  return spawn(process.execPath, ['--enable-source-maps', main, ...args], {
    env: { ...inherited, ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A start that is to fail: what it says, and its exit code. */
export async function runServer(
  options: ProgramOptions,
): Promise<{ exitCode: number | null; errors: string }> {
  const child = spawnServer(options);
  child.stdout?.resume();
  const [[exitCode], errors] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stderr as NodeJS.ReadableStream),
  ]);
  return { exitCode, errors };
}

/** A process of roles without a door. Disposed, it is told to stop. */
export interface Worker extends AsyncDisposable {
  readonly pid: number;
  output(): string;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
}

/** Starts a process that serves nobody, and waits until it works. */
export async function startWorker(options: ProgramOptions): Promise<Worker> {
  const child = spawnServer(options);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return (await ended)[0];
  };
  const hasStarted = () => {
    if (!output.includes('Orrery runs')) throw new Error('the worker has not started');
  };
  try {
    await eventually(() => output, hasStarted, { withinMs: 20_000 });
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  return {
    pid: child.pid ?? 0,
    output: () => output,
    kill: async () => {
      await end('SIGKILL');
    },
    [Symbol.asyncDispose]: async () => {
      if (child.signalCode === 'SIGKILL') return;
      const exitCode = await end('SIGINT');
      if (exitCode !== 0) throw new Error(`the worker ended with ${exitCode}:\n${output}`);
    },
  };
}
