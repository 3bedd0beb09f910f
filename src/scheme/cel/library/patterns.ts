/** Regular expressions: RE2 takes time in proportion to the text whatever the pattern, so none can hang the server. */
import { RE2JS } from 're2js';
import type { Spend } from '../cost.ts';
import { CelEvaluationError } from '../errors.ts';

/** Patterns kept compiled; a pattern that is computed from data must not fill the memory. */
const MAX_COMPILED = 500;
const MAX_PATTERN_LENGTH = 1000;
/** RE2 allows no pattern to repeat a part more often, in all its repetitions together. */
const MAX_REPETITION = 1000;
const compiled = new Map<string, RE2JS>();

/** Compiles a pattern; the failure that an expression with it ends in, when it is none. */
export function compilePattern(pattern: string): RE2JS | CelEvaluationError {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    return new CelEvaluationError(
      `regular expression is longer than ${MAX_PATTERN_LENGTH} characters`,
    );
  }
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return new CelEvaluationError(reason, { cause: error });
  }
}

/**
 * A pattern that an expression computes. It costs what compiling it does, whether or not it was compiled before: what an
 * expression costs does not depend on what ran earlier.
 */
export function computedPattern(pattern: string, spend: Spend): RE2JS {
  spend.charge(compilationCost(pattern));
  const known = compiled.get(pattern);
  if (known) return known;
  const fresh = compilePattern(pattern);
  if (fresh instanceof CelEvaluationError) throw fresh;
  if (compiled.size >= MAX_COMPILED) compiled.clear();
  compiled.set(pattern, fresh);
  return fresh;
}

/** A unit for each state that the pattern may have: one a character, times the repetitions that are spelled out. */
function compilationCost(pattern: string): number {
  let repetition = 1;
  for (const [, from = '', to] of pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
    repetition *= Math.max(1, Number(to || from));
  }
  return pattern.length * Math.min(repetition, MAX_REPETITION);
}
