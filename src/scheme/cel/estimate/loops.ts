/** What macros that go over a list or map may cost. Kubernetes writes them out as loops, and counts each part of those. */
import { LIST_COST, MAP_COST } from '../prices.ts';
import { type Estimate, type Estimated, sizeOf } from './estimate.ts';
import { exactly, plus, times } from './size.ts';

/** The units that a written-out loop costs beside its step. */
interface LoopPrice {
  /** Before and after all turns. */
  readonly base: number;
  readonly perTurn: number;
}

/** Reads the accumulator in the condition and in the step, and tests it. */
const ALL: LoopPrice = { base: 1, perTurn: 3 };
/** As `all`, with a negation. */
const EXISTS: LoopPrice = { base: 1, perTurn: 4 };
/** Adds one to the accumulator, and compares it in the end. */
const EXISTS_ONE: LoopPrice = { base: 2, perTurn: 2 };
/** Adds a list of one to the accumulator. */
const MAP: LoopPrice = { base: LIST_COST + 1, perTurn: LIST_COST + 2 };
/** As `map`, of the element itself. */
const FILTER: LoopPrice = { base: LIST_COST + 1, perTurn: LIST_COST + 3 };
/** Inserts under a key into the accumulator. */
const TRANSFORM_MAP: LoopPrice = { base: MAP_COST + 1, perTurn: 3 };

const LOOPS = {
  all: ALL,
  exists: EXISTS,
  existsOne: EXISTS_ONE,
  map: MAP,
  filter: FILTER,
  transformMap: TRANSFORM_MAP,
} as const;

/** The estimate of a loop over `range` with these `steps` in each turn. */
export function estimateLoop(
  kind: keyof typeof LOOPS,
  range: Estimated,
  steps: readonly (Estimated | undefined)[],
): Estimate {
  const { base, perTurn } = LOOPS[kind];
  const size = sizeOf(range);
  const turn = steps.reduce((sum, step) => plus(sum, step?.estimate.cost ?? 0), perTurn);
  const cost = plus(plus(range.estimate.cost, base), times(size.max, turn));
  const answersBool = kind === 'all' || kind === 'exists' || kind === 'existsOne';
  return { cost, size: answersBool ? exactly(1) : size };
}
