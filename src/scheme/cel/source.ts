/**
 * Two spellings of CEL that the parser does not know are rewritten before it sees them: `Name{field: value}` becomes
 * `Name[{field: value}]`, and a field in backticks becomes an identifier that {@link fieldNameOf} reads back.
 */
export interface RewrittenSource {
  readonly text: string;
  /** Where an offset of the rewritten text was in the source. */
  readonly originalOffset: (offset: number) => number;
}

const QUOTED_FIELD_PREFIX = '__backtick_';
const TOKEN =
  /(?:[rRbB]{0,2})(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\/[^\n]*|`[^`\n]*`|[A-Za-z_]\w*\s*\{|[{}]/g;

export function rewriteSource(source: string): RewrittenSource {
  if (!/[`{]/.test(source)) return { text: source, originalOffset: (offset) => offset };
  return new Rewriter(source).rewrite();
}

class Rewriter {
  readonly #source: string;
  /** For each open brace: whether it constructs an object. */
  readonly #braces: boolean[] = [];
  /** Pairs of an offset in the new text and the offset in the source that it stands for. */
  readonly #marks: [number, number][] = [];
  #text = '';

  constructor(source: string) {
    this.#source = source;
  }

  rewrite(): RewrittenSource {
    let copied = 0;
    for (const match of this.#source.matchAll(TOKEN)) {
      this.#text += this.#source.slice(copied, match.index);
      this.#text += this.#replacement(match[0]);
      copied = match.index + match[0].length;
      this.#marks.push([this.#text.length, copied]);
    }
    this.#text += this.#source.slice(copied);
    const marks = this.#marks;
    return { text: this.#text, originalOffset: (offset) => mapOffset(marks, offset) };
  }

  #replacement(token: string): string {
    if (token.startsWith('`')) return quotedFieldName(token.slice(1, -1));
    if (token === '{') {
      this.#braces.push(false);
    } else if (token === '}') {
      return this.#braces.pop() ? '}]' : '}';
    } else if (/^\w+\s*\{$/.test(token)) {
      // `in {` is membership in a map.
      const constructs = !/^in\s*\{$/.test(token);
      this.#braces.push(constructs);
      return constructs ? token.replace('{', '[{') : token;
    }
    return token;
  }
}

function mapOffset(marks: readonly [number, number][], offset: number): number {
  const mark = marks.findLast(([rewritten]) => rewritten <= offset);
  return mark ? mark[1] + (offset - mark[0]) : offset;
}

function quotedFieldName(name: string): string {
  const codes = Array.from(name, (character) => character.charCodeAt(0).toString(16));
  return `${QUOTED_FIELD_PREFIX}${codes.join('_')}`;
}

/** The name that an identifier of the rewritten text stands for. */
export function fieldNameOf(identifier: string): string {
  if (!identifier.startsWith(QUOTED_FIELD_PREFIX)) return identifier;
  const codes = identifier.slice(QUOTED_FIELD_PREFIX.length).split('_');
  return codes.map((code) => String.fromCharCode(Number.parseInt(code, 16))).join('');
}
