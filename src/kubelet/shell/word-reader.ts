import {
  type Part,
  type Script,
  ShellSyntaxError,
  type Variable,
  type VariableOperator,
  type Word,
} from './syntax.ts';

/** What ends a word that is not quoted. */
const WORD_END = /[\s;&|<>()]/;
const NAME = /^(?:[A-Za-z_]\w*|[0-9?#$@*!-])/;
const OPERATOR = /^(?::-|:=|:\+|:\?|##|%%|[-=+?#%])/;
const ESCAPED_IN_QUOTES = /["\\$`\n]/;

/** Reads words, with their quotes and substitutions, off a text. */
export class WordReader {
  readonly text: string;
  at = 0;
  readonly #parse: (text: string) => Script;

  /** @param parse understands what stands in `$(…)` */
  constructor(text: string, parse: (text: string) => Script) {
    this.text = text;
    this.#parse = parse;
  }

  get next(): string {
    return this.text[this.at] ?? '';
  }

  /** The word that begins here; undefined where none does. */
  readWord(end: RegExp = WORD_END): Word | undefined {
    const parts: Part[] = [];
    while (this.at < this.text.length && !end.test(this.next)) this.#readPart(parts);
    return parts.length === 0 ? undefined : parts;
  }

  /** A whole text as if it stood in double quotes, which it need not end: a here-document. */
  readQuotedText(): Word {
    const parts: Part[] = [];
    while (this.at < this.text.length) this.#readQuotedPart(parts);
    return parts;
  }

  #readPart(parts: Part[]): void {
    const char = this.next;
    if (char === "'") this.#readSingleQuotes(parts);
    else if (char === '"') this.#readDoubleQuotes(parts);
    else if (char === '\\') this.#readEscape(parts);
    else if (char === '$' || char === '`') this.#readSubstitution(parts, false);
    else this.#readText(parts, char);
  }

  #readText(parts: Part[], char: string): void {
    this.at++;
    pushText(parts, char, false);
  }

  #readEscape(parts: Part[]): void {
    const char = this.text[this.at + 1];
    this.at += 2;
    if (char === undefined) throw incomplete('\\');
    if (char !== '\n') pushText(parts, char, true);
  }

  #readSingleQuotes(parts: Part[]): void {
    const end = this.text.indexOf("'", this.at + 1);
    if (end < 0) throw incomplete("'");
    parts.push({ type: 'text', text: this.text.slice(this.at + 1, end), isQuoted: true });
    this.at = end + 1;
  }

  #readDoubleQuotes(parts: Part[]): void {
    this.at++;
    pushText(parts, '', true);
    while (this.next !== '"') {
      if (this.at >= this.text.length) throw incomplete('"');
      this.#readQuotedPart(parts);
    }
    this.at++;
  }

  #readQuotedPart(parts: Part[]): void {
    const char = this.next;
    if (char === '$' || char === '`') {
      this.#readSubstitution(parts, true);
      return;
    }
    const escaped = this.text[this.at + 1] ?? '';
    const isEscape = char === '\\' && ESCAPED_IN_QUOTES.test(escaped);
    if (!isEscape) pushText(parts, char, true);
    else if (escaped !== '\n') pushText(parts, escaped, true);
    this.at += isEscape ? 2 : 1;
  }

  #readSubstitution(parts: Part[], isQuoted: boolean): void {
    const { at, text } = this;
    if (text[at] === '`') parts.push(this.#readBackquotes(isQuoted));
    else if (text.startsWith('$((', at)) parts.push(this.#readArithmetic(isQuoted));
    else if (text.startsWith('$(', at)) parts.push(this.#readOutput(isQuoted));
    else if (text.startsWith('${', at)) parts.push(this.#readBraces(isQuoted));
    else this.#readName(parts, isQuoted);
  }

  #readName(parts: Part[], isQuoted: boolean): void {
    const [name] = NAME.exec(this.text.slice(this.at + 1, this.at + 256)) ?? [];
    this.at += 1 + (name?.length ?? 0);
    if (name === undefined) pushText(parts, '$', isQuoted);
    else parts.push({ type: 'variable', variable: { name }, isQuoted });
  }

  #readBackquotes(isQuoted: boolean): Part {
    const end = this.text.indexOf('`', this.at + 1);
    if (end < 0) throw incomplete('`');
    const script = this.#parse(this.text.slice(this.at + 1, end).replace(/\\([`$\\])/g, '$1'));
    this.at = end + 1;
    return { type: 'output', script, isQuoted };
  }

  #readOutput(isQuoted: boolean): Part {
    const end = closingParenthesis(this.text, this.at + 2);
    const script = this.#parse(this.text.slice(this.at + 2, end));
    this.at = end + 1;
    return { type: 'output', script, isQuoted };
  }

  #readArithmetic(isQuoted: boolean): Part {
    const end = closingParenthesis(this.text, this.at + 3);
    if (this.text[end + 1] !== ')')
      throw new ShellSyntaxError('missing "))"', end + 1 >= this.text.length);
    const inner = new WordReader(this.text.slice(this.at + 3, end), this.#parse);
    const expression = inner.readQuotedText();
    this.at = end + 2;
    return { type: 'arithmetic', expression, isQuoted };
  }

  #readBraces(isQuoted: boolean): Part {
    this.at += 2;
    const isLength = /^#[A-Za-z_]/.test(this.text.slice(this.at, this.at + 2));
    if (isLength) this.at++;
    const [name] = NAME.exec(this.text.slice(this.at, this.at + 256)) ?? [];
    if (name === undefined) throw new ShellSyntaxError('bad substitution');
    this.at += name.length;
    const variable = isLength ? { name, operator: 'length' as const } : this.#readOperator(name);
    if (this.at >= this.text.length) throw incomplete('}');
    if (this.next !== '}') throw new ShellSyntaxError('bad substitution');
    this.at++;
    return { type: 'variable', variable, isQuoted };
  }

  #readOperator(name: string): Variable {
    const [operator] = OPERATOR.exec(this.text.slice(this.at, this.at + 2)) ?? [];
    if (operator === undefined) return { name };
    this.at += operator.length;
    const operand = this.readWord(/\}/) ?? [];
    return { name, operator: operator as VariableOperator, operand };
  }
}

function pushText(parts: Part[], text: string, isQuoted: boolean): void {
  const last = parts.at(-1);
  if (last?.type === 'text' && last.isQuoted === isQuoted) {
    parts[parts.length - 1] = { ...last, text: last.text + text };
  } else {
    parts.push({ type: 'text', text, isQuoted });
  }
}

/** Quoted texts, and single characters. */
const SHELL_PIECE = /'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[\s\S]/gsy;

/** Where the parenthesis that is open before `from` closes: quotes and inner parentheses are passed over. */
function closingParenthesis(text: string, from: number): number {
  let depth = 1;
  let at = from;
  for (const [piece] of text.slice(from).matchAll(SHELL_PIECE)) {
    if (piece === '(') depth++;
    if (piece === ')') depth--;
    if (depth === 0) return at;
    at += piece.length;
  }
  throw incomplete(')');
}

function incomplete(missing: string): ShellSyntaxError {
  return new ShellSyntaxError(`unexpected end of file (expecting "${missing}")`, true);
}
