import type { ASTNode } from '@marcbachmann/cel-js';
import { CompileError } from './compile-error.ts';
import { CelEvaluationError, noSuchKey, noSuchOverload } from './errors.ts';
import { declaredInside, type Estimate, sumOfCosts } from './estimate/estimate.ts';
import { plus } from './estimate/size.ts';
import type { Compiled, Frame } from './node.ts';
import { type CelType, DYN, formatType, optionalOf } from './types.ts';
import { CelList, CelMap, CelOptional, type CelValue } from './values.ts';

interface Selection {
  /** Whether what is missing is answered with no value instead of a failure. */
  readonly isOptional: boolean;
  /** What Kubernetes takes for declared of parts of what the expression made. */
  readonly root: CelType | undefined;
}

function costOf(parts: readonly Compiled[], units: number): Estimate {
  return { cost: plus(sumOfCosts(parts), units) };
}

const FIELDS_COST: ReadonlySet<string> = new Set(['map', 'object', 'param']);

function estimateSelect(operand: Compiled, field: string, root: CelType | undefined): Estimate {
  const units = FIELDS_COST.has(operand.type.kind) ? 1 : 0;
  return {
    ...costOf([operand], units),
    declared: declaredInside(operand.estimate, { field }, root),
  };
}

/** `operand.field` and `operand.?field`. */
export function compileSelect(
  node: ASTNode,
  operand: Compiled,
  field: string,
  { isOptional, root }: Selection,
): Compiled {
  const type = fieldTypeOf(node, operand.type, field);
  const answersOptional = isOptional || operand.type.kind === 'optional';
  return {
    type: answersOptional ? optionalOf(type) : type,
    estimate: isOptional ? costOf([operand], 1) : estimateSelect(operand, field, root),
    run: (frame) => {
      const from = operand.run(frame);
      frame.spend.charge(1);
      if (isOptional || from instanceof CelOptional) return selectOptional(from, field);
      return selectField(from, field);
    },
  };
}

/** The type of a field. @throws {CompileError} where the operand's type has no such field. */
export function fieldTypeOf(node: ASTNode, type: CelType, field: string): CelType {
  switch (type.kind) {
    case 'dyn':
    case 'param':
      return DYN;
    case 'map':
      return type.value;
    case 'optional':
      return fieldTypeOf(node, type.value, field);
    case 'object': {
      const known = type.field(field);
      if (known) return known.type;
      throw new CompileError(`undefined field '${field}'`, node);
    }
    default:
      throw new CompileError(`type '${formatType(type)}' does not support field selection`, node);
  }
}

function selectField(from: CelValue, field: string): CelValue {
  if (!(from instanceof CelMap)) throw noSuchOverload(`select ${field}`);
  const value = from.get(field);
  if (value === undefined) throw noSuchKey(field);
  return value;
}

function selectOptional(from: CelValue, key: CelValue): CelOptional {
  const inner = from instanceof CelOptional ? from.value : from;
  if (inner === undefined) return CelOptional.NONE;
  const value = lookUp(inner, key);
  return value === undefined ? CelOptional.NONE : new CelOptional(value);
}

/** The value at `key`, or undefined when there is none. */
function lookUp(from: CelValue, key: CelValue): CelValue | undefined {
  if (from instanceof CelMap) return from.get(key);
  if (!(from instanceof CelList)) throw noSuchOverload('_[_]');
  const index = positionOf(key);
  return index >= 0 && index < from.size ? from.at(index) : undefined;
}

function positionOf(key: CelValue): number {
  if (typeof key === 'bigint') return Number(key);
  if (typeof key === 'number' && Number.isInteger(key)) return key;
  throw noSuchOverload('_[_]');
}

/** `operand[key]` and `operand[?key]`. */
export function compileIndex(
  node: ASTNode,
  operand: Compiled,
  key: Compiled,
  { isOptional, root }: Selection,
): Compiled {
  const type = elementTypeOf(node, operand.type, key.type);
  const answersOptional = isOptional || operand.type.kind === 'optional';
  const step = operand.type.kind === 'map' ? 'value' : 'item';
  const declared = answersOptional ? undefined : declaredInside(operand.estimate, step, root);
  return {
    type: answersOptional ? optionalOf(type) : type,
    estimate: { ...costOf([operand, key], 1), declared },
    run: (frame) => {
      const from = operand.run(frame);
      const at = key.run(frame);
      frame.spend.charge(1);
      if (isOptional || from instanceof CelOptional) return selectOptional(from, at);
      return indexed(from, at);
    },
  };
}

function elementTypeOf(node: ASTNode, type: CelType, key: CelType): CelType {
  const fits = (...kinds: string[]): boolean => ['dyn', 'param', ...kinds].includes(key.kind);
  if (type.kind === 'dyn' || type.kind === 'param') return DYN;
  if (type.kind === 'optional') return elementTypeOf(node, type.value, key);
  if (type.kind === 'list' && fits('int')) return type.element;
  if (type.kind === 'map' && (fits(type.key.kind) || type.key.kind === 'dyn')) return type.value;
  throw new CompileError(
    `found no matching overload for '_[_]' applied to '(${formatType(type)}, ${formatType(key)})'`,
    node,
  );
}

function indexed(from: CelValue, key: CelValue): CelValue {
  const value = lookUp(from, key);
  if (value !== undefined) return value;
  if (from instanceof CelMap) throw noSuchKey(key);
  throw new CelEvaluationError(`index out of bounds: ${String(key)}`);
}

/** `has(operand.field)`. */
export function compileHas(node: ASTNode, operand: Compiled, field: string): Compiled {
  fieldTypeOf(node, operand.type, field);
  return {
    type: { kind: 'bool' },
    estimate: costOf([operand], 0),
    run: (frame) => hasField(operand, field, frame),
  };
}

function hasField(operand: Compiled, field: string, frame: Frame): boolean {
  const from = operand.run(frame);
  frame.spend.charge(1);
  const inner = from instanceof CelOptional ? from.value : from;
  if (inner === undefined) return false;
  if (!(inner instanceof CelMap)) throw noSuchOverload(`has ${field}`);
  return inner.has(field);
}
