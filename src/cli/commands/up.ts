import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { CliError, EXIT_INTERRUPTED, exitWith } from '../cli-error.ts';
import type { CliCommand, GlobalOptions } from '../command.ts';
import type { CliContext } from '../context.ts';
import { ProgressLine } from '../output/progress-line.ts';
import { LogFollower } from '../server/log-follower.ts';
import { findRunning, logFileOf, readPid, waitUntil } from '../server/process.ts';

interface UpOptions extends GlobalOptions {
  readonly port?: string;
  readonly timeout: string;
}

/** Others may pass through, but not look around: as the server makes it. */
const DIRECTORY_MODE = 0o711;
const LOG_MODE = 0o600;
const LOG_TAIL_LINES = 12;
/** As in the script `start` of package.json. */
const NODE_ARGS = ['--enable-source-maps', '--max-semi-space-size=32', '--no-memory-reducer'];
/** How the server says what it is doing. */
const PROGRESS = /^ {2}\S.* \.\.\.$/;

export const upCommand: CliCommand<UpOptions> = {
  setup(command: Command): void {
    command
      .argument('[server-options...]', 'after --: options of "npm start", such as --runtime-config')
      .option('--port <n>', 'listen on this port (ORRERY_PORT, default 4000)')
      .option('--timeout <seconds>', 'how long it may take to be ready', '120')
      .addHelpText(
        'after',
        '\nExamples:\n  orrery up\n  orrery up --port 4001 --data-dir /tmp/second\n  orrery up -- --runtime-config api/alpha=true --initial-nodes 10',
      );
  },
  async run(context, args, options): Promise<void> {
    const { dataDirectory } = context.connection;
    const running = findRunning(dataDirectory);
    if (running !== undefined) {
      context.print(`The control plane of ${dataDirectory} is up already (process ${running}).`);
      return;
    }
    await new Startup(context, dataDirectory).run({ args, options });
  },
};

/** One start of a control plane in the background. */
class Startup {
  readonly #context: CliContext;
  readonly #dataDirectory: string;
  readonly #logFile: string;
  readonly #progress: ProgressLine;
  #exitCode: number | undefined;

  constructor(context: CliContext, dataDirectory: string) {
    this.#context = context;
    this.#dataDirectory = dataDirectory;
    this.#logFile = logFileOf(dataDirectory);
    this.#progress = new ProgressLine(context.environment.stderr);
  }

  /** @throws {CliError} when it does not come up */
  async run({ args, options }: { args: readonly string[]; options: UpOptions }): Promise<void> {
    const log = new LogFollower(this.#logFile);
    const child = this.#spawn([...(options.port ? ['--port', options.port] : []), ...args]);
    const isReady = await waitUntil(() => this.#isSettled(child, log), {
      timeoutMs: Number(options.timeout) * 1000,
      signal: this.#context.signal,
    });
    this.#progress.clear();
    if (isReady && this.#exitCode === undefined) return this.#greet(log);
    this.#giveUp(child, log, options);
  }

  #spawn(args: readonly string[]): ChildProcess {
    const { packageRoot, env } = this.#context.environment;
    const main = path.join(packageRoot, 'dist', 'main.mjs');
    const logHandle = this.#openLog();
    const all = [...NODE_ARGS, main, '--data-dir', this.#dataDirectory, ...args];
    const stdio = ['ignore', logHandle, logHandle] as const;
    const child = spawn(process.execPath, all, {
      cwd: packageRoot,
      detached: true,
      stdio: [...stdio],
      env: { ...env, NO_COLOR: '1' },
    });
    child.once('exit', (code) => {
      this.#exitCode = code ?? 1;
    });
    child.unref();
    fs.closeSync(logHandle);
    return child;
  }

  /** @throws {CliError} when the data directory cannot be used */
  #openLog(): number {
    try {
      fs.mkdirSync(this.#dataDirectory, { recursive: true, mode: DIRECTORY_MODE });
      return fs.openSync(this.#logFile, 'a', LOG_MODE);
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      throw new CliError(
        `the data directory ${this.#dataDirectory} cannot be used (${code}): choose another with --data-dir`,
      );
    }
  }

  /** Whether it has come up or has failed. The process id is published last, when everything serves. */
  #isSettled(child: ChildProcess, log: LogFollower): boolean {
    for (const line of log.readLines()) {
      if (!PROGRESS.test(line)) continue;
      if (this.#context.environment.stderr.isTTY) this.#progress.show(line.trim());
      else this.#context.warn(line.trim());
    }
    return this.#exitCode !== undefined || readPid(this.#dataDirectory) === child.pid;
  }

  /** The server's own greeting, but for how to stop it. */
  #greet(log: LogFollower): void {
    log.readLines();
    const greeting = log.text.slice(log.text.search(/^Orrery (?:is up|runs)/m));
    const lines = greeting.split('\n').filter((line) => !/Ctrl-C/.test(line));
    const text = lines.join('\n').replace(', in another terminal', '').trim();
    this.#context.print(text);
    this.#context.print(
      `\nIt runs in the background and writes to ${this.#logFile}. "orrery down" stops it.`,
    );
  }

  #giveUp(child: ChildProcess, log: LogFollower, { timeout }: UpOptions): never {
    log.readLines();
    if (this.#exitCode === undefined) child.kill('SIGTERM');
    if (this.#context.signal.aborted) throw exitWith(EXIT_INTERRUPTED);
    const lines = log.text.split('\n').filter((line) => line !== '' && !PROGRESS.test(line));
    for (const line of lines.slice(-LOG_TAIL_LINES)) this.#context.warn(line);
    throw new CliError(
      this.#exitCode === undefined
        ? `the control plane was not ready within ${timeout} s and was stopped; ${this.#logFile} says more`
        : `the control plane could not start; ${this.#logFile} says more`,
    );
  }
}
