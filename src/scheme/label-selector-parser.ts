import { badRequest } from './errors.ts';
import {
  compileRequirements,
  type LabelMatcher,
  type LabelOperator,
  type LabelRequirement,
} from './label-selector.ts';
import { labelValueProblems, type Problems, qualifiedNameProblems } from './names.ts';

/** A selector longer than this is refused unread. */
const MAX_SELECTOR_CHARACTERS = 64 * 1024;

interface Token {
  /** `word`, `end`, or the symbol itself. */
  readonly kind: 'word' | 'end' | Symbol_;
  readonly text: string;
  /** Counted from 1, for messages. */
  readonly position: number;
}

type Symbol_ = '!' | '!=' | '=' | '==' | ',' | '(' | ')' | '<' | '>';

const TOKEN = /\s*(?:(!=|==|[!=,()<>])|([^\s!=,()<>]+))/y;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  let position = 0;
  while (position < end) {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(text);
    if (!match) break;
    const token = (match[1] ?? match[2]) as string;
    position = TOKEN.lastIndex;
    const kind = match[1] === undefined ? 'word' : (match[1] as Symbol_);
    tokens.push({ kind, text: token, position: position - token.length + 1 });
  }
  tokens.push({ kind: 'end', text: '', position: end + 1 });
  return tokens;
}

/** The state of one reading: recursive descent over the tokens. */
class SelectorReader {
  readonly #text: string;
  readonly #tokens: Token[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  read(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    if (this.#peek().kind === 'end') return requirements;
    for (;;) {
      requirements.push(this.#requirement());
      if (this.#peek().kind === 'end') return requirements;
      this.#expect(',', "',' or the end");
    }
  }

  #peek(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#next++;
    return token;
  }

  #expect(kind: Token['kind'], expected: string): Token {
    const token = this.#take();
    if (token.kind !== kind) throw this.#error(token, expected);
    return token;
  }

  #error({ kind, text, position }: Token, expected: string): Error {
    const found = kind === 'end' ? 'the end' : `'${text}'`;
    return badRequest(
      `unable to parse label selector ${JSON.stringify(this.#text)}: found ${found} at position ${position}, expected ${expected}`,
    );
  }

  #refuse({ position }: Token, problems: Problems): void {
    if (problems.length === 0) return;
    throw badRequest(
      `unable to parse label selector ${JSON.stringify(this.#text)}: at position ${position}: ${problems.join('; ')}`,
    );
  }

  #requirement(): LabelRequirement {
    if (this.#peek().kind === '!') {
      this.#take();
      return { key: this.#key(), operator: '!', values: [] };
    }
    const key = this.#key();
    const next = this.#peek();
    if (next.kind === ',' || next.kind === 'end') return { key, operator: 'exists', values: [] };
    return this.#comparison(key, this.#take());
  }

  #key(): string {
    const token = this.#expect('word', 'a label key');
    this.#refuse(token, qualifiedNameProblems(token.text));
    return token.text;
  }

  #comparison(key: string, operator: Token): LabelRequirement {
    switch (operator.text) {
      case '=':
      case '==':
        return { key, operator: 'in', values: [this.#value()] };
      case '!=':
        return { key, operator: 'notin', values: [this.#value()] };
      case '>':
        return this.#bound(key, 'gt');
      case '<':
        return this.#bound(key, 'lt');
      case 'in':
      case 'notin':
        return { key, operator: operator.text, values: this.#set() };
      default:
        throw this.#error(operator, "one of '=', '==', '!=', 'in', 'notin', '<', '>'");
    }
  }

  #bound(key: string, operator: LabelOperator): LabelRequirement {
    const token = this.#expect('word', 'a whole number');
    if (!/^[-+]?\d+$/.test(token.text)) throw this.#error(token, 'a whole number');
    return { key, operator, values: [token.text] };
  }

  /** A value may be empty: `a=` asks for the label with no text. */
  #value(): string {
    const token = this.#peek();
    if (token.kind === ',' || token.kind === 'end') return '';
    this.#expect('word', 'a label value');
    this.#refuse(token, labelValueProblems(token.text));
    return token.text;
  }

  #set(): string[] {
    this.#expect('(', "'('");
    const values: string[] = [];
    for (;;) {
      values.push(this.#setValue());
      const separator = this.#take();
      if (separator.kind === ')') return [...new Set(values)];
      if (separator.kind !== ',') throw this.#error(separator, "',' or ')'");
    }
  }

  #setValue(): string {
    const token = this.#peek();
    if (token.kind === ',' || token.kind === ')') return '';
    this.#expect('word', 'a label value');
    this.#refuse(token, labelValueProblems(token.text));
    return token.text;
  }
}

/**
 * Reads the text form of a label selector: `app=web,tier!=cache,env in (prod,stage),!canary,partition,cpus>2`.
 * The empty text has no requirement. @throws {ApiError} BadRequest, with the position of what does not fit
 */
export function parseLabelSelector(text: string): LabelRequirement[] {
  if (text.length > MAX_SELECTOR_CHARACTERS) {
    throw badRequest(`the label selector is longer than ${MAX_SELECTOR_CHARACTERS} characters`);
  }
  return new SelectorReader(text).read();
}

/** A matcher for the text form. @throws {ApiError} BadRequest */
export function parseLabelMatcher(text: string): LabelMatcher {
  return compileRequirements(parseLabelSelector(text));
}
