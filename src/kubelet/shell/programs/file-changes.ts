/** Programs that change files. */
import { type Entry, sizeOf } from '../../files/entries.ts';
import { FileError } from '../../files/file-error.ts';
import type { FileTree } from '../../files/file-tree.ts';
import { baseName } from '../../files/paths.ts';
import type { Process, Program } from '../process.ts';
import { parseOptions } from './options.ts';
import { eachOperand, fail, pathIn } from './program-io.ts';

const MISSING = 'missing operand';

export const mkdir: Program = (process) => {
  const { files } = process.machine;
  const options = parseOptions(process.args, { flags: 'pv', values: 'm', long: { parents: 'p' } });
  if (options.operands.length === 0) return fail(process, MISSING);
  return eachOperand(
    process,
    options.operands,
    (_operand, path) =>
      options.has('p') ? files.makeDirectories(path) : files.makeDirectory(path),
    (operand) => `can't create directory '${operand}'`,
  );
};

export const rmdir: Program = (process) => {
  const { files } = process.machine;
  return eachOperand(
    process,
    parseOptions(process.args, { flags: 'p' }).operands,
    (_operand, path) => {
      if (files.findLink(path).kind !== 'directory') throw new FileError('ENOTDIR');
      files.remove(path);
    },
    (operand) => `'${operand}'`,
  );
};

export const touch: Program = (process) => {
  const { files } = process.machine;
  const options = parseOptions(process.args, { flags: 'acm', values: 'dtr' });
  if (options.operands.length === 0) return fail(process, MISSING);
  return eachOperand(process, options.operands, (_operand, path) => {
    if (files.lookUp(path)) files.touch(path);
    else if (!options.has('c')) files.write(path, new Uint8Array());
  });
};

export const rm: Program = (process) => {
  const { files } = process.machine;
  const options = parseOptions(process.args, {
    flags: 'rRfi',
    long: { recursive: 'r', force: 'f' },
  });
  const isRecursive = options.has('r') || options.has('R');
  if (options.operands.length === 0 && !options.has('f')) return fail(process, MISSING);
  return eachOperand(
    process,
    options.operands,
    async (_operand, path) => {
      if (options.has('f') && !exists(files, path)) return;
      if (!isRecursive && files.findLink(path).kind === 'directory') throw new FileError('EISDIR');
      await removeTree(process, path);
    },
    (operand) => `can't remove '${operand}'`,
  );
};

function exists(files: FileTree, path: string): boolean {
  try {
    files.findLink(path);
    return true;
  } catch (thrown) {
    if (thrown instanceof FileError) return false;
    throw thrown;
  }
}

/** Goes no deeper than paths may be. @throws {FileError} */
async function removeTree(process: Process, path: string): Promise<void> {
  await process.budget.spend();
  const { files } = process.machine;
  if (files.findLink(path).kind === 'directory') {
    for (const name of files.list(path))
      await removeTree(process, `${path === '/' ? '' : path}/${name}`);
  }
  files.remove(path);
}

/** Where `source` goes: into `target`, when that is a directory. */
function destinationOf(process: Process, source: string, target: string): string {
  const path = pathIn(process, target);
  const isDirectory = process.machine.files.lookUp(path)?.kind === 'directory';
  return isDirectory ? `${path === '/' ? '' : path}/${baseName(pathIn(process, source))}` : path;
}

async function eachSource(
  process: Process,
  operands: readonly string[],
  work: (from: string, to: string) => Promise<void>,
): Promise<number> {
  const sources = operands.slice(0, -1);
  const target = operands.at(-1);
  if (target === undefined || sources.length === 0) return fail(process, MISSING);
  const { files } = process.machine;
  if (sources.length > 1 && files.lookUp(pathIn(process, target))?.kind !== 'directory') {
    return fail(process, `target '${target}': Not a directory`);
  }
  return eachOperand(
    process,
    sources,
    (source, path) => work(path, destinationOf(process, source, target)),
    (source) => `can't stat '${source}'`,
  );
}

export const cp: Program = (process) => {
  const options = parseOptions(process.args, { flags: 'rRafpdv' });
  const isRecursive = ['r', 'R', 'a'].some((flag) => options.has(flag));
  return eachSource(process, options.operands, async (from, to) => {
    const entry = process.machine.files.find(from);
    if (entry.kind === 'directory' && !isRecursive) {
      await fail(process, `omitting directory '${from}'`);
      return;
    }
    if (from === to || to.startsWith(`${from}/`)) throw new FileError('EINVAL');
    await copyTree(process, from, to);
  });
};

async function copyTree(process: Process, from: string, to: string): Promise<void> {
  await process.budget.spend();
  const { files } = process.machine;
  const entry: Entry = files.find(from);
  if (entry.kind !== 'directory') {
    files.write(to, files.read(from), { mode: entry.mode });
    return;
  }
  files.makeDirectories(to);
  for (const name of files.list(from)) await copyTree(process, `${from}/${name}`, `${to}/${name}`);
}

export const mv: Program = (process) => {
  const options = parseOptions(process.args, { flags: 'fiv' });
  const { files } = process.machine;
  return eachSource(process, options.operands, async (from, to) => {
    if (from === to || files.move(from, to)) return;
    await copyTree(process, from, to);
    await removeTree(process, from);
  });
};

export const ln: Program = (process) => {
  const { files } = process.machine;
  const options = parseOptions(process.args, { flags: 'sfn' });
  if (!options.has('s'))
    return fail(process, 'hard links are not simulated, make a symbolic one with -s');
  const [target, name] = options.operands;
  if (target === undefined) return fail(process, MISSING);
  const path = destinationOf(process, target, name ?? '.');
  return eachOperand(process, [name ?? target], () => {
    if (options.has('f') && exists(files, path)) files.remove(path);
    files.link(path, target);
  });
};

export const chmod: Program = (process) => {
  const { files } = process.machine;
  const { operands } = parseOptions(process.args.map(protectMode), { flags: 'Rfv' });
  const [mode = '', ...paths] = operands;
  if (paths.length === 0) return fail(process, MISSING);
  return eachOperand(process, paths, async (_operand, path) => {
    const next = modeAfter(mode.trim(), files.find(path).mode);
    if (next === undefined) await fail(process, `invalid mode '${mode.trim()}'`);
    else files.setMode(path, next);
  });
};

/** `-x` is a mode and no option. */
const protectMode = (arg: string): string => (/^-[rwx]+$/.test(arg) ? ` ${arg}` : arg);

const BITS: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111 };
const WHOSE: Readonly<Record<string, number>> = { u: 0o700, g: 0o070, o: 0o007, a: 0o777 };

function modeAfter(text: string, mode: number): number | undefined {
  if (/^[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8);
  let next = mode;
  for (const clause of text.split(',')) {
    const [, whose = '', operator, what = ''] = /^([ugoa]*)([-+=])([rwx]*)$/.exec(clause) ?? [];
    if (operator === undefined) return undefined;
    const mask = [...(whose || 'a')].reduce((sum, who) => sum | (WHOSE[who] ?? 0), 0);
    const bits = [...what].reduce((sum, bit) => sum | (BITS[bit] ?? 0), 0) & mask;
    if (operator === '-') next &= ~bits;
    else next = operator === '+' ? next | bits : (next & ~mask) | bits;
  }
  return next;
}

/** How many bytes are below `path`, in 1024s: what `du` prints. */
export async function usageOf(process: Process, path: string): Promise<number> {
  await process.budget.spend();
  const { files } = process.machine;
  const entry = files.findLink(path);
  let bytes = sizeOf(entry);
  if (entry.kind !== 'directory') return bytes;
  for (const name of entry.entries.keys()) bytes += await usageOf(process, `${path}/${name}`);
  return bytes;
}
