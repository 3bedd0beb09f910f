const MAX_VALUE_BYTES = 131_072;
const MAX_VARIABLES = 2_048;

export class VariableError extends Error {
  override readonly name = 'VariableError';
}

/** The variables of one shell, which of them its programs see, and where it stands. */
export class Environment {
  readonly #values: Map<string, string>;
  readonly #exported: Set<string>;
  /** Absolute. */
  cwd: string;
  /** Of the command before: `$?`. */
  exitCode = 0;
  /** `$0`, `$1`, … */
  readonly args: readonly string[];

  constructor(env: ReadonlyMap<string, string>, cwd: string, args: readonly string[]) {
    this.#values = new Map(env);
    this.#exported = new Set(env.keys());
    this.cwd = cwd;
    this.args = args;
  }

  /** What a subshell begins with. */
  fork(): Environment {
    const copy = new Environment(this.#values, this.cwd, this.args);
    copy.#exported.clear();
    for (const name of this.#exported) copy.#exported.add(name);
    copy.exitCode = this.exitCode;
    return copy;
  }

  get(name: string): string | undefined {
    if (name === '?') return String(this.exitCode);
    if (name === '$') return '1';
    if (name === '#') return String(this.args.length - 1);
    if (name === '@' || name === '*') return this.args.slice(1).join(' ');
    if (/^\d$/.test(name)) return this.args[Number(name)];
    return this.#values.get(name);
  }

  /** @throws {VariableError} for a value, or a number of variables, that no program could be given */
  set(name: string, value: string): void {
    if (value.length > MAX_VALUE_BYTES) throw new VariableError('Argument list too long');
    if (this.#values.size >= MAX_VARIABLES && !this.#values.has(name)) {
      throw new VariableError('Argument list too long');
    }
    this.#values.set(name, value);
  }

  unset(name: string): void {
    this.#values.delete(name);
    this.#exported.delete(name);
  }

  export(name: string): void {
    this.#exported.add(name);
  }

  /** What programs see. */
  exported(): Map<string, string> {
    const env = new Map<string, string>();
    for (const name of this.#exported) {
      const value = this.#values.get(name);
      if (value !== undefined) env.set(name, value);
    }
    return env;
  }
}
