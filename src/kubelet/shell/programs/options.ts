/** The options and operands of a program's arguments. */
export interface ParsedOptions {
  has(flag: string): boolean;
  /** Of an option that takes a value: the last one given. */
  value(option: string): string | undefined;
  readonly operands: readonly string[];
  /** The first option that the program does not have. */
  readonly unknown: string | undefined;
}

export interface OptionNames {
  /** Letters of options without a value. */
  readonly flags?: string;
  /** Letters of options with one. */
  readonly values?: string;
  /** Long options, and the letter that they stand for. */
  readonly long?: Readonly<Record<string, string>>;
}

/** As getopt does: letters may stand together, values may be joined, `--` ends the options. The name of the program is left out. */
export function parseOptions(args: readonly string[], names: OptionNames): ParsedOptions {
  const parser = new OptionParser(names, args.slice(1));
  return parser.parse();
}

class OptionParser {
  readonly #names: Required<OptionNames>;
  readonly #pending: string[];
  readonly #found = new Map<string, string>();
  readonly #operands: string[] = [];
  #unknown: string | undefined;

  constructor({ flags = '', values = '', long = {} }: OptionNames, args: string[]) {
    this.#names = { flags, values, long };
    this.#pending = args;
  }

  parse(): ParsedOptions {
    for (let arg = this.#pending.shift(); arg !== undefined; arg = this.#pending.shift()) {
      if (arg === '--') this.#operands.push(...this.#pending.splice(0));
      else if (arg.startsWith('--')) this.#takeLong(arg.slice(2));
      else if (arg.startsWith('-') && arg !== '-') this.#takeLetters(arg.slice(1));
      else this.#operands.push(arg);
    }
    return {
      has: (flag) => this.#found.has(flag),
      value: (option) => this.#found.get(option),
      operands: this.#operands,
      unknown: this.#unknown,
    };
  }

  #takeLong(text: string): void {
    const [name = '', ...rest] = text.split('=');
    const letter = this.#names.long[name];
    if (letter === undefined) this.#unknown ??= `unrecognized option: ${name}`;
    else if (!this.#names.values.includes(letter)) this.#found.set(letter, '');
    else this.#found.set(letter, rest.length > 0 ? rest.join('=') : (this.#pending.shift() ?? ''));
  }

  #takeLetters(letters: string): void {
    for (let at = 0; at < letters.length; at++) {
      const letter = letters[at] as string;
      if (this.#names.values.includes(letter)) {
        this.#found.set(letter, letters.slice(at + 1) || (this.#pending.shift() ?? ''));
        return;
      }
      if (this.#names.flags.includes(letter)) this.#found.set(letter, '');
      else this.#unknown ??= `unrecognized option: ${letter}`;
    }
  }
}
