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
  /** The server that it talks to. @default what `env` says */
  readonly server?: { readonly url: string; readonly dataDirectory: string };
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

/** Runs a command line of `orrery` in this process: a tenth of the time that a process of its own takes. */
export async function runOrrery(
  argv: readonly string[],
  options: CliRunOptions = {},
): Promise<CliRun> {
  const { server, stdin = '', cwd = ROOT, signal = new AbortController().signal } = options;
  const place = server ? { ORRERY_SERVER: server.url, ORRERY_DATA_DIR: server.dataDirectory } : {};
  const env = { ...place, ...options.env };
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
