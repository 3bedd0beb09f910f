import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { deferred } from '../../src/lib/deferred.ts';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export interface ServerOptions {
  /** Runs on this database. @default an embedded PostgreSQL in the data directory */
  readonly databaseUrl?: string;
  /** @default a new one, removed at the end */
  readonly dataDirectory?: string;
  /** @default any free one */
  readonly port?: number;
  /** More arguments of the server: `['--initial-nodes', '0']`. */
  readonly args?: readonly string[];
  /** More arguments of Node.js: `['--inspect=127.0.0.1:0']`. */
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The folder with the bundle. @default dist */
  readonly dist?: string;
  /** @default 30_000 */
  readonly readyWithinMs?: number;
}

/** A server in a process of its own. Disposed, it is told to stop, and its own data directory is removed. */
export interface ServerProcess extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, `https:` with `--tls true`. */
  readonly url: string;
  readonly port: number;
  /** The administrator's bearer token. */
  readonly token: string;
  readonly dataDirectory: string;
  /** For kubectl, Helm and client libraries: leads to the server's secure port, as the administrator. */
  readonly kubeconfig: string;
  readonly pid: number;
  /** What it has printed so far, both streams in one. */
  output(): string;
  /** Resolves with its exit code, or with the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** Asks it to stop, as Ctrl-C does, and waits for its end. */
  stop(): Promise<number | NodeJS.Signals>;
  /** Ends it as a power cut would, and waits for its end. */
  kill(): Promise<void>;
}

/** Starts the bundle that `npm start` runs, and waits until everything serves. */
export async function startServer(options: ServerOptions = {}): Promise<ServerProcess> {
  const own = options.dataDirectory === undefined;
  const dataDirectory = options.dataDirectory ?? temporaryDataDirectory();
  const child = new Child(spawnServer(options, dataDirectory));
  try {
    const port = await child.waitForPort(options.readyWithinMs ?? 30_000);
    const token = fs.readFileSync(path.join(dataDirectory, 'token'), 'utf8').trim();
    return child.asServer({ port, token, dataDirectory, removeData: own });
  } catch (error) {
    await child.kill();
    throw error;
  }
}

/** Passable, because as root the embedded PostgreSQL runs as another user. */
export function temporaryDataDirectory(): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-server-'));
  fs.chmodSync(directory, 0o711);
  return directory;
}

function spawnServer(options: ServerOptions, dataDirectory: string): ChildProcess {
  const { databaseUrl, port = 0, args = [], nodeArgs = [], env = {}, dist = 'dist' } = options;
  const main = path.join(ROOT, dist, 'main.mjs');
  const own = ['--port', String(port), '--secure-port', '0', '--data-dir', dataDirectory];
  const { DATABASE_URL: _, NODE_OPTIONS: __, ...inherited } = process.env;
  return spawn(process.execPath, ['--enable-source-maps', ...nodeArgs, main, ...own, ...args], {
    env: { ...inherited, ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const POLL_MS = 10;
const STOP_MS = 20_000;

/** The process behind a {@link ServerProcess}. */
class Child {
  readonly #child: ChildProcess;
  readonly #exited = deferred<number | NodeJS.Signals>();
  #isRunning = true;
  #scheme = 'http:';
  #output = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
    child.once('close', (code, signal) => {
      this.#isRunning = false;
      this.#exited.resolve(code ?? signal ?? 'SIGKILL');
    });
  }

  /** The server prints its address when it serves; `/readyz` has the last word. */
  async waitForPort(withinMs: number): Promise<number> {
    const deadline = Date.now() + withinMs;
    while (this.#isRunning && Date.now() < deadline) {
      const [url, port] = /https?:\/\/127\.0\.0\.1:(\d+)/.exec(this.#output) ?? [];
      if (url && (await isReady(url))) {
        this.#scheme = new URL(url).protocol;
        return Number(port);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    const what = this.#isRunning
      ? `is not ready within ${withinMs} ms`
      : `has ended with ${await this.#exited.promise}`;
    throw new Error(`the server ${what}; it printed:\n${this.#output}`);
  }

  async stop(): Promise<number | NodeJS.Signals> {
    if (this.#isRunning) this.#child.kill('SIGINT');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    try {
      return await this.#exited.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  async kill(): Promise<void> {
    if (this.#isRunning) this.#child.kill('SIGKILL');
    await this.#exited.promise;
  }

  asServer(facts: {
    port: number;
    token: string;
    dataDirectory: string;
    removeData: boolean;
  }): ServerProcess {
    const { port, token, dataDirectory, removeData } = facts;
    return {
      url: `${this.#scheme}//127.0.0.1:${port}`,
      port,
      token,
      dataDirectory,
      kubeconfig: path.join(dataDirectory, 'kubeconfig'),
      pid: this.#child.pid ?? 0,
      output: () => this.#output,
      exited: this.#exited.promise,
      stop: () => this.stop(),
      kill: () => this.kill(),
      [Symbol.asyncDispose]: async () => {
        const outcome = await this.stop();
        if (removeData) fs.rmSync(dataDirectory, { recursive: true, force: true });
        if (outcome === 'SIGKILL') return;
        if (outcome !== 0) throw new Error(`the server ended with ${outcome}:\n${this.#output}`);
      },
    };
  }
}

/** Whether `/readyz` says so. Nothing is asked of a server here that would have to be believed. */
function isReady(url: string): Promise<boolean> {
  const send = url.startsWith('https:') ? httpsGet : httpGet;
  return new Promise((resolve) => {
    const sent = send(`${url}/readyz`, { rejectUnauthorized: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    // Ignored: nobody listens yet.
    sent.once('error', () => resolve(false));
  });
}
