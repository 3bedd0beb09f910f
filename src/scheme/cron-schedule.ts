/** When a CronJob runs, in five fields (`0 9-17 * * mon-fri`) or one word (`@hourly`): only whether it can be read. */
import { parseGoDuration } from './duration.ts';
import { timeZoneProblem } from './time-zone.ts';

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

const WORDS = new Set([
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
]);
const EVERY = '@every ';
const ZONE = /^(?:CRON_)?TZ=/;

/** Why the text is no schedule, in the words of the parser that Kubernetes uses; undefined when it is one. */
export function cronScheduleProblem(text: string): string | undefined {
  if (text === '') return 'empty spec string';
  const zone = ZONE.exec(text)?.[0];
  if (zone === undefined) return scheduleProblem(text);
  const space = text.indexOf(' ');
  const name = text.slice(zone.length, space < 0 ? undefined : space);
  const problem = timeZoneProblem(name);
  if (problem) return `provided bad location ${name}: ${problem}`;
  return scheduleProblem(space < 0 ? '' : text.slice(space).trim());
}

function scheduleProblem(text: string): string | undefined {
  if (text.startsWith('@')) return wordProblem(text);
  const parts = text.split(/\s+/).filter((part) => part !== '');
  if (parts.length !== FIELDS.length) {
    return `expected exactly ${FIELDS.length} fields, found ${parts.length}: [${parts.join(' ')}]`;
  }
  for (const [index, field] of FIELDS.entries()) {
    const problem = fieldProblem(parts[index] as string, field);
    if (problem) return problem;
  }
  return undefined;
}

function wordProblem(text: string): string | undefined {
  if (WORDS.has(text)) return undefined;
  if (!text.startsWith(EVERY)) return `unrecognized descriptor: ${text}`;
  const duration = text.slice(EVERY.length);
  if (parseGoDuration(duration) !== undefined) return undefined;
  return `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`;
}

function fieldProblem(text: string, field: CronField): string | undefined {
  for (const range of text.split(',')) {
    const problem = range === '' ? undefined : rangeProblem(range, field);
    if (problem) return problem;
  }
  return undefined;
}

/** A number, a name, `*` or a range, with a step or without. */
function rangeProblem(text: string, field: CronField): string | undefined {
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
  return boundsProblem({ start, end, steps }, text, field);
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

interface Bounds {
  readonly start: number;
  readonly end: number;
  readonly steps: number;
}

function boundsProblem(
  { start, end, steps }: Bounds,
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
