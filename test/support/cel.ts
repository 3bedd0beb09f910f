import type { CostBudget } from '../../src/scheme/cel/cost.ts';
import { type Compilation, compileExpression } from '../../src/scheme/cel/expression.ts';
import { toJson } from '../../src/scheme/cel/json.ts';
import type { CelType } from '../../src/scheme/cel/types.ts';

export interface CelContext {
  readonly variables?: Readonly<Record<string, CelType>>;
  readonly bindings?: Readonly<Record<string, unknown>>;
  readonly costLimit?: number;
  readonly budget?: CostBudget;
}

export function compileCel(expression: string, { variables = {} }: CelContext = {}): Compilation {
  return compileExpression({ expression, variables });
}

/** What an expression answers, as JSON. @throws when it does not compile or fails. */
export function evaluateCel(expression: string, context: CelContext = {}): unknown {
  const compilation = compileCel(expression, context);
  if ('error' in compilation) throw new Error(compilation.error);
  return toJson(compilation.expression.evaluate(context.bindings ?? {}, context).value);
}

/** The first message of an expression that does not compile, without its place. */
export function compileErrorOf(expression: string, context: CelContext = {}): string | undefined {
  const compilation = compileCel(expression, context);
  return 'issues' in compilation ? compilation.issues[0]?.message : undefined;
}
