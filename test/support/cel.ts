import { type Compilation, compileExpression } from '../../src/scheme/cel/expression.ts';
import { toJson } from '../../src/scheme/cel/json.ts';
import type { CelType } from '../../src/scheme/cel/types.ts';

export interface CelContext {
  readonly variables?: Readonly<Record<string, CelType>>;
  readonly bindings?: Readonly<Record<string, unknown>>;
  readonly costLimit?: number;
}

export function compileCel(expression: string, { variables = {} }: CelContext = {}): Compilation {
  return compileExpression({ expression, variables });
}

/** What an expression answers, as JSON. @throws when it does not compile or fails. */
export function evaluateCel(expression: string, context: CelContext = {}): unknown {
  const compilation = compileCel(expression, context);
  if ('error' in compilation) throw new Error(compilation.error);
  const { bindings = {}, costLimit } = context;
  const options = costLimit === undefined ? {} : { costLimit };
  return toJson(compilation.expression.evaluate(bindings, options).value);
}

/** The first message of an expression that does not compile, without its place. */
export function compileErrorOf(expression: string, context: CelContext = {}): string | undefined {
  const compilation = compileCel(expression, context);
  return 'issues' in compilation ? compilation.issues[0]?.message : undefined;
}
