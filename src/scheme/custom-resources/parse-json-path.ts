/** One step of a path. */
export type PathStep =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'slice'; readonly start: number; readonly end: number | undefined }
  | { readonly kind: 'all' }
  | { readonly kind: 'descent' }
  | { readonly kind: 'filter'; readonly comparison: Comparison };

/** What a filter asks of each member: `@.type=="Ready"`, or, without an operator, that the path leads anywhere. */
export interface Comparison {
  readonly left: readonly PathStep[];
  readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=' | undefined;
  readonly right: string | number | boolean | undefined;
}

/** The path cannot be read. */
export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}

const MAX_LENGTH = 1_000;

const MEMBER = /\.((?:\\.|[^.[\]\s\\()=!<>'"])+)/y;
const DESCENT = /\.\.(?=[^.])/y;
const QUOTED = /\[\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")\s*\]/y;
const INDEX = /\[\s*(-?\d{1,9})\s*\]/y;
const SLICE = /\[\s*(\d{0,9})\s*:\s*(\d{0,9})\s*\]/y;
const ALL = /\.\*|\[\s*\*\s*\]/y;
const FILTER_START = /\[\s*\?\s*\(/y;
const FILTER_END = /\s*\)\s*\]/y;
const CURRENT = /\s*@/y;
const OPERATOR = /\s*(==|!=|<=|>=|<|>)\s*/y;
const LITERAL = /'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|(-?\d+(?:\.\d+)?)|(true|false)/y;

export function parseJsonPath(text: string): readonly PathStep[] {
  if (text.length > MAX_LENGTH) {
    throw new JsonPathError(`the path has more than ${MAX_LENGTH} characters`);
  }
  const reader = new PathReader(text);
  const steps = reader.steps();
  reader.assertEnd();
  return steps;
}

class PathReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  steps(): PathStep[] {
    const steps: PathStep[] = [];
    for (let step = this.#step(); step; step = this.#step()) steps.push(step);
    return steps;
  }

  assertEnd(): void {
    // A path may be no more than the object itself.
    if (this.#at === this.#text.length || this.#text === '.') return;
    this.#fail();
  }

  #step(): PathStep | undefined {
    if (this.#take(DESCENT)) return this.#descent();
    if (this.#take(ALL)) return { kind: 'all' };
    const member = this.#take(MEMBER);
    if (member) return { kind: 'member', name: unescaped(member[1]) };
    const quoted = this.#take(QUOTED);
    if (quoted) return { kind: 'member', name: unescaped(quoted[1] ?? quoted[2]) };
    const index = this.#take(INDEX);
    if (index) return { kind: 'index', index: Number(index[1]) };
    const slice = this.#take(SLICE);
    if (slice) return toSlice(slice);
    return this.#take(FILTER_START) ? this.#filter() : undefined;
  }

  /** What follows two dots is looked for at every depth: a member keeps one of them. */
  #descent(): PathStep {
    this.#at--;
    return { kind: 'descent' };
  }

  #filter(): PathStep {
    if (!this.#take(CURRENT)) this.#fail();
    const left = this.steps();
    const operator = this.#take(OPERATOR)?.[1] as Comparison['operator'];
    const right = operator && this.#literal();
    if (!this.#take(FILTER_END)) this.#fail();
    return { kind: 'filter', comparison: { left, operator, right } };
  }

  #literal(): string | number | boolean {
    const match = this.#take(LITERAL);
    if (!match) return this.#fail();
    const [, single, double, number, boolean] = match;
    if (number !== undefined) return Number(number);
    if (boolean !== undefined) return boolean === 'true';
    return unescaped(single ?? double);
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (!match) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  #fail(): never {
    throw new JsonPathError(`the path cannot be read at "${this.#text.slice(this.#at)}"`);
  }
}

function toSlice([, start = '', end = '']: RegExpExecArray): PathStep {
  return { kind: 'slice', start: Number(start), end: end === '' ? undefined : Number(end) };
}

function unescaped(text = ''): string {
  return text.replace(/\\(.)/g, '$1');
}
