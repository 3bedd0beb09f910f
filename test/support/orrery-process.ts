import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export interface OrreryOptions {
  /** The server that it talks to. @default what `env` says */
  readonly server?: { readonly url: string; readonly dataDirectory: string };
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
}

export interface OrreryResult {
  readonly exitCode: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built `orrery` command in a process of its own. */
export class OrreryProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';
  /** Resolves when it has ended. */
  readonly result: Promise<OrreryResult>;

  constructor(
    args: readonly string[],
    { server, env = {}, stdin = '', cwd = ROOT }: OrreryOptions = {},
  ) {
    const cli = path.join(ROOT, 'dist', 'cli.mjs');
    const { NODE_OPTIONS: _, ...inherited } = process.env;
    const place = server
      ? { ORRERY_SERVER: server.url, ORRERY_DATA_DIR: server.dataDirectory }
      : {};
    this.#child = spawn(process.execPath, ['--enable-source-maps', cli, ...args], {
      cwd,
      env: { ...inherited, ...place, ...env },
      stdio: 'pipe',
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#child.stdin?.end(stdin);
    this.result = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => {
        resolve({
          exitCode: code ?? signal ?? 'SIGKILL',
          stdout: this.#stdout,
          stderr: this.#stderr,
        });
      });
    });
  }

  /** What it has printed so far. */
  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Presses Ctrl-C, and waits for the end. */
  interrupt(): Promise<OrreryResult> {
    this.#child.kill('SIGINT');
    return this.result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.result;
  }
}

/** Runs `orrery` to its end. */
export function runOrreryProcess(
  args: readonly string[],
  options: OrreryOptions = {},
): Promise<OrreryResult> {
  return new OrreryProcess(args, options).result;
}
