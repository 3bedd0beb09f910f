import fs from 'node:fs';
import type { Figure } from '../figure.ts';
import { median } from '../statistics.ts';
import { renderMarkdown } from './render-table.ts';

const BEGIN = '<!-- begin: written by npm run bench -->';
const END = '<!-- end: written by npm run bench -->';

export interface ReportHeader {
  readonly machine: string;
  readonly date: string;
  readonly runs: number;
}

/** A flat object: one number a figure, and what they were measured on and when. */
export function writeJson(file: string, header: ReportHeader, figures: readonly Figure[]): void {
  const numbers = figures.map(({ name, values }) => [name, round(median(values))]);
  const report = { machine: header.machine, date: header.date, ...Object.fromEntries(numbers) };
  fs.writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

/** Replaces the part of the document between the two marks. @throws {Error} when they are missing */
export function writeMarkdown(
  file: string,
  header: ReportHeader,
  figures: readonly Figure[],
): void {
  const document = fs.readFileSync(file, 'utf8');
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${file} lacks the lines "${BEGIN}" and "${END}"`);
  const times = header.runs === 1 ? 'one run' : `the median of ${header.runs} runs`;
  const section = [
    BEGIN,
    '',
    `Measured ${header.date} on ${header.machine}; each figure is ${times}.`,
    '',
    renderMarkdown(figures),
    '',
  ].join('\n');
  fs.writeFileSync(file, document.slice(0, begin) + section + document.slice(end));
}
