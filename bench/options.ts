import path from 'node:path';
import { parseArgs } from 'node:util';

export const SECTIONS = [
  'writes',
  'rollout',
  'list',
  'rest',
  'watch',
  'fairness',
  'scheduling',
  'outage',
  'scale',
  'start',
] as const;

/** A group of figures that is measured together. */
export type Section = (typeof SECTIONS)[number];

export interface BenchOptions {
  readonly sections: ReadonlySet<Section>;
  /** The scheduling cases that are measured. @default all of them */
  readonly cases: ReadonlySet<string> | undefined;
  /** How often everything is measured; the figures are medians. */
  readonly runs: number;
  /** Short and small, to see that it works: the figures mean nothing. */
  readonly quick: boolean;
  readonly jsonFile: string | undefined;
  /** The document whose generated section is replaced by the table. */
  readonly markdownFile: string | undefined;
  /** Where CPU profiles of the server are written, one a section. */
  readonly profileDirectory: string | undefined;
  /** The folder with the server's bundle. */
  readonly dist: string;
}

export const USAGE = `Measures the control plane on an embedded PostgreSQL, and prints a table.

Usage: npm run bench -- [options]

  --only LIST       some sections only: ${SECTIONS.join(', ')}
  --cases LIST      of the section scheduling, some cases only: basic, spread, preemption ...
  --runs N          measure everything so often; figures are medians (default 3)
  --json FILE       write the figures as a flat JSON object
  --markdown FILE   replace the generated section of this document by the table
  --profile DIR     write CPU profiles of the server there, and print what took most time
  --quick           small and short, to see that everything works
  --dist DIR        the folder with the server's bundle (default dist, built when stale)
`;

/** @throws {Error} with a sentence for the user */
export function readOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      cases: { type: 'string' },
      runs: { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      profile: { type: 'string' },
      quick: { type: 'boolean', default: false },
      dist: { type: 'string', default: 'dist' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    sections: toSections(values.only),
    cases: values.cases === undefined ? undefined : new Set(toWords(values.cases)),
    runs: toRuns(values.runs ?? (values.quick ? '1' : '3')),
    quick: values.quick,
    jsonFile: values.json && path.resolve(values.json),
    markdownFile: values.markdown && path.resolve(values.markdown),
    profileDirectory: values.profile && path.resolve(values.profile),
    dist: values.dist,
  };
}

function toSections(list: string | undefined): ReadonlySet<Section> {
  const words = list === undefined ? SECTIONS : toWords(list);
  for (const word of words) {
    if (SECTIONS.some((section) => section === word)) continue;
    throw new Error(`--only: there is no section "${word}"; there are ${SECTIONS.join(', ')}`);
  }
  return new Set(words as readonly Section[]);
}

function toWords(list: string): readonly string[] {
  return list.split(',').map((word) => word.trim());
}

function toRuns(text: string): number {
  const runs = Number(text);
  if (Number.isInteger(runs) && runs > 0) return runs;
  throw new Error(`--runs is "${text}": give a whole number above 0`);
}
