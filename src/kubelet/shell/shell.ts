/**
 * Runs scripts: the shell of simulated containers. Programs are functions that share the container's files and network;
 * those of a pipeline run side by side, joined by pipes that hold little. Every command costs a step of the session's budget.
 */
import type { ByteSink } from '../../lib/container-streams.ts';
import { FileError } from '../files/file-error.ts';
import { BUILTINS, ExitRequest, LoopRequest } from './builtins.ts';
import { ByteReader } from './byte-reader.ts';
import { Environment, VariableError } from './environment.ts';
import { type ExpansionHost, expandText, expandWords } from './expansion.ts';
import { parseScript } from './parser.ts';
import { BrokenPipeError, Collector, EXIT_BROKEN_PIPE, Pipe } from './pipe.ts';
import type { Process } from './process.ts';
import { type Channels, openRedirects } from './redirects.ts';
import { runProgram } from './run-program.ts';
import {
  type Command,
  type ForCommand,
  type LoopCommand,
  type Pipeline,
  type Script,
  ShellSyntaxError,
  type SimpleCommand,
} from './syntax.ts';

const MAX_OUTPUT_BYTES = 1_048_576;
const EXIT_SYNTAX = 2;

export class Shell {
  readonly #process: Process;
  readonly #environment: Environment;

  /** @param args what the script is called with: its name first */
  constructor(process: Process, args: readonly string[], environment?: Environment) {
    this.#process = process;
    this.#environment = environment ?? new Environment(process.env, process.cwd, args);
  }

  get environment(): Environment {
    return this.#environment;
  }

  /** Runs a text to its end, or to its `exit`. */
  async run(text: string): Promise<number> {
    try {
      return await this.runScript(parseScript(text), this.#process);
    } catch (thrown) {
      if (thrown instanceof ExitRequest) return thrown.exitCode;
      return this.#explain(thrown);
    }
  }

  /** As {@link run}, but lets `exit` through: at a prompt it ends more than a line. @throws {ExitRequest} */
  async runLine(script: Script): Promise<number> {
    try {
      return await this.runScript(script, this.#process);
    } catch (thrown) {
      if (thrown instanceof ExitRequest) throw thrown;
      return this.#explain(thrown);
    }
  }

  async runScript(script: Script, channels: Channels): Promise<number> {
    const environment = this.#environment;
    for (const { pipeline, when } of script) {
      if (when === 'success' && environment.exitCode !== 0) continue;
      if (when === 'failure' && environment.exitCode === 0) continue;
      const code = await this.#runPipeline(pipeline, channels);
      environment.exitCode = pipeline.isNegated ? Number(code === 0) : code;
    }
    return environment.exitCode;
  }

  async #explain(thrown: unknown): Promise<number> {
    if (thrown instanceof LoopRequest) return 0;
    const isSyntax = thrown instanceof ShellSyntaxError;
    if (!isSyntax && !(thrown instanceof VariableError)) throw thrown;
    const message = isSyntax ? `syntax error: ${thrown.message}` : thrown.message;
    await this.#process.stderr.write(Buffer.from(`sh: ${message}\n`));
    this.#environment.exitCode = EXIT_SYNTAX;
    return EXIT_SYNTAX;
  }

  async #runPipeline({ commands }: Pipeline, channels: Channels): Promise<number> {
    const [only] = commands;
    if (only && commands.length === 1) return this.#runCommand(only, channels);
    const pipes = commands.slice(1).map(() => new Pipe());
    const codes = await Promise.all(
      commands.map((command, index) => this.#runPiped(command, channels, pipes, index)),
    );
    return codes.at(-1) ?? 0;
  }

  /** One command of a pipeline, in a subshell of its own. */
  async #runPiped(
    command: Command,
    channels: Channels,
    pipes: readonly Pipe[],
    index: number,
  ): Promise<number> {
    const before = pipes[index - 1];
    const after = pipes[index];
    const stdin = before ? new ByteReader(before) : channels.stdin;
    const stdout: ByteSink = after ?? channels.stdout;
    try {
      return await this.#runSubshell(command, { ...channels, stdin, stdout });
    } finally {
      after?.end();
      before?.close();
    }
  }

  async #runSubshell(command: Command, channels: Channels): Promise<number> {
    const shell = new Shell(this.#process, [], this.#environment.fork());
    try {
      return await shell.#runCommand(command, channels);
    } catch (thrown) {
      if (thrown instanceof ExitRequest) return thrown.exitCode;
      if (thrown instanceof BrokenPipeError) return EXIT_BROKEN_PIPE;
      return shell.#explain(thrown);
    }
  }

  async #runCommand(command: Command, channels: Channels): Promise<number> {
    await this.#process.budget.spend();
    const opened = await this.#redirect(command, channels);
    if (!opened) return 1;
    try {
      return await this.#dispatch(command, opened.channels).finally(opened.close);
    } catch (thrown) {
      if (!(thrown instanceof FileError)) throw thrown;
      await channels.stderr.write(Buffer.from(`sh: write error: ${thrown.message}\n`));
      return 1;
    }
  }

  /** Undefined, after a message, where a file cannot be opened. */
  async #redirect(command: Command, channels: Channels): ReturnType<typeof openRedirects> {
    return openRedirects(
      { files: this.#process.machine.files, cwd: this.#environment.cwd },
      channels,
      await Promise.all(
        command.redirects.map(async ({ target, ...redirect }) => ({
          ...redirect,
          target: await expandText(this.#host(channels), target),
        })),
      ),
    );
  }

  #dispatch(command: Command, channels: Channels): Promise<number> {
    switch (command.type) {
      case 'simple':
        return this.#runSimple(command, channels);
      case 'group':
        return command.isSubshell
          ? this.#runSubshell({ ...command, isSubshell: false, redirects: [] }, channels)
          : this.runScript(command.body, channels);
      case 'if':
        return this.#runIf(command, channels);
      case 'loop':
        return this.#runLoop(command, channels);
      case 'for':
        return this.#runFor(command, channels);
    }
  }

  async #runIf(command: Command & { type: 'if' }, channels: Channels): Promise<number> {
    for (const { body, condition } of command.branches) {
      if ((await this.runScript(condition, channels)) === 0) return this.runScript(body, channels);
    }
    return command.otherwise ? this.runScript(command.otherwise, channels) : 0;
  }

  async #runLoop({ body, condition, isUntil }: LoopCommand, channels: Channels): Promise<number> {
    let code = 0;
    for (;;) {
      await this.#process.budget.spend();
      const holds = (await this.runScript(condition, channels)) === 0;
      if (holds === isUntil) return code;
      const result = await this.#runBody(body, channels);
      if (result === 'break') return 0;
      code = result;
    }
  }

  async #runFor({ body, name, words }: ForCommand, channels: Channels): Promise<number> {
    let code = 0;
    for (const value of await expandWords(this.#host(channels), words)) {
      await this.#process.budget.spend();
      this.#environment.set(name, value);
      const result = await this.#runBody(body, channels);
      if (result === 'break') return 0;
      code = result;
    }
    return code;
  }

  async #runBody(body: Script, channels: Channels): Promise<number | 'break'> {
    try {
      return await this.runScript(body, channels);
    } catch (thrown) {
      if (!(thrown instanceof LoopRequest)) throw thrown;
      return thrown.isBreak ? 'break' : 0;
    }
  }

  async #runSimple(command: SimpleCommand, channels: Channels): Promise<number> {
    const host = this.#host(channels);
    this.#lastOutputCode = 0;
    const args = await expandWords(host, command.words);
    const values: [string, string][] = [];
    for (const [name, word] of command.assignments) {
      values.push([name, await expandText(host, word)]);
    }
    const [name] = args;
    if (name === undefined) {
      for (const [variable, value] of values) this.#environment.set(variable, value);
      return this.#lastOutputCode;
    }
    const builtin = BUILTINS.get(name);
    if (builtin) {
      for (const [variable, value] of values) this.#environment.set(variable, value);
      return builtin({ args, channels, shell: this, process: this.#process });
    }
    return this.#runExternal(args, values, channels);
  }

  #runExternal(
    args: readonly string[],
    values: readonly [string, string][],
    channels: Channels,
  ): Promise<number> {
    const env = this.#environment.exported();
    for (const [variable, value] of values) env.set(variable, value);
    const { cwd } = this.#environment;
    return runProgram({ ...this.#process, ...channels, args, env, cwd });
  }

  /** What the last `$(…)` ended with: the exit code of an assignment. */
  #lastOutputCode = 0;

  #host(channels: Channels): ExpansionHost {
    return {
      environment: this.#environment,
      files: this.#process.machine.files,
      outputOf: async (script) => {
        const stdout = new Collector(MAX_OUTPUT_BYTES);
        const body = { type: 'group', body: script, isSubshell: false, redirects: [] } as const;
        this.#lastOutputCode = await this.#runSubshell(body, { ...channels, stdout });
        return stdout.text().replace(/\n+$/, '');
      },
    };
  }
}
