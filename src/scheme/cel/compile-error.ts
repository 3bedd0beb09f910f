import type { ASTNode } from '@marcbachmann/cel-js';
import type { CelIssue } from './errors.ts';

/** A part of an expression that is wrong; caught where the parts around it can still be judged. */
export class CompileError extends Error {
  override readonly name = 'CompileError';
  readonly issue: CelIssue;

  constructor(message: string, node: ASTNode) {
    super(message);
    this.issue = { message, offset: offsetOf(node) };
  }
}

/** Where CEL places a message: at an operator between its operands, at the dot of a field. */
function offsetOf(node: ASTNode): number {
  if (node.op === '.' || node.op === '.?') return Math.max(node.pos - 1, 0);
  const [left, right] = Array.isArray(node.args) ? (node.args as unknown[]) : [];
  const isInfix = /^(?:[!=<>]=|[<>+\-*/%]|in|&&|\|\|)$/.test(node.op);
  if (!isInfix || !left || !right) return node.pos;
  const { end } = left as ASTNode;
  return end + (node.input.slice(end).match(/^[\s)]*/)?.[0].length ?? 0);
}
