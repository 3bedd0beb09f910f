/** One record of a CSV text. */
export interface CsvRecord {
  /** Where it begins, counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** One cell, quoted or bare, and what ends it. */
const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/** The records of RFC 4180: cells may be quoted, quotes in them are doubled; empty lines are none. @throws {Error} */
export function parseCsv(text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let cells: string[] = [];
  let line = 1;
  CELL.lastIndex = 0;
  while (CELL.lastIndex < text.length) {
    const match = CELL.exec(text);
    if (!match) throw new Error(`line ${line}: a quote is not where one may be`);
    const [whole, quoted, bare = '', end] = match;
    cells.push((quoted?.replaceAll('""', '"') ?? bare).trim());
    if (end === ',') {
      if (CELL.lastIndex === text.length) cells.push('');
      else continue;
    }
    if (cells.length > 1 || cells[0] !== '') records.push({ line, cells });
    line += whole.split('\n').length - 1;
    cells = [];
  }
  return records;
}
