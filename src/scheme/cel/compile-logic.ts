import type { ASTNode } from '@marcbachmann/cel-js';
import { CompileError } from './compile-error.ts';
import { CelEvaluationError, noSuchOverload } from './errors.ts';
import { sizeOf } from './estimate/estimate.ts';
import { plus, unionSizes } from './estimate/size.ts';
import type { Compiled, Frame, Scope } from './node.ts';
import { FORGIVEN_COST } from './prices.ts';
import { BOOL, type CelType, formatType, joinTypes } from './types.ts';
import type { CelValue } from './values.ts';

interface CompileOperands {
  compile(node: ASTNode, scope: Scope | undefined): Compiled;
  boolean(node: ASTNode, scope: Scope | undefined): Compiled;
}

function noMatch(name: string, types: readonly CelType[], node: ASTNode): CompileError {
  const applied = types.map(formatType).join(', ');
  return new CompileError(
    `found no matching overload for '${name}' applied to '(${applied})'`,
    node,
  );
}

/** `test ? a : b`. */
export function compileTernary(
  compiler: CompileOperands,
  node: ASTNode,
  [test, whenTrue, whenFalse]: readonly [ASTNode, ASTNode, ASTNode],
  scope: Scope | undefined,
): Compiled {
  const condition = compiler.boolean(test, scope);
  const yes = compiler.compile(whenTrue, scope);
  const no = compiler.compile(whenFalse, scope);
  const type = joinTypes(yes.type, no.type);
  if (!type) throw noMatch('_?_:_', [BOOL, yes.type, no.type], node);
  const larger = Math.max(yes.estimate.cost, no.estimate.cost);
  return {
    type,
    estimate: {
      cost: plus(condition.estimate.cost, larger),
      size: unionSizes(sizeOf(yes), sizeOf(no)),
    },
    run: (frame) => {
      const chosen = condition.run(frame);
      if (typeof chosen !== 'boolean') throw noSuchOverload('_?_:_');
      return chosen ? yes.run(frame) : no.run(frame);
    },
  };
}

/** `a && b` and `a || b`. */
export function compileLogical(
  compiler: CompileOperands,
  node: Extract<ASTNode, { op: '&&' | '||' }>,
  [left, right]: readonly [ASTNode, ASTNode],
  scope: Scope | undefined,
): Compiled {
  const a = compiler.compile(left, scope);
  const b = compiler.compile(right, scope);
  const name = `_${node.op}_`;
  if (!joinTypes(BOOL, a.type) || !joinTypes(BOOL, b.type)) {
    throw noMatch(name, [a.type, b.type], node);
  }
  const deciding = node.op === '||';
  return {
    type: BOOL,
    estimate: { cost: plus(a.estimate.cost, b.estimate.cost) },
    run: (frame) => decide(name, a, b, frame, deciding),
  };
}

/** An operand's outcome: its value, or the failure that the other operand may make irrelevant. */
function attempt(part: Compiled, frame: Frame): CelValue | CelEvaluationError {
  try {
    return part.run(frame);
  } catch (error) {
    if (!(error instanceof CelEvaluationError)) throw error;
    frame.spend.charge(FORGIVEN_COST);
    return error;
  }
}

/** One operand that decides makes a failure of the other irrelevant, in either order. */
function decide(name: string, a: Compiled, b: Compiled, frame: Frame, deciding: boolean): CelValue {
  const left = attempt(a, frame);
  if (left === deciding) return deciding;
  const right = attempt(b, frame);
  if (right === deciding) return deciding;
  for (const outcome of [left, right]) {
    if (outcome instanceof CelEvaluationError) throw outcome;
    if (typeof outcome !== 'boolean') throw noSuchOverload(name);
  }
  return !deciding;
}
