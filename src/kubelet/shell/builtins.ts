/** What the shell does itself, because it changes the shell. */
import { FileError } from '../files/file-error.ts';
import { absolutePath } from '../files/paths.ts';
import type { Environment } from './environment.ts';
import type { Process } from './process.ts';
import type { Channels } from './redirects.ts';
import { findProgram } from './run-program.ts';

/** Ends the script. */
export class ExitRequest extends Error {
  override readonly name = 'ExitRequest';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('exit');
    this.exitCode = exitCode;
  }
}

/** Ends a loop, or its turn. */
export class LoopRequest extends Error {
  override readonly name = 'LoopRequest';
  readonly isBreak: boolean;

  constructor(isBreak: boolean) {
    super('loop');
    this.isBreak = isBreak;
  }
}

interface Call {
  readonly args: readonly string[];
  readonly channels: Channels;
  readonly shell: { readonly environment: Environment; run(text: string): Promise<number> };
  readonly process: Process;
}

type Builtin = (call: Call) => Promise<number>;

const LAST_CODE = 256;
const NAME = /^[A-Za-z_]\w*$/;

export const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [':', async () => 0],
  ['cd', changeDirectory],
  ['exit', exit],
  ['return', exit],
  ['export', exportVariables],
  ['unset', unsetVariables],
  ['set', async () => 0],
  ['trap', async () => 0],
  ['read', readVariables],
  ['break', loop(true)],
  ['continue', loop(false)],
  ['eval', ({ args, shell }) => shell.run(args.slice(1).join(' '))],
  ['command', findCommand],
  ['type', findCommand],
]);

function loop(isBreak: boolean): Builtin {
  return async () => {
    throw new LoopRequest(isBreak);
  };
}

async function exit({ args, shell }: Call): Promise<number> {
  const [, code] = args;
  const exitCode = code === undefined ? shell.environment.exitCode : Number(code);
  throw new ExitRequest(Number.isInteger(exitCode) ? exitCode & (LAST_CODE - 1) : 2);
}

async function changeDirectory({ args, channels, process, shell }: Call): Promise<number> {
  const { environment } = shell;
  const [, given] = args;
  const wanted = given === '-' ? environment.get('OLDPWD') : (given ?? environment.get('HOME'));
  const path = absolutePath(environment.cwd, wanted || '/');
  try {
    if (process.machine.files.find(path).kind !== 'directory') throw new FileError('ENOTDIR');
  } catch (thrown) {
    if (!(thrown instanceof FileError)) throw thrown;
    await channels.stderr.write(Buffer.from(`sh: cd: can't cd to ${wanted}: ${thrown.message}\n`));
    return 2;
  }
  environment.set('OLDPWD', environment.cwd);
  environment.set('PWD', path);
  environment.cwd = path;
  return 0;
}

async function exportVariables({ args, channels, shell }: Call): Promise<number> {
  const { environment } = shell;
  for (const arg of args.slice(1).filter((text) => text !== '-p')) {
    const [name = '', ...value] = arg.split('=');
    if (!NAME.test(name)) {
      await channels.stderr.write(Buffer.from(`sh: export: ${arg}: bad variable name\n`));
      return 2;
    }
    if (arg.includes('=')) environment.set(name, value.join('='));
    environment.export(name);
  }
  if (args.length > 1 && args[1] !== '-p') return 0;
  for (const [name, value] of [...environment.exported()].sort()) {
    await channels.stdout.write(Buffer.from(`export ${name}='${value}'\n`));
  }
  return 0;
}

async function unsetVariables({ args, shell }: Call): Promise<number> {
  for (const name of args.slice(1)) shell.environment.unset(name);
  return 0;
}

async function readVariables({ args, channels, shell }: Call): Promise<number> {
  const names = args.slice(1).filter((arg) => NAME.test(arg));
  const line = await channels.stdin.readLine();
  const words = (line ?? '').trim().split(/[ \t]+/);
  const last = names.length === 0 ? 'REPLY' : (names.pop() as string);
  for (const name of names) shell.environment.set(name, words.shift() ?? '');
  shell.environment.set(last, words.join(' '));
  return line === undefined ? 1 : 0;
}

async function findCommand({ args, channels, process, shell }: Call): Promise<number> {
  const name = args.filter((arg) => !arg.startsWith('-'))[1] ?? '';
  const { cwd } = shell.environment;
  if (BUILTINS.has(name)) {
    await channels.stdout.write(Buffer.from(`${name}\n`));
    return 0;
  }
  if (!findProgram({ machine: process.machine, cwd }, name)) return 127;
  await channels.stdout.write(Buffer.from(name.includes('/') ? `${name}\n` : `/bin/${name}\n`));
  return 0;
}
