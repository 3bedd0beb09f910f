/**
 * Elastic tab stops, as kubectl aligns descriptions: a cell ends with a tab, and cells above each other in consecutive lines
 * are as wide as the widest of them. A line without such a cell begins a new column.
 */
const PADDING = 2;

/** Aligns lines whose cells are separated by tabs. */
export function alignTabs(lines: readonly string[], padding = PADDING): string[] {
  const rows = lines.map((line) => line.split('\t'));
  const output: string[] = rows.map(() => '');
  alignBlock(rows, { from: 0, to: rows.length, widths: [], padding }, output);
  return output;
}

interface Block {
  readonly from: number;
  readonly to: number;
  /** The widths of the columns that all its rows have. */
  readonly widths: readonly number[];
  readonly padding: number;
}

function alignBlock(rows: readonly string[][], block: Block, output: string[]): void {
  const { from, to, widths, padding } = block;
  const column = widths.length;
  const hasCell = (index: number): boolean => column < (rows[index]?.length ?? 0) - 1;
  let index = from;
  while (index < to) {
    if (!hasCell(index)) {
      output[index] = layOut(rows[index] ?? [], widths);
      index++;
      continue;
    }
    const start = index;
    let width = 0;
    for (; index < to && hasCell(index); index++) {
      width = Math.max(width, (rows[index]?.[column]?.length ?? 0) + padding);
    }
    alignBlock(rows, { from: start, to: index, widths: [...widths, width], padding }, output);
  }
}

function layOut(cells: readonly string[], widths: readonly number[]): string {
  return cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('');
}
