import { CostBudget } from '../../../scheme/cel/cost.ts';
import { CelCostError, CelEvaluationError, noSuchKey } from '../../../scheme/cel/errors.ts';
import type { CompiledExpression } from '../../../scheme/cel/expression.ts';
import { CelMap, type CelValue } from '../../../scheme/cel/values.ts';
import type { NamedExpression } from '../../../scheme/groups/admissionregistration/compiled-policy.ts';

/** What an expression answered, or why it could not. */
export type Outcome = { readonly value: CelValue } | { readonly error: string };

/** The expressions of one policy, evaluated for one request with one set of parameters, on one budget. */
export class Evaluation {
  readonly #bindings: Readonly<Record<string, unknown>>;
  readonly #variables: readonly NamedExpression[];
  readonly #budget: CostBudget;

  constructor(
    bindings: Readonly<Record<string, unknown>>,
    variables: readonly NamedExpression[] = [],
    budget: CostBudget = new CostBudget(),
  ) {
    this.#budget = budget;
    this.#variables = variables;
    this.#bindings = { ...bindings, variables: new LazyVariables(variables, this) };
  }

  /** What its expressions have cost so far, in units. */
  get cost(): number {
    return this.#budget.spent;
  }

  /** The same with other values, on the same budget. */
  with(bindings: Readonly<Record<string, unknown>>): Evaluation {
    return new Evaluation({ ...this.#bindings, ...bindings }, this.#variables, this.#budget);
  }

  /** @throws {CelEvaluationError | CelCostError} */
  run(expression: CompiledExpression): CelValue {
    return expression.evaluate(this.#bindings, { budget: this.#budget }).value;
  }

  try(expression: CompiledExpression): Outcome {
    try {
      return { value: this.run(expression) };
    } catch (error) {
      if (error instanceof CelEvaluationError || error instanceof CelCostError) {
        return { error: error.message };
      }
      throw error;
    }
  }
}

/** The variable `variables`: each is computed when it is first read, once. */
class LazyVariables extends CelMap {
  readonly #expressions: ReadonlyMap<string, CompiledExpression>;
  readonly #evaluation: Evaluation;
  readonly #known = new Map<string, CelValue | CelEvaluationError>();

  constructor(variables: readonly NamedExpression[], evaluation: Evaluation) {
    super();
    this.#expressions = new Map(variables.map(({ name, expression }) => [name, expression]));
    this.#evaluation = evaluation;
  }

  get size(): number {
    return this.#expressions.size;
  }

  keys(): Iterable<CelValue> {
    return this.#expressions.keys();
  }

  override has(key: CelValue): boolean {
    return typeof key === 'string' && this.#expressions.has(key);
  }

  get(key: CelValue): CelValue | undefined {
    const name = String(key);
    if (!this.#known.has(name)) this.#known.set(name, this.#compute(name));
    const known = this.#known.get(name);
    if (known instanceof CelEvaluationError) throw known;
    return known;
  }

  #compute(name: string): CelValue | CelEvaluationError {
    const expression = this.#expressions.get(name);
    if (!expression) return noSuchKey(name);
    try {
      return this.#evaluation.run(expression);
    } catch (error) {
      if (!(error instanceof CelEvaluationError)) throw error;
      return new CelEvaluationError(
        `composited variable "${name}" fails to evaluate: ${error.message}`,
        { cause: error },
      );
    }
  }
}
