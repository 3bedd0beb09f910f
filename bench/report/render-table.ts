import { type Figure, meets } from '../figure.ts';
import { median } from '../statistics.ts';

/** One line of the report. */
export interface Row {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  /** The lowest and the highest run. */
  readonly spread: string;
  readonly target: string;
  readonly limit: string;
}

export function toRows(figures: readonly Figure[]): Row[] {
  const byName = new Map(figures.map((figure) => [figure.name, figure]));
  return figures.map((figure) => ({
    label: figure.label,
    name: figure.name,
    value: withUnit(median(figure.values), figure.unit),
    spread: spreadOf(figure),
    target: targetOf(figure),
    limit: limitOf(figure, byName),
  }));
}

function spreadOf({ values }: Figure): string {
  if (values.length < 2) return '';
  return `${formatNumber(Math.min(...values))} – ${formatNumber(Math.max(...values))}`;
}

function targetOf({ target, unit, values }: Figure): string {
  if (!target) return '';
  const text = 'atMost' in target ? `≤ ${target.atMost}` : `≥ ${formatNumber(target.atLeast)}`;
  return `${withUnit(text, unit)} ${meets(target, median(values)) ? '✓' : '✗'}`;
}

function limitOf({ limitedBy }: Figure, byName: ReadonlyMap<string, Figure>): string {
  const limit = limitedBy === undefined ? undefined : byName.get(limitedBy);
  return limit ? withUnit(median(limit.values), limit.unit) : '';
}

function withUnit(value: number | string, unit: string): string {
  const text = typeof value === 'number' ? formatNumber(value) : value;
  if (unit === '') return text;
  return unit === '/s' || unit === '%' ? `${text}${unit === '%' ? ' %' : '/s'}` : `${text} ${unit}`;
}

/** Three digits are what a benchmark can tell. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const digits = size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

const COLUMNS = [
  ['figure', 'label'],
  ['median', 'value'],
  ['runs', 'spread'],
  ['target', 'target'],
  ['limit, same run', 'limit'],
] as const;

/** The report as text for a terminal. */
export function renderText(figures: readonly Figure[]): string {
  const lines = [COLUMNS.map(([title]) => title), ...toCells(figures)];
  const widths = COLUMNS.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The report as a table of Markdown, with the names that the JSON has. */
export function renderMarkdown(figures: readonly Figure[]): string {
  const titles = [...COLUMNS.map(([title]) => title), 'name in the JSON'];
  const names = toRows(figures).map(({ name }) => `\`${name}\``);
  const lines = toCells(figures).map((cells, i) => [...cells, names[i] ?? '']);
  return [titles, titles.map(() => '---'), ...lines]
    .map((line) => `| ${line.join(' | ')} |`)
    .join('\n');
}

function toCells(figures: readonly Figure[]): string[][] {
  return toRows(figures).map((row) => COLUMNS.map(([, key]) => row[key]));
}
