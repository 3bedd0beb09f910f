/** When a CronJob runs, in five fields (`0 9-17 * * mon-fri`) or one word (`@hourly`). */
import { parseGoDuration } from './duration.ts';
import { timeZoneProblem } from './time-zone.ts';

/** The values of a field at which the schedule runs. */
export interface CronValues {
  readonly values: ReadonlySet<number>;
  /** Whether the field was left open: then the days of month and of week must both fit, otherwise one of them. */
  readonly isOpen: boolean;
}

/** Minutes, hours, days of the month, months, days of the week (Sunday is 0). */
export type CronFields = readonly [CronValues, CronValues, CronValues, CronValues, CronValues];

export type CronSchedule =
  | {
      readonly kind: 'fields';
      readonly fields: CronFields;
      /** The zone that the schedule itself names. */
      readonly timeZone?: string;
    }
  /** `@every`: this long after the time before. */
  | { readonly kind: 'every'; readonly everyMs: number };

interface CronField {
  readonly min: number;
  readonly max: number;
  /** Names of the values, from `min` on. @default none */
  readonly names?: readonly string[];
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const WEEKDAYS = 'sun mon tue wed thu fri sat'.split(' ');

const FIELDS: readonly CronField[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: WEEKDAYS },
];

const WORDS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);
const EVERY = '@every ';
const MIN_EVERY_MS = 1_000;
const ZONE = /^(?:CRON_)?TZ=/;

/** Why the text is no schedule, in the words of the parser that Kubernetes uses; undefined when it is one. */
export function cronScheduleProblem(text: string): string | undefined {
  const schedule = parseCronSchedule(text);
  return typeof schedule === 'string' ? schedule : undefined;
}

/** The schedule, or why the text is none. */
export function parseCronSchedule(text: string): CronSchedule | string {
  if (text === '') return 'empty spec string';
  const zone = ZONE.exec(text)?.[0];
  if (zone === undefined) return parseSchedule(text);
  const space = text.indexOf(' ');
  const timeZone = text.slice(zone.length, space < 0 ? undefined : space);
  const problem = timeZoneProblem(timeZone);
  if (problem) return `provided bad location ${timeZone}: ${problem}`;
  const schedule = parseSchedule(space < 0 ? '' : text.slice(space).trim());
  return typeof schedule === 'string' || schedule.kind === 'every'
    ? schedule
    : { ...schedule, timeZone };
}

function parseSchedule(text: string): CronSchedule | string {
  if (text.startsWith(EVERY)) return parseEvery(text);
  const meant = WORDS.get(text) ?? text;
  if (meant.startsWith('@')) return `unrecognized descriptor: ${text}`;
  const parts = meant.split(/\s+/).filter((part) => part !== '');
  if (parts.length !== FIELDS.length) {
    return `expected exactly ${FIELDS.length} fields, found ${parts.length}: [${parts.join(' ')}]`;
  }
  const fields: CronValues[] = [];
  for (const [index, field] of FIELDS.entries()) {
    const values = parseField(parts[index] as string, field);
    if (typeof values === 'string') return values;
    fields.push(values);
  }
  return { kind: 'fields', fields: fields as unknown as CronFields };
}

function parseEvery(text: string): CronSchedule | string {
  const duration = text.slice(EVERY.length);
  const durationMs = parseGoDuration(duration);
  if (durationMs === undefined) {
    return `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`;
  }
  const wholeMs = Math.floor(durationMs / 1_000) * 1_000;
  return { kind: 'every', everyMs: Math.max(MIN_EVERY_MS, wholeMs) };
}

function parseField(text: string, field: CronField): CronValues | string {
  const values = new Set<number>();
  let isOpen = false;
  for (const part of text.split(',')) {
    if (part === '') continue;
    const range = parseRange(part, field);
    if (typeof range === 'string') return range;
    for (let value = range.start; value <= range.end; value += range.steps) values.add(value);
    isOpen ||= range.isOpen;
  }
  return { values, isOpen };
}

interface CronRange {
  readonly start: number;
  readonly end: number;
  readonly steps: number;
  readonly isOpen: boolean;
}

/** A number, a name, `*` or a range, with a step or without. */
function parseRange(text: string, field: CronField): CronRange | string {
  const [range = '', step, ...moreSteps] = text.split('/');
  const [low = '', high, ...moreBounds] = range.split('-');
  const isAll = low === '*' || low === '?';
  if (!isAll && moreBounds.length > 0) return `too many hyphens: ${text}`;
  const start = isAll ? field.min : numberOf(low, field);
  const end = isAll ? field.max : endOf(start, high, step, field);
  if (typeof start === 'string') return start;
  if (typeof end === 'string') return end;
  if (moreSteps.length > 0) return `too many slashes: ${text}`;
  const steps = step === undefined ? 1 : numberOf(step);
  if (typeof steps === 'string') return steps;
  const parsed = { start, end, steps, isOpen: isAll && steps <= 1 };
  return boundsProblem(parsed, text, field) ?? parsed;
}

/** `3/5` counts from 3 to the end of the field. */
function endOf(
  start: number | string,
  high: string | undefined,
  step: string | undefined,
  field: CronField,
): number | string {
  if (high !== undefined) return numberOf(high, field);
  return step === undefined ? start : field.max;
}

function boundsProblem(
  { start, end, steps }: CronRange,
  text: string,
  { min, max }: CronField,
): string | undefined {
  if (start < min) return `beginning of range (${start}) below minimum (${min}): ${text}`;
  if (end > max) return `end of range (${end}) above maximum (${max}): ${text}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${text}`;
  return steps === 0 ? `step of range should be a positive number: ${text}` : undefined;
}

/** The number, or a text that says why it is none. */
function numberOf(text: string, field?: CronField): number | string {
  const named = field?.names?.indexOf(text.toLowerCase()) ?? -1;
  if (field && named >= 0) return field.min + named;
  if (/^[-+]?\d+$/.test(text)) {
    const number = Number(text);
    return number < 0 ? `negative number (${number}) not allowed: ${text}` : number;
  }
  return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
}
