import { type FieldError, invalid } from '../../../scheme/field-error.ts';

const LEVELS = ['privileged', 'baseline', 'restricted'] as const;

export type Level = (typeof LEVELS)[number];

/** A standard as of a minor version of Kubernetes. */
export interface LevelVersion {
  readonly level: Level;
  /** Infinity for the latest. */
  readonly minor: number;
}

/** What a namespace asks of its Pods. */
export interface Policy {
  readonly enforce: LevelVersion;
  readonly audit: LevelVersion;
  readonly warn: LevelVersion;
}

const LATEST = Number.POSITIVE_INFINITY;
const PREFIX = 'pod-security.kubernetes.io/';
const ANYTHING_GOES: LevelVersion = { level: 'privileged', minor: LATEST };

/** Of a namespace without labels. */
const DEFAULT_POLICY: Policy = {
  enforce: ANYTHING_GOES,
  audit: ANYTHING_GOES,
  warn: ANYTHING_GOES,
};

export interface ReadPolicy {
  readonly policy: Policy;
  /** What is wrong with the labels. The policy then stands on the safe side. */
  readonly errors: readonly FieldError[];
}

const known = new WeakMap<object, ReadPolicy>();

/** The policy that the labels of a namespace state. Labels that do not change are read once. */
export function policyOf(labels: Readonly<Record<string, string>> | undefined): ReadPolicy {
  if (!labels) return { policy: DEFAULT_POLICY, errors: [] };
  const found = known.get(labels);
  if (found) return found;
  const read = readPolicy(labels);
  known.set(labels, read);
  return read;
}

function readPolicy(labels: Readonly<Record<string, string>>): ReadPolicy {
  const errors: FieldError[] = [];
  const read = (mode: keyof Policy): LevelVersion => ({
    // Who enforces in unclear words is meant to be strict; unclear wishes to be told of something are none.
    level: readLevel(labels, mode, mode === 'enforce' ? 'restricted' : 'privileged', errors),
    minor: readVersion(labels, `${mode}-version`, errors),
  });
  return {
    policy: { enforce: read('enforce'), audit: read('audit'), warn: read('warn') },
    errors,
  };
}

function readLevel(
  labels: Readonly<Record<string, string>>,
  word: string,
  otherwise: Level,
  errors: FieldError[],
): Level {
  const value = labels[PREFIX + word];
  if (value === undefined) return 'privileged';
  const level = LEVELS.find((each) => each === value);
  if (level) return level;
  errors.push(wrong(word, value, `must be one of ${LEVELS.join(', ')}`));
  return otherwise;
}

function readVersion(
  labels: Readonly<Record<string, string>>,
  word: string,
  errors: FieldError[],
): number {
  const value = labels[PREFIX + word];
  if (value === undefined || value === 'latest') return LATEST;
  const minor = /^v1\.(\d|[1-9]\d*)$/.exec(value)?.[1];
  if (minor !== undefined) return Number(minor);
  errors.push(wrong(word, value, 'must be "latest" or "v1.x"'));
  return LATEST;
}

function wrong(word: string, value: string, rule: string): FieldError {
  return invalid(`metadata.labels[${PREFIX}${word}]`, value, rule);
}

/** `restricted:latest`, `baseline:v1.25` */
export function levelVersionText({ level, minor }: LevelVersion): string {
  return `${level}:${minor === LATEST ? 'latest' : `v1.${minor}`}`;
}

export function isSameStandard(a: LevelVersion, b: LevelVersion): boolean {
  return a.level === b.level && a.minor === b.minor;
}

/** Whether `a` asks for no more than `b`: there is nothing new to look for. */
export function isNoStricter(a: LevelVersion, b: LevelVersion): boolean {
  if (a.level === 'privileged' || isSameStandard(a, b)) return true;
  return a.minor === b.minor && LEVELS.indexOf(a.level) <= LEVELS.indexOf(b.level);
}
