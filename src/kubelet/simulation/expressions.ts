/** The expressions of simulation objects: over the Pod and its node, checked once and run for each Pod. */
import { toError } from '../../lib/errors.ts';
import { type CompiledExpression, compileExpression } from '../../scheme/cel/expression.ts';
import { BOOL, type CelType, DURATION, DYN } from '../../scheme/cel/types.ts';
import { CelDuration } from '../../scheme/cel/values.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';

const VARIABLES = { pod: DYN, node: DYN };
/** What one evaluation may cost: an expression over one Pod needs little, and there are many Pods. */
const COST_LIMIT = 10_000;
const NANOS_PER_MS = 1_000_000n;

/** A simulation object that cannot be in effect, and why. */
export class SimulationProblem extends Error {
  override readonly name = 'SimulationProblem';
}

/** @throws {SimulationProblem} when it does not compile */
function compile(text: string, path: string, resultType: CelType): CompiledExpression {
  const compilation = compileExpression({
    expression: text,
    variables: VARIABLES,
    resultTypes: [resultType],
  });
  if ('error' in compilation) throw new SimulationProblem(`${path}: ${compilation.error}`);
  return compilation.expression;
}

export type Predicate = (pod: Pod | undefined, node: Node | undefined) => boolean;

/** @throws {SimulationProblem} when it does not compile; the predicate throws one when it fails on a Pod */
export function compilePredicate(text: string | undefined, path: string): Predicate {
  if (text === undefined) return () => true;
  const expression = compile(text, path, BOOL);
  return (pod, node) => evaluate(expression, path, pod, node) === true;
}

/** In milliseconds. @throws {SimulationProblem} as {@link compilePredicate} */
export function compileDuration(
  text: string,
  path: string,
): (pod: Pod, node: Node | undefined) => number {
  const expression = compile(text, path, DURATION);
  return (pod, node) => {
    const value = evaluate(expression, path, pod, node);
    if (value instanceof CelDuration) return Number(value.nanos / NANOS_PER_MS);
    throw new SimulationProblem(`${path}: the expression gives no duration`);
  };
}

function evaluate(
  expression: CompiledExpression,
  path: string,
  pod: Pod | undefined,
  node: Node | undefined,
): unknown {
  try {
    const bindings = { pod: pod ?? null, node: node ?? null };
    return expression.evaluate(bindings, { costLimit: COST_LIMIT }).value;
  } catch (thrown) {
    const { message } = toError(thrown);
    const name = pod ? `pod ${pod.metadata.namespace}/${pod.metadata.name}` : 'it';
    throw new SimulationProblem(`${path}: ${message}, for ${name}`, { cause: thrown });
  }
}
