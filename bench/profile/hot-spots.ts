import fs from 'node:fs';
import { findSourceMap, SourceMap } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CallFrame, CpuProfile } from './inspector-session.ts';

export interface HotSpot {
  /** `decode src/scheme/decode.ts:40` */
  readonly place: string;
  /** Share of the time in which the process ran, in percent, without what it called. */
  readonly percent: number;
}

export interface HotSpots {
  /** Share of the whole time in which the process ran JavaScript or collected garbage, in percent. */
  readonly busyPercent: number;
  readonly functions: readonly HotSpot[];
  readonly files: readonly HotSpot[];
}

const IDLE = new Set(['(idle)', '(root)']);

/** Where the time went, by function and by file. */
export function findHotSpots(profile: CpuProfile): HotSpots {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const byFunction = new Map<string, number>();
  const byFile = new Map<string, number>();
  let busyUs = 0;
  let totalUs = 0;
  for (const [i, id] of profile.samples.entries()) {
    const frame = frames.get(id) as CallFrame;
    const us = profile.timeDeltas[i] ?? 0;
    totalUs += us;
    if (IDLE.has(frame.functionName)) continue;
    busyUs += us;
    const { file, line } = locate(frame);
    const name = frame.functionName || '(anonymous)';
    add(byFunction, file === '' ? name : `${name} ${file}:${line}`, us);
    add(byFile, file === '' ? name : file, us);
  }
  return {
    busyPercent: (busyUs / totalUs) * 100,
    functions: toHotSpots(byFunction, busyUs),
    files: toHotSpots(byFile, busyUs),
  };
}

function add(totals: Map<string, number>, key: string, us: number): void {
  totals.set(key, (totals.get(key) ?? 0) + us);
}

function toHotSpots(totals: ReadonlyMap<string, number>, busyUs: number): HotSpot[] {
  return [...totals]
    .sort(([, a], [, b]) => b - a)
    .map(([place, us]) => ({ place, percent: (us / busyUs) * 100 }));
}

const maps = new Map<string, SourceMap | undefined>();

/** The place in the sources that a place in the bundle comes from. */
function locate({ url, lineNumber, columnNumber }: CallFrame): { file: string; line: number } {
  if (!url.startsWith('file:')) return { file: url, line: lineNumber + 1 };
  const bundle = fileURLToPath(url);
  const entry = sourceMapOf(bundle)?.findEntry(lineNumber, columnNumber);
  if (entry && 'originalSource' in entry) {
    const source = path.resolve(path.dirname(bundle), entry.originalSource);
    return { file: path.relative('.', source), line: entry.originalLine + 1 };
  }
  return {
    file: path.relative('.', bundle).replace(/^.*node_modules\//, ''),
    line: lineNumber + 1,
  };
}

function sourceMapOf(bundle: string): SourceMap | undefined {
  if (!maps.has(bundle)) maps.set(bundle, findSourceMap(bundle) ?? readSourceMap(bundle));
  return maps.get(bundle);
}

function readSourceMap(bundle: string): SourceMap | undefined {
  const file = `${bundle}.map`;
  if (!fs.existsSync(file)) return undefined;
  return new SourceMap(JSON.parse(fs.readFileSync(file, 'utf8')));
}
