import type { ASTNode } from '@marcbachmann/cel-js';
import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { type CompileCalls, compileCall, compileOperator } from './compile-calls.ts';
import { CompileError } from './compile-error.ts';
import { CelEvaluationError, type CelIssue, noSuchOverload } from './errors.ts';
import type { FunctionTable } from './functions.ts';
import { fromJson } from './json.ts';
import { compileMacro } from './macros.ts';
import { type Compiled, type Frame, findLocal, type Scope } from './node.ts';
import { compileIndex, compileSelect } from './select.ts';
import { fieldNameOf } from './source.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DYN,
  formatType,
  INT,
  joinTypes,
  listOf,
  mapOf,
  NULL,
  type ObjectType,
  STRING,
  TYPE,
  UINT,
} from './types.ts';
import { ArrayList, CelTypeValue, type CelValue, EntriesMap } from './values.ts';

export interface CompilerOptions {
  readonly functions: FunctionTable;
  readonly variables: Readonly<Record<string, CelType>>;
  /** The types that `Name{…}` constructs. */
  readonly constructors: Constructors;
}

/** Finds the types that `Name{…}` constructs. */
export interface Constructors {
  get(name: string): ObjectType | undefined;
}

/** A chain of operators is as deep as it is long; deeper ones would exhaust the stack. */
const MAX_DEPTH = 600;
const LIST_COST = 10;
const MAP_COST = 30;
const STRUCT_COST = 40;

const TYPE_NAMES = new Map(
  ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'list', 'map', 'type'].map((name) => [
    name,
    name,
  ]),
)
  .set('null_type', 'null_type')
  .set('google.protobuf.Timestamp', 'google.protobuf.Timestamp')
  .set('google.protobuf.Duration', 'google.protobuf.Duration')
  .set('optional_type', 'optional_type');

/** Checks a parsed expression and turns it into functions that run it. */
export class Compiler implements CompileCalls {
  readonly functions: FunctionTable;
  readonly #variables: Readonly<Record<string, CelType>>;
  readonly #constructors: Constructors;
  /** The declared variables that the expression reads. */
  readonly references = new Set<string>();
  readonly issues: CelIssue[] = [];
  /** How deep in the expression the part is that is being compiled. */
  #depth = 0;
  /** Whether literals may mix types: those among the arguments of `format` may. */
  #allowsMixedLiterals = false;

  constructor({ functions, variables, constructors }: CompilerOptions) {
    this.functions = functions;
    this.#variables = variables;
    this.#constructors = constructors;
  }

  /** A part that is wrong is recorded among the {@link issues}, and counts as `dyn` for what is around it. */
  compile(node: ASTNode, scope: Scope | undefined): Compiled {
    this.#depth++;
    try {
      if (this.#depth > MAX_DEPTH) {
        throw new CompileError(`expression recursion limit exceeded: ${MAX_DEPTH}`, node);
      }
      return this.#compileNode(node, scope);
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      this.issues.push(error.issue);
      return { type: DYN, run: () => null };
    } finally {
      this.#depth--;
    }
  }

  #compileNode(node: ASTNode, scope: Scope | undefined): Compiled {
    switch (node.op) {
      case 'value':
        return literal(node.args);
      case 'id':
        return this.#identifier(node, node.args, scope);
      case '.':
      case '.?':
        return this.#select(node, scope);
      case '[]':
      case '[?]':
        return this.#index(node, scope);
      case 'list':
        return this.#list(node.args, scope);
      case 'map':
        return this.#map(node.args, scope);
      case '?:':
        return this.#ternary(node, node.args, scope);
      case '&&':
      case '||':
        return this.#logical(node, node.args, scope, node.op === '||');
      case 'call':
        return (
          compileMacro(this, node, node.args[0], undefined, node.args[1], scope) ??
          compileCall(this, node, { name: node.args[0], args: node.args[1] }, scope)
        );
      case 'rcall':
        return this.#memberCall(node, node.args, scope);
      default:
        return compileOperator(this, node, node.op, operandsOf(node), scope);
    }
  }

  #memberCall(
    node: ASTNode,
    [name, receiver, args]: [string, ASTNode, ASTNode[]],
    scope: Scope | undefined,
  ): Compiled {
    const namespace = this.#namespaceOf(receiver, scope);
    const qualified = namespace === undefined ? undefined : `${namespace}.${name}`;
    const macro = compileMacro(this, node, qualified ?? name, receiver, args, scope);
    if (macro) return macro;
    if (qualified !== undefined && this.functions.global(qualified)) {
      return compileCall(this, node, { name: qualified, args }, scope);
    }
    const allowed = this.#allowsMixedLiterals;
    this.#allowsMixedLiterals ||= name === 'format';
    try {
      return compileCall(this, node, { name, receiver, args }, scope);
    } finally {
      this.#allowsMixedLiterals = allowed;
    }
  }

  /** `math` in `math.greatest(…)`: a chain of names that is no variable. */
  #namespaceOf(node: ASTNode, scope: Scope | undefined): string | undefined {
    const path = pathOf(node);
    const root = path?.split('.', 1)[0] ?? '';
    if (findLocal(scope, root) || Object.hasOwn(this.#variables, root)) return undefined;
    return path;
  }

  #identifier(node: ASTNode, name: string, scope: Scope | undefined): Compiled {
    const local = findLocal(scope, name);
    if (local) {
      const { slot } = local;
      return { type: local.type, run: (frame) => readLocal(frame, slot) };
    }
    const type = Object.hasOwn(this.#variables, name) ? this.#variables[name] : undefined;
    if (type) {
      this.references.add(name);
      return { type, run: (frame) => readVariable(frame, name, type) };
    }
    return this.#typeName(node, name);
  }

  #typeName(node: ASTNode, name: string): Compiled {
    const typeName = TYPE_NAMES.get(name) ?? this.#constructors.get(name)?.name;
    if (typeName === undefined) {
      throw new CompileError(`undeclared reference to '${name}' (in container '')`, node);
    }
    const value = new CelTypeValue(typeName);
    return { type: TYPE, run: () => value };
  }

  #select(node: Extract<ASTNode, { op: '.' | '.?' }>, scope: Scope | undefined): Compiled {
    const [operand, spelled] = node.args;
    const path = this.#namespaceOf(node, scope);
    if (path !== undefined && TYPE_NAMES.has(path)) return this.#typeName(node, path);
    const qualified = this.#qualifiedVariable(node, scope);
    if (qualified) return qualified;
    const from = this.compile(operand, scope);
    return compileSelect(node, from, fieldNameOf(spelled), node.op === '.?');
  }

  /** A variable that is declared under a name with dots: `authorizer.requestResource`. */
  #qualifiedVariable(node: ASTNode, scope: Scope | undefined): Compiled | undefined {
    const path = pathOf(node);
    if (path === undefined || findLocal(scope, path.split('.', 1)[0] ?? '')) return undefined;
    const type = Object.hasOwn(this.#variables, path) ? this.#variables[path] : undefined;
    if (!type) return undefined;
    this.references.add(path);
    return { type, run: (frame) => readVariable(frame, path, type) };
  }

  #index(node: Extract<ASTNode, { op: '[]' | '[?]' }>, scope: Scope | undefined): Compiled {
    const [operand, key] = node.args;
    const path = this.#namespaceOf(operand, scope);
    if (path !== undefined && key.op === 'map') return this.#construct(node, path, key.args, scope);
    const from = this.compile(operand, scope);
    return compileIndex(node, from, this.compile(key, scope), node.op === '[?]');
  }

  /** `Object.spec{replicas: 3}`. */
  #construct(
    node: ASTNode,
    name: string,
    entries: readonly [ASTNode, ASTNode][],
    scope: Scope | undefined,
  ): Compiled {
    const type = this.#constructors.get(name);
    if (!type) throw new CompileError(`undeclared reference to '${name}' (in container '')`, node);
    const fields = entries.map(([key, value]) => this.#fieldOf(type, key, value, scope));
    return {
      type,
      run: (frame) => {
        frame.spend.charge(STRUCT_COST);
        const pairs = fields.map(({ jsonName, run }): [CelValue, CelValue] => [
          jsonName,
          run(frame),
        ]);
        return new EntriesMap(pairs, type.name);
      },
    };
  }

  #fieldOf(type: ObjectType, key: ASTNode, value: ASTNode, scope: Scope | undefined) {
    const spelled = key.op === 'id' ? fieldNameOf(key.args) : '';
    const field = type.field(spelled);
    if (!field) throw new CompileError(`undefined field '${spelled}'`, key);
    const compiled = this.compile(value, scope);
    if (!joinTypes(field.type, compiled.type)) {
      const [expected, found] = [field.type, compiled.type].map(formatType);
      throw new CompileError(
        `expected type of field '${spelled}' is '${expected}' but provided type is '${found}'`,
        value,
      );
    }
    return { jsonName: field.jsonName, run: compiled.run };
  }

  #list(items: readonly ASTNode[], scope: Scope | undefined): Compiled {
    const compiled = items.map((item) => this.compile(item, scope));
    const element = this.#commonType(compiled, items, { kind: 'param', name: 'E' });
    return {
      type: listOf(element),
      run: (frame) => {
        frame.spend.charge(LIST_COST);
        return new ArrayList(compiled.map(({ run }) => run(frame)));
      },
    };
  }

  #map(entries: readonly [ASTNode, ASTNode][], scope: Scope | undefined): Compiled {
    const keys = entries.map(([key]) => this.compile(key, scope));
    const values = entries.map(([, value]) => this.compile(value, scope));
    const nothing: CelType = { kind: 'param', name: 'E' };
    const keyType = this.#commonType(keys, entries.map(firstOf), nothing);
    const valueType = this.#commonType(values, entries.map(secondOf), nothing);
    return {
      type: mapOf(keyType, valueType),
      run: (frame) => {
        frame.spend.charge(MAP_COST);
        return mapFrom(
          keys.map((key, index) => [key.run(frame), values[index]?.run(frame) ?? null]),
        );
      },
    };
  }

  /** The one type of a literal's elements: Kubernetes refuses literals of mixed types, except of `dyn`. */
  #commonType(parts: readonly Compiled[], nodes: readonly ASTNode[], none: CelType): CelType {
    let common = none;
    for (const [index, { type }] of parts.entries()) {
      const joined = joinTypes(common, type) ?? (this.#allowsMixedLiterals ? DYN : undefined);
      if (!joined) {
        const message = `expected type '${formatType(common)}' but found '${formatType(type)}'`;
        throw new CompileError(message, nodes[index] as ASTNode);
      }
      common = joined;
    }
    return common;
  }

  #ternary(
    node: ASTNode,
    [test, whenTrue, whenFalse]: [ASTNode, ASTNode, ASTNode],
    scope: Scope | undefined,
  ): Compiled {
    const condition = this.boolean(test, scope);
    const yes = this.compile(whenTrue, scope);
    const no = this.compile(whenFalse, scope);
    const type = joinTypes(yes.type, no.type);
    if (!type) {
      const types = [BOOL, yes.type, no.type].map(formatType).join(', ');
      throw new CompileError(
        `found no matching overload for '_?_:_' applied to '(${types})'`,
        node,
      );
    }
    return {
      type,
      run: (frame) => {
        const chosen = condition.run(frame);
        if (typeof chosen !== 'boolean') throw noSuchOverload('_?_:_');
        return chosen ? yes.run(frame) : no.run(frame);
      },
    };
  }

  /** An operand that must be a boolean. */
  boolean(node: ASTNode, scope: Scope | undefined): Compiled {
    const compiled = this.compile(node, scope);
    if (!joinTypes(BOOL, compiled.type)) {
      throw new CompileError(`expected type 'bool' but found '${formatType(compiled.type)}'`, node);
    }
    return compiled;
  }

  #logical(
    node: ASTNode,
    [left, right]: [ASTNode, ASTNode],
    scope: Scope | undefined,
    deciding: boolean,
  ): Compiled {
    const a = this.compile(left, scope);
    const b = this.compile(right, scope);
    if (!joinTypes(BOOL, a.type) || !joinTypes(BOOL, b.type)) {
      const types = [a.type, b.type].map(formatType).join(', ');
      const name = deciding ? '_||_' : '_&&_';
      throw new CompileError(
        `found no matching overload for '${name}' applied to '(${types})'`,
        node,
      );
    }
    return { type: BOOL, run: (frame) => decide(a, b, frame, deciding) };
  }
}

const firstOf = ([key]: readonly [ASTNode, ASTNode]): ASTNode => key;
const secondOf = ([, value]: readonly [ASTNode, ASTNode]): ASTNode => value;

function operandsOf(node: ASTNode): ASTNode[] {
  return (Array.isArray(node.args) ? node.args : [node.args]) as ASTNode[];
}

/** `a.b.c` of a chain of names, or undefined for anything else. */
function pathOf(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args;
  if (node.op !== '.') return undefined;
  const prefix = pathOf(node.args[0]);
  return prefix === undefined ? undefined : `${prefix}.${node.args[1]}`;
}

function readLocal(frame: Frame, slot: number): CelValue {
  frame.spend.charge(1);
  return frame.locals[slot] as CelValue;
}

function readVariable(frame: Frame, name: string, type: CelType): CelValue {
  frame.spend.charge(1);
  const value = frame.bindings[name];
  if (value === undefined) throw new CelEvaluationError(`no such attribute(s): ${name}`);
  return fromJson(value, type);
}

function literal(value: Extract<ASTNode, { op: 'value' }>['args']): Compiled {
  return { type: typeOfLiteral(value), run: () => value };
}

function typeOfLiteral(value: Extract<ASTNode, { op: 'value' }>['args']): CelType {
  if (value === null) return NULL;
  if (value instanceof UnsignedInt) return UINT;
  if (value instanceof Uint8Array) return BYTES;
  const types = { string: STRING, bigint: INT, number: DOUBLE, boolean: BOOL };
  return types[typeof value as keyof typeof types];
}

/** @throws {CelEvaluationError} for a key twice. */
export function mapFrom(pairs: readonly (readonly [CelValue, CelValue])[]): EntriesMap {
  const map = new EntriesMap(pairs);
  if (map.size !== pairs.length) throw new CelEvaluationError('repeated map key in literal');
  return map;
}

/** An operand's outcome: its value, or the failure that the other operand may make irrelevant. */
function attempt(part: Compiled, frame: Frame): CelValue | CelEvaluationError {
  try {
    return part.run(frame);
  } catch (error) {
    if (error instanceof CelEvaluationError) return error;
    throw error;
  }
}

/** `||` and `&&`: one operand that decides makes a failure of the other irrelevant, in either order. */
function decide(a: Compiled, b: Compiled, frame: Frame, deciding: boolean): CelValue {
  const left = attempt(a, frame);
  if (left === deciding) return deciding;
  const right = attempt(b, frame);
  if (right === deciding) return deciding;
  for (const outcome of [left, right]) {
    if (outcome instanceof CelEvaluationError) throw outcome;
    if (typeof outcome !== 'boolean') throw noSuchOverload(deciding ? '_||_' : '_&&_');
  }
  return !deciding;
}
