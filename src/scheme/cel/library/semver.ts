import type { Call } from '../call.ts';
import { CelEvaluationError } from '../errors.ts';
import { define, type Overload } from '../functions.ts';
import { CelOpaque } from '../values.ts';
import { parses } from './ip.ts';

class SemverValue extends CelOpaque {
  readonly typeName = 'kubernetes.Semver';
  readonly numbers: readonly bigint[];
  /** The identifiers after `-`. */
  readonly preRelease: readonly string[];

  constructor(numbers: readonly bigint[], preRelease: readonly string[]) {
    super();
    this.numbers = numbers;
    this.preRelease = preRelease;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof SemverValue && compare(this, other) === 0;
  }
}

const NUMBER = '(0|[1-9]\\d*)';
const IDENTIFIER = '(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)';
const SEMVER = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?(?:\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*)?$`,
);

/** @throws {CelEvaluationError} when the text is no semantic version. */
export function parseSemver(text: string): SemverValue {
  const match = SEMVER.exec(text);
  if (!match) throw new CelEvaluationError(`Invalid semantic version: ${text}`);
  const numbers = match.slice(1, 4).map((part) => BigInt(part));
  return new SemverValue(numbers, match[4]?.split('.') ?? []);
}

/** Takes off a leading `v`, fills in minor and patch, and drops leading zeros. */
function normalize(text: string): string {
  const match = /^[vV]?(\d+)(?:\.(\d+))?(?:\.(\d+))?([-+].*)?$/.exec(text);
  if (!match) return text;
  const numbers = match.slice(1, 4).map((part) => String(BigInt(part ?? '0')));
  return `${numbers.join('.')}${match[4] ?? ''}`;
}

function compare(a: SemverValue, b: SemverValue): number {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] ?? 0n;
    if (number !== other) return number < other ? -1 : 1;
  }
  return comparePreReleases(a.preRelease, b.preRelease);
}

/** A version with a pre-release comes before the one without. */
function comparePreReleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return Math.sign(b.length - a.length);
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    const order = compareIdentifiers(left, right);
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

function compareIdentifiers(a: string, b: string): number {
  const [isNumberA, isNumberB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumberA && isNumberB) return Math.sign(Number(BigInt(a) - BigInt(b)));
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1;
  return a === b ? 0 : a < b ? -1 : 1;
}

function textOf(call: Call): string {
  return call.values.length > 1 && call.bool(1) ? normalize(call.parsed(0)) : call.parsed(0);
}

const at = (call: Call, index: number): SemverValue => call.instance(index, SemverValue);
const order = (call: Call): number => compare(at(call, 0), at(call, 1));

const S = 'kubernetes.Semver';

export const SEMVERS: readonly Overload[] = [
  define('isSemver(string): bool', (call) => parses(parseSemver, textOf(call))),
  define('isSemver(string, bool): bool', (call) => parses(parseSemver, textOf(call))),
  define(`semver(string): ${S}`, (call) => parseSemver(textOf(call))),
  define(`semver(string, bool): ${S}`, (call) => parseSemver(textOf(call))),
  ...['major', 'minor', 'patch'].map((part, index) =>
    define(`${S}::${part}(): int`, (call) => at(call, 0).numbers[index] ?? 0n),
  ),
  define(`${S}::isGreaterThan(${S}): bool`, (call) => order(call) > 0),
  define(`${S}::isLessThan(${S}): bool`, (call) => order(call) < 0),
  define(`${S}::compareTo(${S}): int`, (call) => BigInt(order(call))),
];
