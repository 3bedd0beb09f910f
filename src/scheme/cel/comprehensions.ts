import type { ASTNode } from '@marcbachmann/cel-js';
import { CompileError } from './compile-error.ts';
import { CelEvaluationError, noSuchOverload } from './errors.ts';
import { declaredInside } from './estimate/estimate.ts';
import { estimateLoop } from './estimate/loops.ts';
import { bindLocal, type Compiled, type Frame, type Scope } from './node.ts';
import { FORGIVEN_COST } from './prices.ts';
import { BOOL, type CelType, DYN, formatType, INT, listOf, mapOf } from './types.ts';
import { ArrayList, CelList, CelMap, type CelValue, EntriesMap } from './values.ts';

/** `range.macro(names…, filter?, step)`. */
export interface Comprehension {
  readonly compiler: {
    compile(node: ASTNode, scope: Scope | undefined): Compiled;
    boolean(node: ASTNode, scope: Scope | undefined): Compiled;
    /** What Kubernetes takes for declared of elements that the expression made. */
    readonly root: CelType | undefined;
  };
  readonly node: ASTNode;
  readonly scope: Scope | undefined;
  readonly range: Compiled;
  /** One name: elements of a list, keys of a map. Two: index and element, key and value. */
  readonly names: readonly string[];
  readonly filter: ASTNode | undefined;
  readonly step: ASTNode;
}

interface Loop {
  readonly range: Compiled;
  readonly inner: Scope;
  readonly isPair: boolean;
}

function loopOf({ range, names, node, scope, compiler: { root } }: Comprehension): Loop {
  const [key, value] = rangeTypes(range.type, node, names.length === 2);
  const [first = '', second] = names;
  const isMap = (range.estimate.declared ?? range.type).kind === 'map';
  const keyStep = isMap ? 'key' : second === undefined ? 'item' : 'index';
  const one = bindLocal(scope, first, key, {
    declared: declaredInside(range.estimate, keyStep, root),
  });
  const valueStep = isMap ? 'value' : 'item';
  const inner =
    second === undefined
      ? one
      : bindLocal(one, second, value, {
          declared: declaredInside(range.estimate, valueStep, root),
        });
  return { range, inner, isPair: second !== undefined };
}

/** The types of the variables: of one name, the first. */
function rangeTypes(type: CelType, node: ASTNode, isPair: boolean): [CelType, CelType] {
  if (type.kind === 'dyn' || type.kind === 'param') return [DYN, DYN];
  if (type.kind === 'list') return isPair ? [INT, type.element] : [type.element, DYN];
  if (type.kind === 'map') return [type.key, type.value];
  if (type.kind === 'object') return [{ kind: 'string' }, DYN];
  const words = 'cannot be range of a comprehension (must be list, map, or dynamic)';
  throw new CompileError(`expression of type '${formatType(type)}' ${words}`, node);
}

/** Sets the variables to each element in turn; each turn costs one. `visit` answers true to go on. */
function iterate({ range, inner, isPair }: Loop, frame: Frame, visit: () => boolean): void {
  for (const [key, value] of pairsOf(range.run(frame), isPair)) {
    frame.spend.charge(1);
    if (isPair) {
      frame.locals[inner.slot - 1] = key;
      frame.locals[inner.slot] = value;
    } else {
      frame.locals[inner.slot] = key;
    }
    if (!visit()) return;
  }
}

function* pairsOf(range: CelValue, isPair: boolean): Iterable<[CelValue, CelValue]> {
  if (range instanceof CelList) {
    for (let index = 0; index < range.size; index++) {
      yield isPair ? [BigInt(index), range.at(index)] : [range.at(index), null];
    }
    return;
  }
  if (!(range instanceof CelMap)) throw noSuchOverload('comprehension');
  for (const key of range.keys()) yield [key, isPair ? (range.get(key) ?? null) : null];
}

function isTrue(part: Compiled, frame: Frame): boolean {
  const value = part.run(frame);
  if (typeof value !== 'boolean') throw noSuchOverload('comprehension predicate');
  return value;
}

/** `all`, `exists` and `existsOne`. The first two forgive a failed element when another decides. */
export function compileComprehension(
  written: Comprehension,
  kind: 'all' | 'exists' | 'existsOne',
): Compiled {
  const loop = loopOf(written);
  const predicate = written.compiler.boolean(written.step, loop.inner);
  const estimate = estimateLoop(kind, loop.range, [predicate]);
  if (kind === 'existsOne') {
    return { type: BOOL, estimate, run: (frame) => countMatches(loop, predicate, frame) === 1 };
  }
  const deciding = kind === 'exists';
  return { type: BOOL, estimate, run: (frame) => quantify(loop, predicate, deciding, frame) };
}

function countMatches(loop: Loop, predicate: Compiled, frame: Frame): number {
  let count = 0;
  iterate(loop, frame, () => {
    if (isTrue(predicate, frame)) count++;
    return true;
  });
  return count;
}

function quantify(loop: Loop, predicate: Compiled, deciding: boolean, frame: Frame): boolean {
  let failure: CelEvaluationError | undefined;
  let isDecided = false;
  iterate(loop, frame, () => {
    try {
      isDecided = isTrue(predicate, frame) === deciding;
    } catch (error) {
      if (!(error instanceof CelEvaluationError)) throw error;
      frame.spend.charge(FORGIVEN_COST);
      failure ??= error;
    }
    return !isDecided;
  });
  if (isDecided) return deciding;
  if (failure) throw failure;
  return !deciding;
}

export function compileFilter(written: Comprehension): Compiled {
  const loop = loopOf(written);
  const predicate = written.compiler.boolean(written.step, loop.inner);
  const { slot } = loop.inner;
  return {
    type: listOf(loop.inner.type),
    estimate: estimateLoop('filter', loop.range, [predicate]),
    run: (frame) => {
      const kept: CelValue[] = [];
      iterate(loop, frame, () => {
        if (isTrue(predicate, frame)) kept.push(frame.locals[slot] as CelValue);
        return true;
      });
      return new ArrayList(kept);
    },
  };
}

/** `map` and `transformList`: a list of what the step answers, of the elements that the filter keeps. */
export function compileMap(written: Comprehension): Compiled {
  const { loop, filter, step } = transformOf(written);
  return {
    type: listOf(step.type),
    estimate: estimateLoop('map', loop.range, [filter, step]),
    run: (frame) => {
      const results: CelValue[] = [];
      iterate(loop, frame, () => {
        if (!filter || isTrue(filter, frame)) results.push(step.run(frame));
        return true;
      });
      return new ArrayList(results);
    },
  };
}

/** `transformMap` keeps each key; `transformMapEntry` answers a map of one entry that says the key too. */
export function compileTransformMap(written: Comprehension, answersEntries: boolean): Compiled {
  const { loop, filter, step } = transformOf(written);
  const keySlot = loop.inner.slot - 1;
  const keyType = loop.inner.outer?.type ?? DYN;
  return {
    type: answersEntries ? step.type : mapOf(keyType, step.type),
    estimate: estimateLoop('transformMap', loop.range, [filter, step]),
    run: (frame) => {
      const entries: (readonly [CelValue, CelValue])[] = [];
      iterate(loop, frame, () => {
        if (filter && !isTrue(filter, frame)) return true;
        const key = frame.locals[keySlot] as CelValue;
        const answer = step.run(frame);
        entries.push(...(answersEntries ? entriesOf(answer) : [[key, answer] as const]));
        return true;
      });
      return distinctMap(entries);
    },
  };
}

function distinctMap(entries: readonly (readonly [CelValue, CelValue])[]): EntriesMap {
  const map = new EntriesMap(entries);
  if (map.size !== entries.length)
    throw new CelEvaluationError('insert failed: key already exists');
  return map;
}

function entriesOf(value: CelValue): (readonly [CelValue, CelValue])[] {
  if (!(value instanceof CelMap)) throw noSuchOverload('transformMapEntry');
  return Array.from(value.keys(), (key) => [key, value.get(key) ?? null] as const);
}

function transformOf(written: Comprehension): {
  loop: Loop;
  filter: Compiled | undefined;
  step: Compiled;
} {
  const loop = loopOf(written);
  const { compiler } = written;
  const filter = written.filter && compiler.boolean(written.filter, loop.inner);
  return { loop, filter, step: compiler.compile(written.step, loop.inner) };
}
