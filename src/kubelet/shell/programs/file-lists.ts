/** Programs that tell which files there are. */
import { type Entry, sizeOf } from '../../files/entries.ts';
import { absolutePath, baseName, directoryName } from '../../files/paths.ts';
import { matchesGlob } from '../glob.ts';
import type { Process, Program } from '../process.ts';
import { usageOf } from './file-changes.ts';
import { type ParsedOptions, parseOptions } from './options.ts';
import { eachOperand, fail, pathIn, print } from './program-io.ts';

const TYPES = { directory: 'd', file: '-', link: 'l', device: 'c' } as const;

export const ls: Program = async (process) => {
  const options = parseOptions(process.args, { flags: 'laA1dRhtrSFn' });
  const operands = options.operands.length === 0 ? ['.'] : options.operands;
  const { files } = process.machine;
  return eachOperand(process, operands, async (operand, path) => {
    const entry = options.has('l') ? files.findLink(path) : files.find(path);
    if (entry.kind !== 'directory' || options.has('d')) {
      await print(process, line(process, operand, entry, options));
      return;
    }
    if (operands.length > 1)
      await print(process, `${operand === operands[0] ? '' : '\n'}${operand}:\n`);
    await listDirectory(process, path, options);
  });
};

async function listDirectory(
  process: Process,
  path: string,
  options: ParsedOptions,
): Promise<void> {
  const { files } = process.machine;
  const shown = files
    .list(path)
    .filter((name) => options.has('a') || options.has('A') || !name.startsWith('.'))
    .map((name) => ({ name, entry: files.findLink(absolutePath(path, name)) }));
  if (options.has('a')) {
    shown.unshift(
      { name: '.', entry: files.find(path) },
      { name: '..', entry: files.find(directoryName(path)) },
    );
  }
  if (options.has('t')) shown.sort((a, b) => b.entry.modifiedMs - a.entry.modifiedMs);
  if (options.has('r')) shown.reverse();
  if (options.has('l')) await print(process, `total ${shown.length * 4}\n`);
  await print(
    process,
    shown.map(({ name, entry }) => line(process, name, entry, options)).join(''),
  );
}

function line(process: Process, name: string, entry: Entry, options: ParsedOptions): string {
  if (!options.has('l')) return `${name}\n`;
  const { user } = process.machine;
  const target = entry.kind === 'link' ? ` -> ${entry.target}` : '';
  const { gid, group, name: userName, uid } = user;
  const owner = `${(userName || String(uid)).padEnd(8)} ${(group || String(gid)).padEnd(8)}`;
  const size = String(entry.kind === 'directory' ? 4_096 : sizeOf(entry)).padStart(9);
  return `${modeText(entry)}    1 ${owner} ${size} ${dateText(entry.modifiedMs)} ${name}${target}\n`;
}

function modeText({ kind, mode }: Entry): string {
  const bits = [...'rwxrwxrwx'].map((bit, index) => (mode & (0o400 >> index) ? bit : '-'));
  return TYPES[kind] + bits.join('');
}

function dateText(epochMs: number): string {
  const [, month = '', day = '', , time = ''] = new Date(epochMs)
    .toUTCString()
    .split(/[ ,]+/)
    .map(String);
  const [, name = ''] = [month, day];
  return `${name} ${month.replace(/^0/, ' ')} ${time.slice(0, 5)}`;
}

export const find: Program = async (process) => {
  const args = process.args.slice(1);
  const firstTest = args.findIndex((arg) => arg.startsWith('-'));
  const paths = firstTest < 0 ? args : args.slice(0, firstTest);
  const tests = parseTests(firstTest < 0 ? [] : args.slice(firstTest));
  if (typeof tests === 'string') return fail(process, `unrecognized: ${tests}`);
  return eachOperand(process, paths.length === 0 ? ['.'] : paths, (operand, path) =>
    visit(process, { shown: operand, path, depth: 0 }, tests),
  );
};

interface FindTests {
  name?: string;
  type?: string;
  maxDepth: number;
}

/** A text for what it does not know. */
function parseTests(args: readonly string[]): FindTests | string {
  const tests: FindTests = { maxDepth: Number.POSITIVE_INFINITY };
  for (let at = 0; at < args.length; at++) {
    const test = args[at] ?? '';
    if (test === '-print') continue;
    const value = args[++at] ?? '';
    if (test === '-name') tests.name = value;
    else if (test === '-type') tests.type = value;
    else if (test === '-maxdepth') tests.maxDepth = Number(value);
    else return test;
  }
  return tests;
}

interface Visited {
  /** As it is printed: in terms of the operand. */
  readonly shown: string;
  readonly path: string;
  readonly depth: number;
}

async function visit(
  process: Process,
  { depth, path, shown }: Visited,
  tests: FindTests,
): Promise<void> {
  await process.budget.spend();
  const entry = process.machine.files.findLink(path);
  const isOfType =
    tests.type === undefined || tests.type === (entry.kind === 'file' ? 'f' : TYPES[entry.kind]);
  const isNamed = tests.name === undefined || matchesGlob(tests.name, baseName(shown));
  if (isOfType && isNamed) await print(process, `${shown}\n`);
  if (entry.kind !== 'directory' || depth >= tests.maxDepth) return;
  for (const name of [...entry.entries.keys()].sort()) {
    const below = shown.endsWith('/') ? shown + name : `${shown}/${name}`;
    await visit(process, { shown: below, path: absolutePath(path, name), depth: depth + 1 }, tests);
  }
}

export const du: Program = async (process) => {
  const options = parseOptions(process.args, { flags: 'shk' });
  const operands = options.operands.length === 0 ? ['.'] : options.operands;
  return eachOperand(process, operands, async (operand, path) => {
    const kibibytes = Math.ceil((await usageOf(process, path)) / 1_024);
    await print(process, `${kibibytes}${options.has('h') ? '.0K' : ''}\t${operand}\n`);
  });
};

export const df: Program = async (process) => {
  const { operands } = parseOptions(process.args, { flags: 'hkTa' });
  await print(process, 'Filesystem           1K-blocks      Used Available Use% Mounted on\n');
  return eachOperand(process, operands.length === 0 ? ['/'] : operands, async (operand, path) => {
    const { space } = process.machine.files.find(path);
    const used = Math.ceil(space.usedBytes / 1_024);
    const all = Math.ceil(space.maxBytes / 1_024);
    const numbers = [all, used, all - used].map((number) => String(number).padStart(9)).join(' ');
    const percent = `${Math.ceil((100 * used) / all)}%`.padStart(4);
    await print(process, `overlay              ${numbers} ${percent} ${operand}\n`);
  });
};

export const pwd: Program = async (process) => {
  await print(process, `${pathIn(process, '.')}\n`);
  return 0;
};

export const readlink: Program = (process) => {
  const { files } = process.machine;
  const options = parseOptions(process.args, { flags: 'fe' });
  return eachOperand(process, options.operands, async (_operand, path) => {
    const entry = files.findLink(path);
    if (entry.kind === 'link') await print(process, `${entry.target}\n`);
    else if (options.has('f')) await print(process, `${path}\n`);
  });
};
