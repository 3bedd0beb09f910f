/** `npm run bench`: measures the control plane as its users meet it, and what bounds it, on this machine. */
import { execFileSync } from 'node:child_process';
import { toError } from '../src/lib/errors.ts';
import { type Sample, toFigures } from './figure.ts';
import { describeMachine } from './machine.ts';
import { measureBigCluster } from './measurements/big-cluster.ts';
import { measureFairness } from './measurements/fairness.ts';
import type { BenchContext, Measurement } from './measurements/measurement.ts';
import { measureOutage } from './measurements/outage.ts';
import { measureScale } from './measurements/scale.ts';
import { measureScheduling } from './measurements/scheduling.ts';
import { measureStart } from './measurements/start.ts';
import { measureWatch } from './measurements/watch.ts';
import { measureWrites } from './measurements/writes.ts';
import { type BenchOptions, readOptions, type Section, USAGE } from './options.ts';
import type { HotSpot } from './profile/hot-spots.ts';
import { renderText } from './report/render-table.ts';
import { type ReportHeader, writeJson, writeMarkdown } from './report/write-report.ts';

const MEASUREMENTS: readonly { readonly for: readonly Section[]; readonly run: Measurement }[] = [
  { for: ['writes'], run: measureWrites },
  { for: ['rollout', 'list', 'rest'], run: measureBigCluster },
  { for: ['watch'], run: measureWatch },
  { for: ['fairness'], run: measureFairness },
  { for: ['scheduling'], run: measureScheduling },
  { for: ['outage'], run: measureOutage },
  { for: ['scale'], run: measureScale },
  { for: ['start'], run: measureStart },
];

const SHOWN_HOT_SPOTS = 30;

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  if (options.dist === 'dist') execFileSync('node', ['scripts/build.mjs'], { stdio: 'inherit' });
  const figures = toFigures(await measureAll(options));
  const header: ReportHeader = {
    machine: describeMachine(),
    date: new Date().toISOString().slice(0, 10),
    runs: options.runs,
  };
  process.stdout.write(`\n${header.machine}, ${header.date}\n\n${renderText(figures)}\n`);
  if (options.jsonFile) writeJson(options.jsonFile, header, figures);
  if (options.markdownFile) writeMarkdown(options.markdownFile, header, figures);
}

async function measureAll(options: BenchOptions): Promise<Sample[]> {
  const samples: Sample[] = [];
  const wanted = MEASUREMENTS.filter(({ for: sections }) =>
    sections.some((section) => options.sections.has(section)),
  );
  for (let run = 1; run <= options.runs; run++) {
    if (options.runs > 1) say(`run ${run} of ${options.runs}`);
    for (const measurement of wanted) samples.push(...(await measurement.run(context(options))));
  }
  return samples;
}

function context(options: BenchOptions): BenchContext {
  return {
    options,
    say,
    report: (section, { busyPercent, functions, files }) => {
      say(
        `\nprofile of ${section}: the server's main thread was busy ${busyPercent.toFixed(0)} % of the time`,
      );
      sayHotSpots('by function', functions);
      sayHotSpots('by file', files);
    },
  };
}

function sayHotSpots(title: string, hotSpots: readonly HotSpot[]): void {
  say(title);
  for (const { percent, place } of hotSpots.slice(0, SHOWN_HOT_SPOTS)) {
    say(`  ${percent.toFixed(1).padStart(5)} %  ${place}`);
  }
}

/** On stderr, so that the table alone is the output. */
function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

try {
  await main();
} catch (thrown) {
  process.stderr.write(`${toError(thrown).stack}\n`);
  process.exitCode = 1;
}
