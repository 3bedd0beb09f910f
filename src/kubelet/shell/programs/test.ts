import type { Entry } from '../../files/entries.ts';
import { FileError } from '../../files/file-error.ts';
import type { Process, Program } from '../process.ts';
import { fail, nameOf, pathIn } from './program-io.ts';

const EXIT_TROUBLE = 2;

/** `test` and `[`: one condition, or several joined by `-a`, `-o` and `!`. */
export const test: Program = async (process) => {
  const args = process.args.slice(1);
  if (nameOf(process) === '[' && args.pop() !== ']')
    return fail(process, 'missing ]', EXIT_TROUBLE);
  const holds = either(process, args);
  return holds === undefined
    ? fail(process, `${args.join(' ')}: unknown operand`, EXIT_TROUBLE)
    : Number(!holds);
};

/** Undefined for what is no condition. */
function either(process: Process, args: readonly string[]): boolean | undefined {
  const at = args.length > 3 ? args.lastIndexOf('-o') : -1;
  if (at < 0) return both(process, args);
  const left = either(process, args.slice(0, at));
  const right = both(process, args.slice(at + 1));
  return left === undefined || right === undefined ? undefined : left || right;
}

function both(process: Process, args: readonly string[]): boolean | undefined {
  const at = args.length > 3 ? args.lastIndexOf('-a') : -1;
  if (at < 0) return negatable(process, args);
  const left = both(process, args.slice(0, at));
  const right = negatable(process, args.slice(at + 1));
  return left === undefined || right === undefined ? undefined : left && right;
}

function negatable(process: Process, args: readonly string[]): boolean | undefined {
  if (args[0] !== '!' || args.length === 1) return condition(process, args);
  const inner = negatable(process, args.slice(1));
  return inner === undefined ? undefined : !inner;
}

function condition(process: Process, args: readonly string[]): boolean | undefined {
  const [first = '', second = '', third = ''] = args;
  switch (args.length) {
    case 0:
      return false;
    case 1:
      return first !== '';
    case 2:
      return unary(process, first, second);
    case 3:
      return binary(first, second, third);
    default:
      return undefined;
  }
}

function unary(process: Process, operator: string, operand: string): boolean | undefined {
  if (operator === '-n') return operand !== '';
  if (operator === '-z') return operand === '';
  if (operator === '-t') return process.terminalSize !== undefined;
  const isOf = FILE_TESTS.get(operator);
  if (!isOf) return undefined;
  const { files } = process.machine;
  const path = pathIn(process, operand);
  try {
    return isOf(operator === '-L' || operator === '-h' ? files.findLink(path) : files.find(path));
  } catch (thrown) {
    if (thrown instanceof FileError) return false;
    throw thrown;
  }
}

const FILE_TESTS: ReadonlyMap<string, (entry: Entry) => boolean> = new Map<
  string,
  (entry: Entry) => boolean
>([
  ['-e', () => true],
  ['-f', ({ kind }) => kind === 'file'],
  ['-d', ({ kind }) => kind === 'directory'],
  ['-L', ({ kind }) => kind === 'link'],
  ['-h', ({ kind }) => kind === 'link'],
  ['-s', (entry) => entry.kind !== 'file' || entry.data.length > 0],
  ['-r', () => true],
  ['-w', ({ space }) => !space.isReadOnly],
  ['-x', ({ kind, mode }) => kind === 'directory' || (mode & 0o111) !== 0],
]);

const COMPARISONS: ReadonlyMap<string, (left: number, right: number) => boolean> = new Map([
  ['-eq', (left, right) => left === right],
  ['-ne', (left, right) => left !== right],
  ['-lt', (left, right) => left < right],
  ['-le', (left, right) => left <= right],
  ['-gt', (left, right) => left > right],
  ['-ge', (left, right) => left >= right],
]);

function binary(left: string, operator: string, right: string): boolean | undefined {
  if (operator === '=' || operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  const compare = COMPARISONS.get(operator);
  const isNumber = (text: string): boolean => /^\s*[-+]?\d+\s*$/.test(text);
  if (!compare || !isNumber(left) || !isNumber(right)) return undefined;
  return compare(Number(left), Number(right));
}
