/** An expression that failed while it ran: a missing key, a division by zero, a function's refusal. */
export class CelEvaluationError extends Error {
  override readonly name: string = 'CelEvaluationError';

  /** An expression may fail for each of a thousand elements, and none of it is a fault here: the stack is not recorded. */
  constructor(message: string, options?: ErrorOptions) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/**
 * An expression that was stopped because it had spent its budget. It is no {@link CelEvaluationError}: `||` and `&&`,
 * which forgive a failed operand, must not forgive this.
 */
export class CelCostError extends Error {
  override readonly name = 'CelCostError';

  constructor() {
    super('operation cancelled: actual cost limit exceeded');
  }
}

/** One thing that is wrong with an expression's text or types. */
export interface CelIssue {
  readonly message: string;
  /** Where in the expression, from 0. */
  readonly offset: number;
}

/** The issues as CEL prints them: the place, the words, the line and a caret under the place. */
export function formatIssues(expression: string, issues: readonly CelIssue[]): string {
  return issues.map((issue) => formatIssue(expression, issue)).join('\n');
}

function formatIssue(expression: string, { message, offset }: CelIssue): string {
  const before = expression.slice(0, offset).split('\n');
  const column = before.at(-1)?.length ?? 0;
  const line = expression.split('\n')[before.length - 1] ?? '';
  return `ERROR: <input>:${before.length}:${column + 1}: ${message}\n | ${line}\n | ${'.'.repeat(column)}^`;
}

export const noSuchOverload = (name: string): CelEvaluationError =>
  new CelEvaluationError(`no such overload: ${name}`);
export const noSuchKey = (key: unknown): CelEvaluationError =>
  new CelEvaluationError(`no such key: ${String(key)}`);
