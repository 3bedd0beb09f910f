import type { ASTNode } from '@marcbachmann/cel-js';
import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { CompileError } from './compile-error.ts';
import { CelEvaluationError } from './errors.ts';
import { type Estimate, sumOfCosts } from './estimate/estimate.ts';
import { exactly, plus } from './estimate/size.ts';
import type { Compiled, Scope } from './node.ts';
import { LIST_COST, MAP_COST } from './prices.ts';
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
  STRING,
  UINT,
} from './types.ts';
import { ArrayList, EntriesMap } from './values.ts';

/** The type of an empty literal's elements: any that is asked for. */
const UNBOUND: CelType = { kind: 'param', name: 'E' };

interface CompileParts {
  compile(node: ASTNode, scope: Scope | undefined): Compiled;
}

type LiteralValue = Extract<ASTNode, { op: 'value' }>['args'];

export function compileLiteral(value: LiteralValue): Compiled {
  return {
    type: typeOfLiteral(value),
    estimate: estimateOfLiteral(value),
    literal: value,
    run: () => value,
  };
}

/** `-1`: a minus before a number that is spelled out belongs to the number. Undefined for all else. */
export function compileNegative(operand: ASTNode): Compiled | undefined {
  const value = operand.op === 'value' ? operand.args : undefined;
  return typeof value === 'number' || typeof value === 'bigint'
    ? compileLiteral(-value)
    : undefined;
}

function estimateOfLiteral(value: LiteralValue): Estimate {
  if (typeof value === 'string') return { cost: 0, size: exactly(Array.from(value).length) };
  if (value instanceof Uint8Array) return { cost: 0, size: exactly(value.length) };
  const literal = typeof value === 'bigint' ? Number(value) : undefined;
  return { cost: 0, size: exactly(1), literal };
}

function typeOfLiteral(value: LiteralValue): CelType {
  if (value === null) return NULL;
  if (value instanceof UnsignedInt) return UINT;
  if (value instanceof Uint8Array) return BYTES;
  const types = { string: STRING, bigint: INT, number: DOUBLE, boolean: BOOL };
  return types[typeof value as keyof typeof types];
}

/** `[a, b]`. @param mixes whether the elements may be of several types */
export function compileList(
  compiler: CompileParts,
  items: readonly ASTNode[],
  scope: Scope | undefined,
  mixes: boolean,
): Compiled {
  const parts = items.map((item) => compiler.compile(item, scope));
  return {
    type: listOf(commonType(parts, items, mixes)),
    estimate: { cost: plus(LIST_COST, sumOfCosts(parts)), size: exactly(parts.length) },
    run: (frame) => {
      frame.spend.charge(LIST_COST);
      return new ArrayList(parts.map(({ run }) => run(frame)));
    },
  };
}

/** `{key: value}`. @param mixes whether keys, and values, may be of several types */
export function compileMap(
  compiler: CompileParts,
  entries: readonly (readonly [ASTNode, ASTNode])[],
  scope: Scope | undefined,
  mixes: boolean,
): Compiled {
  const keyNodes = entries.map(([key]) => key);
  const valueNodes = entries.map(([, value]) => value);
  const keys = keyNodes.map((node) => compiler.compile(node, scope));
  const values = valueNodes.map((node) => compiler.compile(node, scope));
  return {
    type: mapOf(commonType(keys, keyNodes, mixes), commonType(values, valueNodes, mixes)),
    estimate: {
      cost: plus(MAP_COST, sumOfCosts([...keys, ...values])),
      size: exactly(keys.length),
    },
    run: (frame) => {
      frame.spend.charge(MAP_COST);
      const map = new EntriesMap(
        keys.map((key, index) => [key.run(frame), values[index]?.run(frame) ?? null]),
      );
      if (map.size === keys.length) return map;
      throw new CelEvaluationError('repeated map key in literal');
    },
  };
}

/** The one type of a literal's elements: Kubernetes refuses literals of mixed types, except of `dyn`. */
function commonType(
  parts: readonly Compiled[],
  nodes: readonly ASTNode[],
  mixes: boolean,
): CelType {
  let common = UNBOUND;
  for (const [index, { type }] of parts.entries()) {
    const joined = joinTypes(common, type) ?? (mixes ? DYN : undefined);
    if (!joined) {
      const message = `expected type '${formatType(common)}' but found '${formatType(type)}'`;
      throw new CompileError(message, nodes[index] as ASTNode);
    }
    common = joined;
  }
  return common;
}
