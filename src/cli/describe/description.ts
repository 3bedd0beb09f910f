import { alignTabs } from '../output/tabs.ts';

const INDENT = '  ';

/** A description in the making: lines with tabs between cells, indented by level. */
export class Description {
  readonly #lines: string[] = [];

  /** Adds a line; a text with line feeds adds several. */
  line(level: number, ...cells: readonly string[]): this {
    for (const line of cells.join('\t').split('\n')) this.#lines.push(INDENT.repeat(level) + line);
    return this;
  }

  /** `Name:  web`. */
  field(level: number, name: string, value: string | number | boolean | null | undefined): this {
    return this.line(level, `${name}:`, String(value ?? ''));
  }

  /** As {@link field}, when there is a value. */
  optionalField(level: number, name: string, value: string | number | null | undefined): this {
    return value === undefined || value === null || value === ''
      ? this
      : this.field(level, name, value);
  }

  /** `Labels:` and each value on a line of its own; `<none>` when there are none. */
  list(level: number, name: string, values: readonly string[]): this {
    const [first = '<none>', ...others] = values;
    this.line(level, `${name}:`, first);
    for (const value of others) this.line(level, '', value);
    return this;
  }

  /** The whole, aligned, without a line feed at the end. */
  toString(): string {
    return alignTabs(this.#lines).join('\n');
  }
}
