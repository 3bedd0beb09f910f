import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CliEnvironment } from '../../src/cli/context.ts';
import { runCli } from '../../src/cli/program.ts';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export interface CliRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliRunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

/** Runs a command line of `orrery` in this process. */
export async function runOrrery(
  argv: readonly string[],
  options: CliRunOptions = {},
): Promise<CliRun> {
  const { env = {}, stdin = '', cwd = ROOT, signal = new AbortController().signal } = options;
  const output = { stdout: '', stderr: '' };
  const write = (stream: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      output[stream] += text;
    },
  });
  const environment: CliEnvironment = {
    stdout: write('stdout'),
    stderr: write('stderr'),
    stdin: (async function* () {
      yield stdin;
    })(),
    env,
    cwd,
    packageRoot: ROOT,
    argv,
    signal,
    now: Date.now,
  };
  const exitCode = await runCli(environment);
  return { exitCode, ...output };
}
