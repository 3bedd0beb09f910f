import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { Compiler, type Constructors } from './compiler.ts';
import { type CostBudget, EXPRESSION_COST_LIMIT, Spend } from './cost.ts';
import { FUNCTIONS } from './environment.ts';
import { type CelIssue, formatIssues } from './errors.ts';
import type { Compiled } from './node.ts';
import { rewriteSource } from './source.ts';
import { type CelType, formatType, joinTypes } from './types.ts';
import type { CelValue } from './values.ts';

export interface ExpressionOptions {
  readonly expression: string;
  /** The variables that the expression may read, by name. */
  readonly variables: Readonly<Record<string, CelType>>;
  /** The types of which the answer must be one; any when absent. */
  readonly resultTypes?: readonly CelType[];
  /** The types that `Name{…}` constructs. */
  readonly constructors?: Constructors;
  /** The type whose sizes Kubernetes takes for those of parts of what the expression made. */
  readonly root?: CelType;
}

export type Compilation =
  | { readonly expression: CompiledExpression }
  /** Why it does not compile, in CEL's words: `compilation failed: ERROR: <input>:1:6: undefined field 'x'…`. */
  | { readonly error: string; readonly issues: readonly CelIssue[] };

export interface EvaluationOptions {
  /** What the evaluation may cost at most, where it has no budget. Default: {@link EXPRESSION_COST_LIMIT}. */
  readonly costLimit?: number;
  /** What the evaluation shares with others. It is taken from whether or not the evaluation fails. */
  readonly budget?: CostBudget;
}

/** What an evaluation answered, and what it cost. */
export interface Evaluation {
  readonly value: CelValue;
  readonly cost: number;
}

/** More characters than this are no expression that anyone wrote. */
const MAX_EXPRESSION_LENGTH = 64 * 1024;

/** The parser's tree is walked recursively: its size bounds the depth. */
const PARSER = new Environment({
  enableOptionalTypes: true,
  unlistedVariablesAreDyn: true,
  limits: { maxAstNodes: 5000, maxDepth: 200, maxListElements: 5000, maxMapEntries: 5000 },
});

/** An expression that was checked once and runs any number of times. */
export class CompiledExpression {
  readonly source: string;
  readonly resultType: CelType;
  /** The most that it can cost on what its variables' types allow, in units; 2^64 where they allow anything. */
  readonly estimatedCost: number;
  /** The declared variables that it reads: an expression without `oldSelf` is no transition rule. */
  readonly references: ReadonlySet<string>;
  readonly #compiled: Compiled;

  constructor(source: string, compiled: Compiled, references: ReadonlySet<string>) {
    this.source = source;
    this.resultType = compiled.type;
    this.estimatedCost = compiled.estimate.cost;
    this.references = references;
    this.#compiled = compiled;
  }

  /**
   * Runs the expression on `bindings`: JSON values, which are read in place and not copied, or CEL values.
   * @throws {CelEvaluationError} when the expression fails, such as at a missing key.
   * @throws {CelCostError} when it would cost more than the limit.
   */
  evaluate(
    bindings: Readonly<Record<string, unknown>>,
    options: EvaluationOptions = {},
  ): Evaluation {
    const { budget, costLimit } = options;
    const spend = new Spend(budget?.next ?? costLimit ?? EXPRESSION_COST_LIMIT);
    try {
      const value = this.#compiled.run({ bindings, locals: [], spend });
      return { value, cost: spend.spent };
    } finally {
      budget?.take(spend.spent);
    }
  }
}

/** Parses and checks an expression against the types of its variables and of its answer. */
export function compileExpression(options: ExpressionOptions): Compilation {
  const { expression } = options;
  if (expression.length > MAX_EXPRESSION_LENGTH) {
    return failed('', [
      { message: `expression is longer than ${MAX_EXPRESSION_LENGTH} characters`, offset: 0 },
    ]);
  }
  const { text, originalOffset } = rewriteSource(expression);
  const tree = parse(text);
  const { issues, compiled, references } =
    'issue' in tree
      ? { issues: [tree.issue], compiled: undefined, references: undefined }
      : check(tree.node, options);
  if (issues.length === 0 && compiled && references) {
    return { expression: new CompiledExpression(expression, compiled, references) };
  }
  const placed = issues.map(({ message, offset }) => ({ message, offset: originalOffset(offset) }));
  return failed(expression, placed);
}

function failed(expression: string, issues: readonly CelIssue[]): Compilation {
  return { error: `compilation failed: ${formatIssues(expression, issues)}`, issues };
}

function parse(text: string): { readonly node: ASTNode } | { readonly issue: CelIssue } {
  try {
    return { node: PARSER.parse(text).ast };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const offset = error.range?.start ?? 0;
    return { issue: { message: `Syntax error: ${error.summary}`, offset } };
  }
}

function check(node: ASTNode, { variables, constructors, resultTypes, root }: ExpressionOptions) {
  const compiler = new Compiler({
    functions: FUNCTIONS,
    variables,
    constructors: constructors ?? new Map(),
    root,
  });
  const compiled = compiler.compile(node, undefined);
  const issues = [...compiler.issues];
  const isExpected = resultTypes?.some((type) => joinTypes(type, compiled.type)) ?? true;
  if (issues.length === 0 && !isExpected) issues.push(wrongResult(resultTypes ?? []));
  return { issues, compiled, references: compiler.references };
}

function wrongResult(types: readonly CelType[]): CelIssue {
  const names = types.map(formatType);
  const wanted = names.length === 1 ? names[0] : `one of [${names.join(' ')}]`;
  return { message: `must evaluate to ${wanted}`, offset: 0 };
}
