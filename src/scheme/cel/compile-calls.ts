import type { ASTNode } from '@marcbachmann/cel-js';
import { Call } from './call.ts';
import { CompileError } from './compile-error.ts';
import { noSuchOverload } from './errors.ts';
import { estimateCall } from './estimate/calls.ts';
import type { FunctionTable, Overload } from './functions.ts';
import type { Compiled, Frame, Scope } from './node.ts';
import {
  type Bindings,
  type CelType,
  DYN,
  formatType,
  isAssignable,
  isConcrete,
  joinTypes,
  substitute,
} from './types.ts';
import { type CelValue, isValueOf } from './values.ts';

/** What compiling a call needs of the compiler. */
export interface CompileCalls {
  readonly functions: FunctionTable;
  compile(node: ASTNode, scope: Scope | undefined): Compiled;
}

export interface WrittenCall {
  readonly name: string;
  readonly receiver?: ASTNode;
  readonly args: readonly ASTNode[];
}

/** A call of a function, by its name and arguments. @throws {CompileError} when no overload can take them. */
export function compileCall(
  compiler: CompileCalls,
  node: ASTNode,
  { name, receiver, args }: WrittenCall,
  scope: Scope | undefined,
): Compiled {
  const overloads = receiver ? compiler.functions.member(name) : compiler.functions.global(name);
  if (!overloads) {
    throw new CompileError(`undeclared reference to '${name}' (in container '')`, node);
  }
  const parts = (receiver ? [receiver, ...args] : args).map((arg) => compiler.compile(arg, scope));
  return dispatch(node, name, overloads, parts, receiver !== undefined);
}

/** An operator: a function with a name that no expression can call. */
export function compileOperator(
  compiler: CompileCalls,
  node: ASTNode,
  op: string,
  operands: readonly ASTNode[],
  scope: Scope | undefined,
): Compiled {
  const parts = operands.map((operand) => compiler.compile(operand, scope));
  const name = operatorName(op);
  if (name === '_==_' || name === '_!=_') assertComparable(node, name, parts);
  return dispatch(node, name, compiler.functions.global(name) ?? [], parts, false);
}

function operatorName(op: string): string {
  if (op === 'in') return '@in';
  return op.endsWith('_') ? op : `_${op}_`;
}

function assertComparable(node: ASTNode, name: string, parts: readonly Compiled[]): void {
  const [left, right] = parts.map(({ type }) => type);
  if (left && right && !joinTypes(left, right)) throw noMatch(node, name, parts, false);
}

function noMatch(
  node: ASTNode,
  name: string,
  parts: readonly Compiled[],
  isMember: boolean,
): CompileError {
  const [first, ...rest] = parts.map(({ type }) => formatType(type));
  const applied = isMember ? `${first}.(${rest.join(', ')})` : `(${[first, ...rest].join(', ')})`;
  return new CompileError(
    `found no matching overload for '${name}' applied to '${parts.length === 0 ? '()' : applied}'`,
    node,
  );
}

function dispatch(
  node: ASTNode,
  name: string,
  overloads: readonly Overload[],
  parts: readonly Compiled[],
  isMember: boolean,
): Compiled {
  const matches = overloads
    .map((overload) => ({ overload, result: resultOf(overload, parts) }))
    .filter(
      (match): match is { overload: Overload; result: CelType } => match.result !== undefined,
    );
  const [only] = matches;
  if (!only) throw noMatch(node, name, parts, isMember);
  const isSettled = matches.length === 1 && parts.every(({ type }) => isConcrete(type));
  const literals = parts.map(({ literal }) => literal);
  const candidates = matches.map(({ overload }) => prepared(overload, literals));
  return {
    type: commonResult(matches.map(({ result }) => result)),
    estimate: estimateCall(candidates, parts),
    run: isSettled
      ? (frame) => invoke(candidates[0] as Overload, parts, frame)
      : (frame) => invokeMatching(name, candidates, parts, frame),
  };
}

function prepared(overload: Overload, literals: readonly (CelValue | undefined)[]): Overload {
  const run = overload.prepare?.(literals);
  return run ? { ...overload, run } : overload;
}

/** What the overload answers to arguments of these types, or undefined when it does not take them. */
function resultOf(overload: Overload, parts: readonly Compiled[]): CelType | undefined {
  if (!takes(overload, parts.length)) return undefined;
  const bindings: Bindings = new Map();
  for (const [index, { type }] of parts.entries()) {
    if (!isAssignable(formalOf(overload, index), type, bindings)) return undefined;
  }
  return substitute(overload.result, bindings);
}

function takes({ args, isVariadic }: Overload, count: number): boolean {
  return isVariadic ? count >= args.length : count === args.length;
}

function formalOf({ args }: Overload, index: number): CelType {
  return args[index] ?? args.at(-1) ?? DYN;
}

function commonResult(results: readonly CelType[]): CelType {
  return results.reduce((common, result) => joinTypes(common, result) ?? DYN);
}

function evaluateAll(parts: readonly Compiled[], frame: Frame): CelValue[] {
  return parts.map(({ run }) => run(frame));
}

function invoke(overload: Overload, parts: readonly Compiled[], frame: Frame): CelValue {
  const values = evaluateAll(parts, frame);
  frame.spend.charge(1);
  return overload.run(new Call(overload.name, values, frame.spend));
}

/** Chooses the overload by the values, where their types were not known before. */
function invokeMatching(
  name: string,
  overloads: readonly Overload[],
  parts: readonly Compiled[],
  frame: Frame,
): CelValue {
  const values = evaluateAll(parts, frame);
  frame.spend.charge(1);
  const chosen = overloads.find((overload) =>
    values.every((value, index) => isValueOf(formalOf(overload, index), value)),
  );
  if (!chosen) throw noSuchOverload(name);
  return chosen.run(new Call(name, values, frame.spend));
}
