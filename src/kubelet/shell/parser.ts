/**
 * Understands the part of the POSIX shell's language that is typed at prompts and written into `command` of containers:
 * lists, pipelines, redirects, quoting, substitutions, `if`, `for`, `while`, `until`, groups and here-documents. What it
 * does not know (functions, `case`) is a syntax error.
 */
import {
  type Command,
  type Pipeline,
  type Redirect,
  type Script,
  ShellSyntaxError,
  type SimpleCommand,
  type Step,
  type Word,
} from './syntax.ts';
import { WordReader } from './word-reader.ts';

const MAX_NESTING = 32;
const RESERVED = new Set([
  'then',
  'else',
  'elif',
  'fi',
  'do',
  'done',
  '}',
  'in',
  'case',
  'esac',
  'function',
]);
const REDIRECT = /^(\d?)(<<-?|<&|>&|>>|>\||<|>)/;
const ASSIGNMENT = /^([A-Za-z_]\w*)=/;

interface HereDocument {
  readonly delimiter: string;
  readonly isLiteral: boolean;
  readonly stripsTabs: boolean;
  readonly fill: (text: Word) => void;
}

/** @throws {ShellSyntaxError} */
export function parseScript(text: string, depth = 0): Script {
  if (depth > MAX_NESTING) throw new ShellSyntaxError('too deeply nested');
  const parser = new Parser(text, depth);
  const script = parser.readScript([]);
  if (!parser.isAtEnd || parser.awaitsText) throw parser.unexpected();
  return script;
}

class Parser {
  readonly #words: WordReader;
  readonly #depth: number;
  readonly #hereDocuments: HereDocument[] = [];
  #nesting = 0;

  constructor(text: string, depth: number) {
    this.#depth = depth;
    this.#words = new WordReader(text, (inner) => parseScript(inner, depth + 1));
  }

  get isAtEnd(): boolean {
    return this.#words.at >= this.#words.text.length;
  }

  /** Whether a here-document has not begun yet. */
  get awaitsText(): boolean {
    return this.#hereDocuments.length > 0;
  }

  unexpected(): ShellSyntaxError {
    if (this.isAtEnd) return new ShellSyntaxError('unexpected end of file', true);
    const [token = '\n'] = /^(?:;;?|&&?|\|\|?|[()<>]|[^\s;&|<>()]+)/.exec(this.#rest()) ?? [];
    return new ShellSyntaxError(`unexpected ${token === '\n' ? 'newline' : `"${token}"`}`);
  }

  /** Steps up to one of the words `until`, or a closing parenthesis, or the end. */
  readScript(until: readonly string[]): Script {
    if (this.#depth + this.#nesting++ > MAX_NESTING)
      throw new ShellSyntaxError('too deeply nested');
    const steps: Step[] = [];
    let when: Step['when'] = 'always';
    for (;;) {
      this.#skipBlank(true);
      if (this.isAtEnd || this.#words.next === ')' || until.some((word) => this.#isWord(word)))
        break;
      steps.push({ when, pipeline: this.#readPipeline() });
      when = this.#readSeparator();
    }
    if (when !== 'always') throw this.unexpected();
    this.#nesting--;
    return steps;
  }

  #readSeparator(): Step['when'] {
    this.#skipBlank(false);
    if (this.#take('&&')) return 'success';
    if (this.#take('||')) return 'failure';
    // What is put into the background runs to its end first: nothing runs beside a simulated shell.
    if (this.#take(';') || this.#take('&') || this.isAtEnd) return 'always';
    const { next } = this.#words;
    if (next === '\n' || next === ')') return 'always';
    throw this.unexpected();
  }

  #readPipeline(): Pipeline {
    const isNegated = this.#takeWord('!');
    const commands = [this.#readCommand()];
    for (this.#skipBlank(false); this.#isPipe(); this.#skipBlank(false)) {
      this.#words.at++;
      this.#skipBlank(true);
      commands.push(this.#readCommand());
    }
    return { commands, isNegated };
  }

  #isPipe(): boolean {
    return this.#words.next === '|' && this.#words.text[this.#words.at + 1] !== '|';
  }

  #readCommand(): Command {
    this.#skipBlank(false);
    if (this.#take('(')) {
      const body = this.readScript([]);
      if (!this.#take(')')) throw this.unexpected();
      return { type: 'group', isSubshell: true, body, redirects: this.#readRedirects() };
    }
    if (this.#takeWord('{')) {
      const body = this.#readBody(['}']);
      this.#expectWord('}');
      return { type: 'group', isSubshell: false, body, redirects: this.#readRedirects() };
    }
    if (this.#takeWord('if')) return this.#readIf();
    if (this.#takeWord('for')) return this.#readFor();
    for (const word of ['while', 'until']) {
      if (this.#takeWord(word)) return this.#readLoop(word === 'until');
    }
    return this.#readSimple();
  }

  #readBody(until: readonly string[]): Script {
    const body = this.readScript(until);
    if (body.length === 0) throw this.unexpected();
    return body;
  }

  #readIf(): Command {
    const branches = [this.#readBranch()];
    while (this.#takeWord('elif')) branches.push(this.#readBranch());
    const otherwise = this.#takeWord('else') ? this.#readBody(['fi']) : undefined;
    this.#expectWord('fi');
    return { type: 'if', branches, otherwise, redirects: this.#readRedirects() };
  }

  #readBranch(): { readonly condition: Script; readonly body: Script } {
    const condition = this.#readBody(['then']);
    this.#expectWord('then');
    return { condition, body: this.#readBody(['elif', 'else', 'fi']) };
  }

  #readLoop(isUntil: boolean): Command {
    const condition = this.#readBody(['do']);
    const body = this.#readDo();
    return { type: 'loop', isUntil, condition, body, redirects: this.#readRedirects() };
  }

  #readFor(): Command {
    this.#skipBlank(false);
    const [name] = /^[A-Za-z_]\w*/.exec(this.#rest()) ?? [];
    if (name === undefined) throw this.unexpected();
    this.#words.at += name.length;
    this.#skipBlank(true);
    const words: Word[] = [];
    if (this.#takeWord('in')) {
      for (let word = this.#nextWord(); word; word = this.#nextWord()) words.push(word);
    }
    this.#take(';');
    return { type: 'for', name, words, body: this.#readDo(), redirects: this.#readRedirects() };
  }

  #readDo(): Script {
    this.#skipBlank(true);
    this.#expectWord('do');
    const body = this.#readBody(['done']);
    this.#expectWord('done');
    return body;
  }

  #readSimple(): SimpleCommand {
    const redirects: Redirect[] = [];
    const assignments: [string, Word][] = [];
    const words: Word[] = [];
    for (;;) {
      this.#skipBlank(false);
      const redirect = this.#readRedirect();
      if (redirect) {
        redirects.push(redirect);
        continue;
      }
      if (words.length === 0 && this.#isReserved()) throw this.unexpected();
      const assignment = words.length === 0 ? this.#readAssignment() : undefined;
      if (assignment) {
        assignments.push(assignment);
        continue;
      }
      const word = this.#words.readWord();
      if (!word) break;
      words.push(word);
    }
    if (words.length + assignments.length + redirects.length === 0) throw this.unexpected();
    return { type: 'simple', assignments, words, redirects };
  }

  #readAssignment(): [string, Word] | undefined {
    const [whole, name] = ASSIGNMENT.exec(this.#rest()) ?? [];
    if (whole === undefined || name === undefined) return undefined;
    this.#words.at += whole.length;
    return [name, this.#words.readWord() ?? []];
  }

  #readRedirects(): Redirect[] {
    const redirects: Redirect[] = [];
    for (;;) {
      this.#skipBlank(false);
      const redirect = this.#readRedirect();
      if (!redirect) return redirects;
      redirects.push(redirect);
    }
  }

  #readRedirect(): Redirect | undefined {
    const [whole, digit = '', operator = ''] = REDIRECT.exec(this.#rest()) ?? [];
    if (whole === undefined) return undefined;
    this.#words.at += whole.length;
    const target = this.#nextWord();
    if (!target) throw this.unexpected();
    const descriptor = digit === '' ? Number(!operator.startsWith('<')) : Number(digit);
    if (operator.startsWith('<<')) return this.#hereDocument(descriptor, target, operator);
    return { descriptor, target, mode: REDIRECT_MODES[operator] ?? 'write' };
  }

  /** Its text stands below the line: it is filled in when that is reached. */
  #hereDocument(descriptor: number, word: Word, operator: string): Redirect {
    const redirect = { descriptor, mode: 'here' as const, target: [] as Word };
    const delimiter = word.map((part) => (part.type === 'text' ? part.text : '')).join('');
    const isLiteral = word.some(({ isQuoted }) => isQuoted);
    const fill = (text: Word): void => {
      redirect.target = text;
    };
    this.#hereDocuments.push({ delimiter, isLiteral, stripsTabs: operator === '<<-', fill });
    return redirect;
  }

  #readHereDocuments(): void {
    for (const document of this.#hereDocuments.splice(0)) {
      const text = this.#readLinesOf(document);
      const parse = (inner: string): Script => parseScript(inner, this.#depth + 1);
      document.fill(
        document.isLiteral
          ? [{ type: 'text', text, isQuoted: true }]
          : new WordReader(text, parse).readQuotedText(),
      );
    }
  }

  #readLinesOf({ delimiter, stripsTabs }: HereDocument): string {
    const lines: string[] = [];
    while (!this.isAtEnd) {
      const { at, text } = this.#words;
      const end = endOfLine(text, at);
      this.#words.at = Math.min(end + 1, text.length);
      const line = stripsTabs ? text.slice(at, end).replace(/^\t+/, '') : text.slice(at, end);
      if (line === delimiter) return lines.join('');
      lines.push(`${line}\n`);
    }
    throw new ShellSyntaxError('unexpected end of file', true);
  }

  #rest(): string {
    return this.#words.text.slice(this.#words.at, this.#words.at + 256);
  }

  #nextWord(): Word | undefined {
    this.#skipBlank(false);
    return this.#words.readWord();
  }

  #take(token: string): boolean {
    if (!this.#words.text.startsWith(token, this.#words.at)) return false;
    this.#words.at += token.length;
    return true;
  }

  #isReserved(): boolean {
    const [word = ''] = /^[^\s;&|<>()]+/.exec(this.#rest()) ?? [];
    return RESERVED.has(word);
  }

  #isWord(word: string): boolean {
    const { at, text } = this.#words;
    return text.startsWith(word, at) && /^(?:[\s;&|<>()]|$)/.test(text.charAt(at + word.length));
  }

  #takeWord(word: string): boolean {
    this.#skipBlank(false);
    if (!this.#isWord(word)) return false;
    this.#words.at += word.length;
    return true;
  }

  #expectWord(word: string): void {
    if (!this.#takeWord(word)) throw this.unexpected();
  }

  /** Passes over spaces, comments, and line ends where `lines` says so. */
  #skipBlank(lines: boolean): void {
    const { text } = this.#words;
    for (;;) {
      const { at, next } = this.#words;
      if (next === ' ' || next === '\t') this.#words.at++;
      else if (next === '\\' && text[at + 1] === '\n') this.#words.at += 2;
      else if (next === '#') this.#words.at = endOfLine(text, at);
      else if (lines && next === '\n') {
        this.#words.at++;
        this.#readHereDocuments();
      } else return;
    }
  }
}

const REDIRECT_MODES: Readonly<Record<string, Redirect['mode']>> = {
  '<': 'read',
  '>>': 'append',
  '<&': 'duplicate',
  '>&': 'duplicate',
};

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
