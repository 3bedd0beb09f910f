import type { ASTNode } from '@marcbachmann/cel-js';
import { type CompileCalls, compileCall, compileOperator } from './compile-calls.ts';
import { CompileError } from './compile-error.ts';
import { compileList, compileLiteral, compileMap, compileNegative } from './compile-literals.ts';
import { compileLogical, compileTernary } from './compile-logic.ts';
import { CelEvaluationError, type CelIssue } from './errors.ts';
import { nameEstimate, sumOfCosts } from './estimate/estimate.ts';
import { plus } from './estimate/size.ts';
import type { FunctionTable } from './functions.ts';
import { fromJson } from './json.ts';
import { compileMacro } from './macros.ts';
import { type Compiled, type Frame, findLocal, type Scope } from './node.ts';
import { STRUCT_COST } from './prices.ts';
import { compileIndex, compileSelect } from './select.ts';
import { fieldNameOf } from './source.ts';
import { BOOL, type CelType, DYN, formatType, joinTypes, type ObjectType, TYPE } from './types.ts';
import { CelTypeValue, type CelValue, EntriesMap } from './values.ts';

export interface CompilerOptions {
  readonly functions: FunctionTable;
  readonly variables: Readonly<Record<string, CelType>>;
  /** The types that `Name{…}` constructs. */
  readonly constructors: Constructors;
  /** See {@link Compiler.root}. */
  readonly root: CelType | undefined;
}

/** Finds the types that `Name{…}` constructs. */
export interface Constructors {
  get(name: string): ObjectType | undefined;
}

/** A chain of operators is as deep as it is long; deeper ones would exhaust the stack. */
const MAX_DEPTH = 600;

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
  /** The type whose sizes Kubernetes takes for those of parts of what the expression made. */
  readonly root: CelType | undefined;
  readonly #variables: Readonly<Record<string, CelType>>;
  readonly #constructors: Constructors;
  /** The declared variables that the expression reads. */
  readonly references = new Set<string>();
  readonly issues: CelIssue[] = [];
  /** How deep in the expression the part is that is being compiled. */
  #depth = 0;
  /** Whether literals may mix types: those among the arguments of `format` may. */
  #allowsMixedLiterals = false;

  constructor({ functions, variables, constructors, root }: CompilerOptions) {
    this.functions = functions;
    this.root = root;
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
      return { type: DYN, estimate: { cost: 0 }, run: () => null };
    } finally {
      this.#depth--;
    }
  }

  #compileNode(node: ASTNode, scope: Scope | undefined): Compiled {
    switch (node.op) {
      case 'value':
        return compileLiteral(node.args);
      case 'id':
        return this.#identifier(node, node.args, scope);
      case '.':
      case '.?':
        return this.#select(node, scope);
      case '[]':
      case '[?]':
        return this.#index(node, scope);
      case 'list':
        return compileList(this, node.args, scope, this.#allowsMixedLiterals);
      case 'map':
        return compileMap(this, node.args, scope, this.#allowsMixedLiterals);
      case '?:':
        return compileTernary(this, node, node.args, scope);
      case '&&':
      case '||':
        return compileLogical(this, node, node.args, scope);
      case 'call':
        return (
          compileMacro(this, node, node.args[0], undefined, node.args[1], scope) ??
          compileCall(this, node, { name: node.args[0], args: node.args[1] }, scope)
        );
      case 'rcall':
        return this.#memberCall(node, node.args, scope);
      case '-_':
        return (
          compileNegative(node.args) ?? compileOperator(this, node, node.op, [node.args], scope)
        );
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
      const { slot, bounds } = local;
      const estimate = nameEstimate(bounds.declared, bounds.size);
      return { type: local.type, estimate, run: (frame) => readLocal(frame, slot) };
    }
    const type = Object.hasOwn(this.#variables, name) ? this.#variables[name] : undefined;
    if (type) {
      return this.#variable(name, type);
    }
    return this.#typeName(node, name);
  }

  #variable(name: string, type: CelType): Compiled {
    this.references.add(name);
    const declared = type.kind === 'optional' ? type.value : type;
    return {
      type,
      estimate: nameEstimate(declared),
      run: (frame) => readVariable(frame, name, type),
    };
  }

  #typeName(node: ASTNode, name: string): Compiled {
    const typeName = TYPE_NAMES.get(name) ?? this.#constructors.get(name)?.name;
    if (typeName === undefined) {
      throw new CompileError(`undeclared reference to '${name}' (in container '')`, node);
    }
    const value = new CelTypeValue(typeName);
    return { type: TYPE, estimate: nameEstimate(this.root), run: () => value };
  }

  #select(node: Extract<ASTNode, { op: '.' | '.?' }>, scope: Scope | undefined): Compiled {
    const [operand, spelled] = node.args;
    const path = this.#namespaceOf(node, scope);
    if (path !== undefined && TYPE_NAMES.has(path)) return this.#typeName(node, path);
    const qualified = this.#qualifiedVariable(node, scope);
    if (qualified) return qualified;
    const from = this.compile(operand, scope);
    const isOptional = node.op === '.?';
    return compileSelect(node, from, fieldNameOf(spelled), { isOptional, root: this.root });
  }

  /** A variable that is declared under a name with dots: `authorizer.requestResource`. */
  #qualifiedVariable(node: ASTNode, scope: Scope | undefined): Compiled | undefined {
    const path = pathOf(node);
    if (path === undefined || findLocal(scope, path.split('.', 1)[0] ?? '')) return undefined;
    const type = Object.hasOwn(this.#variables, path) ? this.#variables[path] : undefined;
    return type && this.#variable(path, type);
  }

  #index(node: Extract<ASTNode, { op: '[]' | '[?]' }>, scope: Scope | undefined): Compiled {
    const [operand, key] = node.args;
    const path = this.#namespaceOf(operand, scope);
    if (path !== undefined && key.op === 'map') return this.#construct(node, path, key.args, scope);
    const from = this.compile(operand, scope);
    const isOptional = node.op === '[?]';
    return compileIndex(node, from, this.compile(key, scope), { isOptional, root: this.root });
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
      estimate: { cost: plus(STRUCT_COST, sumOfCosts(fields)) },
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
    return { ...compiled, jsonName: field.jsonName };
  }

  /** An operand that must be a boolean. */
  boolean(node: ASTNode, scope: Scope | undefined): Compiled {
    const compiled = this.compile(node, scope);
    if (!joinTypes(BOOL, compiled.type)) {
      throw new CompileError(`expected type 'bool' but found '${formatType(compiled.type)}'`, node);
    }
    return compiled;
  }
}

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
