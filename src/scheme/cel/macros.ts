import type { ASTNode } from '@marcbachmann/cel-js';
import { CompileError } from './compile-error.ts';
import {
  type Comprehension,
  compileComprehension,
  compileFilter,
  compileMap,
  compileTransformMap,
} from './comprehensions.ts';
import { noSuchOverload } from './errors.ts';
import { estimateBinding, estimateOptionalMacro } from './estimate/bindings.ts';
import { sizeOf } from './estimate/estimate.ts';
import { bindLocal, type Compiled, type Scope } from './node.ts';
import { compileHas } from './select.ts';
import { fieldNameOf } from './source.ts';
import { type CelType, DYN, optionalOf } from './types.ts';
import { CelOptional } from './values.ts';

/** What macros need of the compiler. */
export interface CompileMacros {
  readonly root: CelType | undefined;
  compile(node: ASTNode, scope: Scope | undefined): Compiled;
  boolean(node: ASTNode, scope: Scope | undefined): Compiled;
}

interface MacroCall {
  readonly compiler: CompileMacros;
  readonly node: ASTNode;
  readonly receiver: ASTNode | undefined;
  readonly args: readonly ASTNode[];
  readonly scope: Scope | undefined;
}

type Macro = (call: MacroCall) => Compiled;

/** Macros by name and number of arguments. */
const MEMBER_MACROS: ReadonlyMap<string, Macro> = new Map<string, Macro>([
  ['all/2', quantifier('all')],
  ['all/3', quantifier('all')],
  ['exists/2', quantifier('exists')],
  ['exists/3', quantifier('exists')],
  ['exists_one/2', quantifier('existsOne')],
  ['existsOne/2', quantifier('existsOne')],
  ['exists_one/3', quantifier('existsOne')],
  ['existsOne/3', quantifier('existsOne')],
  ['filter/2', (call) => compileFilter(comprehensionOf(call, 1))],
  ['map/2', (call) => compileMap(comprehensionOf(call, 1))],
  ['map/3', (call) => compileMap(comprehensionOf(call, 1))],
  ['transformList/3', (call) => compileMap(comprehensionOf(call, 2))],
  ['transformList/4', (call) => compileMap(comprehensionOf(call, 2))],
  ['transformMap/3', (call) => compileTransformMap(comprehensionOf(call, 2), false)],
  ['transformMap/4', (call) => compileTransformMap(comprehensionOf(call, 2), false)],
  ['transformMapEntry/3', (call) => compileTransformMap(comprehensionOf(call, 2), true)],
  ['transformMapEntry/4', (call) => compileTransformMap(comprehensionOf(call, 2), true)],
  ['optMap/2', (call) => optionalMacro(call, true)],
  ['optFlatMap/2', (call) => optionalMacro(call, false)],
]);

const GLOBAL_MACROS: ReadonlyMap<string, Macro> = new Map<string, Macro>([
  ['has/1', hasMacro],
  ['cel.bind/3', bindMacro],
]);

/** Compiles a call that is a macro; undefined when it is none. */
export function compileMacro(
  compiler: CompileMacros,
  node: ASTNode,
  name: string,
  receiver: ASTNode | undefined,
  args: readonly ASTNode[],
  scope: Scope | undefined,
): Compiled | undefined {
  const global = GLOBAL_MACROS.get(`${name}/${args.length}`);
  if (global) return global({ compiler, node, receiver, args, scope });
  const method = name.slice(name.lastIndexOf('.') + 1);
  const member = receiver && MEMBER_MACROS.get(`${method}/${args.length}`);
  return member?.({ compiler, node, receiver, args, scope });
}

function argument({ args, node }: MacroCall, index: number): ASTNode {
  const found = args[index];
  if (!found) throw new CompileError('argument missing', node);
  return found;
}

function variableName(call: MacroCall, index: number): string {
  const node = argument(call, index);
  if (node.op === 'id') return node.args;
  throw new CompileError('argument must be a simple name', node);
}

/** The last one or two arguments work on the variables that the first `names` arguments name. */
function comprehensionOf(call: MacroCall, names: number): Comprehension {
  const { compiler, args, scope, receiver, node } = call;
  if (!receiver) throw new CompileError('a comprehension needs something to go over', node);
  const last = args.length - 1;
  return {
    compiler,
    node,
    scope,
    range: compiler.compile(receiver, scope),
    names: Array.from({ length: names }, (_, index) => variableName(call, index)),
    filter: last > names ? argument(call, names) : undefined,
    step: argument(call, last),
  };
}

function quantifier(kind: 'all' | 'exists' | 'existsOne'): Macro {
  return (call) => compileComprehension(comprehensionOf(call, call.args.length - 1), kind);
}

function hasMacro(call: MacroCall): Compiled {
  const field = argument(call, 0);
  if (field.op !== '.') throw new CompileError('invalid argument to has() macro', field);
  const operand = call.compiler.compile(field.args[0], call.scope);
  return compileHas(field, operand, fieldNameOf(field.args[1]));
}

/** `cel.bind(name, value, expression)`: the value is computed once. */
function bindMacro(call: MacroCall): Compiled {
  const value = call.compiler.compile(argument(call, 1), call.scope);
  const inner = bindLocal(call.scope, variableName(call, 0), value.type, {
    declared: value.estimate.declared,
    size: sizeOf(value),
  });
  const body = call.compiler.compile(argument(call, 2), inner);
  return {
    type: body.type,
    estimate: estimateBinding(value, body),
    run: (frame) => {
      frame.locals[inner.slot] = value.run(frame);
      return body.run(frame);
    },
  };
}

/** `optional.optMap(name, expression)`; `optFlatMap` where the expression itself answers an optional. */
function optionalMacro(call: MacroCall, wraps: boolean): Compiled {
  const { compiler, receiver, scope, node } = call;
  if (!receiver) throw new CompileError('optMap needs an optional', node);
  const from = compiler.compile(receiver, scope);
  const elementType = from.type.kind === 'optional' ? from.type.value : DYN;
  const inner = bindLocal(scope, variableName(call, 0), elementType, { declared: undefined });
  const body = compiler.compile(argument(call, 1), inner);
  return {
    type: wraps ? optionalOf(body.type) : body.type,
    estimate: estimateOptionalMacro(from, body),
    run: (frame) => {
      const optional = from.run(frame);
      if (!(optional instanceof CelOptional)) throw noSuchOverload('optMap');
      if (optional.value === undefined) return CelOptional.NONE;
      frame.locals[inner.slot] = optional.value;
      const answer = body.run(frame);
      return wraps ? new CelOptional(answer) : answer;
    },
  };
}
