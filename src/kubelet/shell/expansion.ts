import type { FileTree } from '../files/file-tree.ts';
import { evaluateArithmetic } from './arithmetic.ts';
import { type Environment, VariableError } from './environment.ts';
import { expandGlob, matchesGlob, quotePattern } from './glob.ts';
import type { Part, Script, Variable, Word } from './syntax.ts';

/** What a program can be given at most. */
const MAX_ARGUMENTS_BYTES = 1_048_576;

/** What expanding words takes beside the variables. */
export interface ExpansionHost {
  readonly environment: Environment;
  readonly files: FileTree;
  /** What a script prints, without the line ends at its end. */
  outputOf(script: Script): Promise<string>;
}

/** A piece of a word: in patterns, what is quoted is marked. */
interface Piece {
  readonly text: string;
  readonly isQuoted: boolean;
  /** Whether it is cut at its spaces. */
  readonly isSplit: boolean;
}

/** The arguments that words become: substituted, cut at spaces, and with their patterns filled in. */
export async function expandWords(host: ExpansionHost, words: readonly Word[]): Promise<string[]> {
  const args: string[] = [];
  let bytes = 0;
  for (const word of words) {
    for (const field of await expandFields(host, word)) {
      for (const arg of expandGlob(host.files, host.environment.cwd, field)) {
        bytes += arg.length + 1;
        if (bytes > MAX_ARGUMENTS_BYTES) throw new VariableError('Argument list too long');
        args.push(arg);
      }
    }
  }
  return args;
}

/** One text, neither cut nor filled in: what is assigned, redirected to, or compared. */
export async function expandText(host: ExpansionHost, word: Word): Promise<string> {
  const pieces = await expandPieces(host, word);
  return pieces.map(({ text }) => text).join('');
}

async function expandPattern(host: ExpansionHost, word: Word): Promise<string> {
  return (await expandPieces(host, word)).map(toPattern).join('');
}

const toPattern = ({ text, isQuoted }: Piece): string => (isQuoted ? quotePattern(text) : text);

async function expandFields(host: ExpansionHost, word: Word): Promise<string[]> {
  const isEveryArgument =
    word.length === 1 && word[0]?.type === 'variable' && word[0].variable.name === '@';
  if (isEveryArgument) return host.environment.args.slice(1).map(quotePattern);
  return joinPieces(await expandPieces(host, word));
}

/** Pieces that touch are one field; a piece that is cut ends one and begins the next at each cut. */
function joinPieces(pieces: readonly Piece[]): string[] {
  const fields: string[] = [];
  let current: string | undefined;
  for (const piece of pieces) {
    const [first = '', ...others] = piece.isSplit
      ? piece.text.split(/[ \t\n]+/)
      : [toPattern(piece)];
    if (first !== '' || !piece.isSplit) current = (current ?? '') + first;
    for (const other of others) {
      if (current !== undefined) fields.push(current);
      current = other || undefined;
    }
  }
  return current === undefined ? fields : [...fields, current];
}

async function expandPieces(host: ExpansionHost, word: Word): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (const [index, part] of word.entries()) {
    const text = await textOf(host, part, index === 0);
    pieces.push({
      text,
      isQuoted: part.isQuoted,
      isSplit: !part.isQuoted && part.type !== 'text',
    });
  }
  return pieces;
}

async function textOf(host: ExpansionHost, part: Part, isFirst: boolean): Promise<string> {
  const { environment } = host;
  switch (part.type) {
    case 'text':
      return isFirst && !part.isQuoted ? expandTilde(environment, part.text) : part.text;
    case 'variable':
      return expandVariable(host, part.variable);
    case 'output':
      return host.outputOf(part.script);
    case 'arithmetic': {
      const expression = await expandText(host, part.expression);
      return String(evaluateArithmetic(expression, (name) => environment.get(name) ?? ''));
    }
  }
}

function expandTilde(environment: Environment, text: string): string {
  return text === '~' || text.startsWith('~/')
    ? (environment.get('HOME') ?? '') + text.slice(1)
    : text;
}

async function expandVariable(host: ExpansionHost, variable: Variable): Promise<string> {
  const { environment } = host;
  const { name, operator = '', operand = [] } = variable;
  const value = environment.get(name);
  const isMissing = value === undefined || (value === '' && operator.startsWith(':'));
  switch (operator.replace(':', '')) {
    case 'length':
      return String([...(value ?? '')].length);
    case '-':
      return isMissing ? expandText(host, operand) : value;
    case '+':
      return isMissing ? '' : expandText(host, operand);
    case '=': {
      if (!isMissing) return value;
      const assigned = await expandText(host, operand);
      environment.set(name, assigned);
      return assigned;
    }
    case '?':
      if (!isMissing) return value;
      throw new VariableError(
        `${name}: ${(await expandText(host, operand)) || 'parameter not set'}`,
      );
    case '':
      return value ?? '';
    default:
      return strip(value ?? '', operator, await expandPattern(host, operand));
  }
}

/** `${name#pattern}` and its like: without what the pattern fits at one end. */
function strip(value: string, operator: string, pattern: string): string {
  if (value.length > 4_096) return value;
  const lengths = Array.from({ length: value.length + 1 }, (_, length) => length);
  const isLongest = operator.length === 2;
  if (isLongest) lengths.reverse();
  for (const length of lengths) {
    const isPrefix = operator.startsWith('#');
    const part = isPrefix ? value.slice(0, length) : value.slice(value.length - length);
    if (!matchesGlob(pattern, part)) continue;
    return isPrefix ? value.slice(length) : value.slice(0, value.length - length);
  }
  return value;
}
