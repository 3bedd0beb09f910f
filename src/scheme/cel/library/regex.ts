import type { RE2JS } from 're2js';
import type { Call } from '../call.ts';
import { define, type Overload, type Prepare } from '../functions.ts';
import { COST_PER_CHARACTER, COST_PER_PATTERN_CHARACTER } from '../prices.ts';
import { ArrayList, type CelValue } from '../values.ts';
import { compilePattern, computedPattern } from './patterns.ts';

/** What finding costs beyond testing, which can stop at the first sign of a match. */
const FIND_COST_FACTOR = 4;
/** Each part that is found becomes a text of its own. */
const COST_PER_FIND = 5;

/** A tenth of a unit a character of the text, times a quarter a character of the pattern, as in Kubernetes. */
function chargeMatch(call: Call, factor: number): void {
  const text = call.string(0).length * COST_PER_CHARACTER + 1;
  const pattern = Math.max(1, call.string(1).length * COST_PER_PATTERN_CHARACTER);
  call.spend.charge(Math.ceil(text * pattern * factor));
}

type Matching = (call: Call, pattern: RE2JS) => CelValue;

/** A function that takes a pattern as its second argument. One that is spelled out is compiled once, with the expression. */
function withPattern(signature: string, run: Matching): Overload {
  const prepare: Prepare = ([, literal]) => {
    const pattern = typeof literal === 'string' ? compilePattern(literal) : undefined;
    if (!pattern) return undefined;
    return (call) => {
      if (pattern instanceof Error) throw pattern;
      return run(call, pattern);
    };
  };
  return define(
    signature,
    (call) => run(call, computedPattern(call.string(1), call.spend)),
    prepare,
  );
}

const matches: Matching = (call, pattern) => {
  chargeMatch(call, 1);
  return pattern.test(call.string(0));
};

const find: Matching = (call, pattern) => {
  chargeMatch(call, FIND_COST_FACTOR);
  const matcher = pattern.matcher(call.string(0));
  return matcher.find() ? (matcher.group() ?? '') : '';
};

function findAll(call: Call, pattern: RE2JS, limit: number): ArrayList {
  chargeMatch(call, FIND_COST_FACTOR);
  const found: string[] = [];
  const matcher = pattern.matcher(call.string(0));
  while (found.length < limit && matcher.find()) {
    call.spend.charge(COST_PER_FIND);
    found.push(matcher.group() ?? '');
  }
  return new ArrayList(found);
}

export const REGEX: readonly Overload[] = [
  withPattern('string::matches(string): bool', matches),
  withPattern('matches(string, string): bool', matches),
  withPattern('string::find(string): string', find),
  withPattern('string::findAll(string): list<string>', (call, pattern) =>
    findAll(call, pattern, Number.POSITIVE_INFINITY),
  ),
  withPattern('string::findAll(string, int): list<string>', (call, pattern) => {
    const limit = call.index(2);
    return findAll(call, pattern, limit < 0 ? Number.POSITIVE_INFINITY : limit);
  }),
];
