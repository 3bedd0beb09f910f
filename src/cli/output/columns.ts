/** Columns as kubectl prints them: upper-case headings, three spaces between, nothing after the last. */

const PADDING = 3;
const MIN_WIDTH = 6;

/** Prints rows under headings. Widths never shrink, so that rows that come later stand under those before. */
export class ColumnPrinter {
  readonly #minWidth: number;
  readonly #padding: number;
  #widths: number[] = [];

  /**
   * @param options.padding spaces between columns @default 3
   * @param options.minWidth of a column, with its padding @default 6
   */
  constructor({
    padding = PADDING,
    minWidth = MIN_WIDTH,
  }: { padding?: number; minWidth?: number } = {}) {
    this.#padding = padding;
    this.#minWidth = minWidth;
  }

  /** The lines of `rows`. */
  format(rows: readonly (readonly string[])[]): string[] {
    for (const row of rows) this.#measure(row);
    return rows.map((row) => this.#formatRow(row));
  }

  #measure(row: readonly string[]): void {
    for (let index = 0; index < row.length; index++) {
      const width = Math.max(this.#minWidth, displayWidth(row[index] ?? '') + this.#padding);
      this.#widths[index] = Math.max(this.#widths[index] ?? 0, width);
    }
  }

  #formatRow(row: readonly string[]): string {
    return row
      .map((cell, index) => {
        const isLast = index === row.length - 1;
        return isLast
          ? cell
          : cell + ' '.repeat(Math.max(0, (this.#widths[index] ?? 0) - displayWidth(cell)));
      })
      .join('');
  }
}

/** How many characters a text is wide; names are ASCII, and in other texts one code point counts as one. */
function displayWidth(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : [...text].length;
}

/** `Nominated Node` as `NOMINATED NODE`. */
export function toHeadings(names: readonly string[]): string[] {
  return names.map((name) => name.toUpperCase());
}
