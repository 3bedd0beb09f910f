import { FileError } from '../../files/file-error.ts';
import { createBudget, KilledError } from '../budget.ts';
import { ExitRequest } from '../builtins.ts';
import { Environment } from '../environment.ts';
import { parseScript } from '../parser.ts';
import type { Process, Program } from '../process.ts';
import { EXIT_NOT_FOUND } from '../run-program.ts';
import { Shell } from '../shell.ts';
import { type Script, ShellSyntaxError } from '../syntax.ts';
import { fail, pathIn, print } from './program-io.ts';

/** As a program ends at Ctrl-C. */
export const EXIT_INTERRUPTED = 130;
const MAX_SCRIPT_BYTES = 1_048_576;

/** The shell as a program: `sh -c TEXT`, `sh FILE`, or lines from stdin, with a prompt where that is a terminal. */
export const sh: Program = async (process) => {
  const args = process.args.slice(1);
  let isCommand = false;
  for (; /^[-+]/.test(args[0] ?? ''); args.shift()) {
    if (args[0] === '--') {
      args.shift();
      break;
    }
    isCommand ||= /^-[a-z]*c/.test(args[0] ?? '');
  }
  if (isCommand) {
    const [text = '', name = 'sh', ...others] = args;
    return new Shell(process, [name, ...others]).run(text);
  }
  const [file] = args;
  return file === undefined ? runInput(process) : runFile(process, file, args);
};

async function runFile(process: Process, file: string, args: readonly string[]): Promise<number> {
  try {
    const text = Buffer.from(process.machine.files.read(pathIn(process, file))).toString();
    return await new Shell(process, args).run(text);
  } catch (thrown) {
    if (!(thrown instanceof FileError)) throw thrown;
    return fail(process, `can't open '${file}': ${thrown.message}`, EXIT_NOT_FOUND);
  }
}

async function runInput(process: Process): Promise<number> {
  const environment = new Environment(process.env, process.cwd, ['sh']);
  for (;;) {
    try {
      const { isLast, script, text } = await readCommand(process, environment);
      if (isLast && text === '') return environment.exitCode;
      await runTyped(process, environment, { script, text });
    } catch (thrown) {
      if (thrown instanceof ExitRequest) return thrown.exitCode;
      if (!isInterrupt(process, thrown)) throw thrown;
      environment.exitCode = EXIT_INTERRUPTED;
    }
  }
}

/** Whether it is the person at the terminal who has ended the command, and not the session itself. */
function isInterrupt({ onInterrupt, signal }: Process, thrown: unknown): boolean {
  return thrown instanceof KilledError && onInterrupt !== undefined && !signal.aborted;
}

interface Typed {
  /** Undefined for what is wrong. */
  readonly script: Script | undefined;
  readonly text: string;
}

/** Lines until they make a whole, or there are no more. */
async function readCommand(
  process: Process,
  environment: Environment,
): Promise<Typed & { readonly isLast: boolean }> {
  const prompt = async (text: string): Promise<void> => {
    if (process.terminalSize) await print(process, text);
  };
  for (let text = ''; ; ) {
    await prompt(text === '' ? promptOf(process, environment) : '> ');
    const line = await process.stdin.readLine();
    if (line === undefined) {
      await prompt('\n');
      return { isLast: true, script: undefined, text };
    }
    text += `${line}\n`;
    const script = tryParse(text);
    if (script !== 'incomplete') return { isLast: false, script, text };
  }
}

/** Each command at a prompt is a session of its own, which Ctrl-C ends. @throws {ExitRequest} */
async function runTyped(
  process: Process,
  environment: Environment,
  { script, text }: Typed,
): Promise<void> {
  const foreground = new AbortController();
  process.onInterrupt?.(() => foreground.abort());
  const signal = AbortSignal.any([process.signal, foreground.signal]);
  const budget = process.onInterrupt ? createBudget(signal) : process.budget;
  const shell = new Shell({ ...process, signal, budget }, ['sh'], environment);
  if (script) await shell.runLine(script);
  else await shell.run(text);
}

/** Undefined for what is wrong however it goes on. */
function tryParse(text: string): Script | 'incomplete' | undefined {
  try {
    return parseScript(text);
  } catch (thrown) {
    if (!(thrown instanceof ShellSyntaxError)) throw thrown;
    return thrown.isIncomplete && text.length < MAX_SCRIPT_BYTES ? 'incomplete' : undefined;
  }
}

function promptOf({ machine }: Process, environment: Environment): string {
  const home = environment.get('HOME');
  const place = environment.cwd === home ? '~' : environment.cwd;
  return `${place} ${machine.user.uid === 0 ? '#' : '$'} `;
}
