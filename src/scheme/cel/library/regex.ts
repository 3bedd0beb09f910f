import { RE2JS } from 're2js';
import type { Call } from '../call.ts';
import { CelEvaluationError } from '../errors.ts';
import { define, type Overload } from '../functions.ts';
import { ArrayList } from '../values.ts';

/** Patterns kept compiled; expressions use few, and a pattern that is computed from data must not fill the memory. */
const MAX_COMPILED = 500;
const MAX_PATTERN_LENGTH = 1000;
const compiled = new Map<string, RE2JS>();

/** RE2 takes time in proportion to the text whatever the pattern, so no expression can hang the server. */
function compilePattern(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  const fresh = compileFresh(pattern);
  if (compiled.size >= MAX_COMPILED) compiled.clear();
  compiled.set(pattern, fresh);
  return fresh;
}

function compileFresh(pattern: string): RE2JS {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw new CelEvaluationError(
      `regular expression is longer than ${MAX_PATTERN_LENGTH} characters`,
    );
  }
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CelEvaluationError(reason, { cause: error });
  }
}

/** What finding costs beyond testing, which can stop at the first sign of a match. */
const FIND_COST_FACTOR = 4;

/** A tenth of a unit a character of the text, times a quarter a character of the pattern, as in Kubernetes. */
function chargeMatch(call: Call, factor: number): void {
  const text = call.string(0).length * 0.1 + 1;
  const pattern = Math.max(1, call.string(1).length * 0.25);
  call.spend.charge(Math.ceil(text * pattern * factor));
}

export function matches(call: Call): boolean {
  chargeMatch(call, 1);
  return compilePattern(call.string(1)).test(call.string(0));
}

function matcherOf(call: Call) {
  chargeMatch(call, FIND_COST_FACTOR);
  return compilePattern(call.string(1)).matcher(call.string(0));
}

function find(call: Call): string {
  const matcher = matcherOf(call);
  return matcher.find() ? (matcher.group() ?? '') : '';
}

function findAll(call: Call, limit: number): ArrayList {
  const found: string[] = [];
  const matcher = matcherOf(call);
  while (found.length < limit && matcher.find()) {
    call.spend.charge(1);
    found.push(matcher.group() ?? '');
  }
  return new ArrayList(found);
}

export const REGEX: readonly Overload[] = [
  define('string::find(string): string', find),
  define('string::findAll(string): list<string>', (call) =>
    findAll(call, Number.POSITIVE_INFINITY),
  ),
  define('string::findAll(string, int): list<string>', (call) => {
    const limit = call.index(2);
    return findAll(call, limit < 0 ? Number.POSITIVE_INFINITY : limit);
  }),
];
