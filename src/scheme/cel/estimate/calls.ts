/** What calls of functions and operators may cost, and how large their answers may be. */
import { CHECK_COST, COST_PER_CHARACTER, COST_PER_PATTERN_CHARACTER } from '../prices.ts';
import type { CelType } from '../types.ts';
import {
  declaredInside,
  declaredSize,
  type Estimate,
  type Estimated,
  sizeOf,
  sumOfCosts,
} from './estimate.ts';
import {
  addSizes,
  exactly,
  multiplySizes,
  plus,
  priced,
  type SizeRange,
  times,
  UNKNOWN_SIZE,
  unionSizes,
  upTo,
} from './size.ts';

/** An overload that a call may turn out to be. */
export interface Candidate {
  readonly name: string;
  readonly args: readonly CelType[];
  readonly result: CelType;
}

/** Of the call alone, without its arguments. */
interface CallEstimate {
  readonly cost: number;
  readonly size?: SizeRange | undefined;
}

type Pricing = (args: readonly Estimated[], candidate: Candidate) => CallEstimate;

/** The estimate of a call that may turn out to be any of `candidates`. */
export function estimateCall(
  candidates: readonly Candidate[],
  args: readonly Estimated[],
): Estimate {
  const calls = candidates.map((candidate) => priceOf(candidate)(args, candidate));
  const cost = Math.max(...calls.map((call) => call.cost));
  const sizes = calls.flatMap(({ size }) => (size ? [size] : []));
  return {
    cost: plus(cost, sumOfCosts(args)),
    size: sizes.length === 0 ? undefined : sizes.reduce(unionSizes),
  };
}

function priceOf({ name }: Candidate): Pricing {
  return PRICES.get(name) ?? ONE;
}

const ONE: Pricing = () => ({ cost: 1 });

const sizeAt = (args: readonly Estimated[], index: number): SizeRange => {
  const arg = args[index];
  return arg ? sizeOf(arg) : UNKNOWN_SIZE;
};

const reading = (size: SizeRange): number => priced(size.max, COST_PER_CHARACTER);

/** Reads the argument at `index` once. */
const readsOne =
  (index: number): Pricing =>
  (args) => ({ cost: reading(sizeAt(args, index)) });

/** Makes a text that is no longer than its first argument. */
const readsAndKeeps: Pricing = (args) => {
  const size = sizeAt(args, 0);
  return { cost: reading(size), size };
};

const isText = (type: CelType | undefined): boolean =>
  type?.kind === 'string' || type?.kind === 'bytes';

const add: Pricing = (args, candidate) => {
  const [type] = candidate.args;
  if (type?.kind !== 'list' && !isText(type)) return { cost: 1 };
  const size = addSizes(sizeAt(args, 0), sizeAt(args, 1));
  return { cost: type?.kind === 'list' ? 1 : reading(size), size };
};

/** Comparing two values reads no further than the shorter one. */
const equality: Pricing = (args) => ({
  cost: priced(Math.min(sizeAt(args, 0).max, sizeAt(args, 1).max), COST_PER_CHARACTER),
});

const order: Pricing = (args, candidate) =>
  isText(candidate.args[0]) ? equality(args, candidate) : { cost: 1 };

const membership: Pricing = (args, candidate) => ({
  cost: candidate.args[1]?.kind === 'list' ? sizeAt(args, 1).max : 1,
});

const contains: Pricing = (args) => ({
  cost: times(reading(sizeAt(args, 0)), reading(sizeAt(args, 1))),
});

/** A pattern costs even on an empty text. */
const matching: Pricing = (args) => ({
  cost: times(
    priced(plus(sizeAt(args, 0).max, 1), COST_PER_CHARACTER),
    priced(sizeAt(args, 1).max, COST_PER_PATTERN_CHARACTER),
  ),
});

const finding: Pricing = (args, candidate) => ({
  ...matching(args, candidate),
  size: upTo(sizeAt(args, 0).max),
});

/** Looks at each element once, and reads it where it is a text. */
const overElements: Pricing = (args) => {
  const [list] = args;
  if (list?.type.kind !== 'list') return { cost: reading(sizeAt(args, 0)) };
  const element = isText(list.type.element) ? reading(elementSize(list)) : 0;
  return { cost: times(sizeOf(list).max, plus(1, element)) };
};

function elementSize({ estimate }: Estimated): SizeRange {
  const declared = estimate.declared && declaredInside(estimate, 'item', undefined);
  return declaredSize(declared) ?? UNKNOWN_SIZE;
}

const replace: Pricing = (args) => {
  const [text, from, to] = [sizeAt(args, 0), sizeAt(args, 1), sizeAt(args, 2)];
  const size = addSizes(multiplySizes(replacements(text, from, to), to), retained(text, from, to));
  return { cost: priced(text.max, 2 * COST_PER_CHARACTER), size };
};

/** How often a replacement may happen: where nothing is replaced, around each character. */
function replacements(text: SizeRange, from: SizeRange, to: SizeRange): SizeRange {
  if (from.min === 0) return upTo(plus(text.max, 1));
  return upTo(to.max <= from.min ? 0 : Math.ceil(text.max / from.min));
}

function retained(text: SizeRange, from: SizeRange, to: SizeRange): SizeRange {
  return upTo(from.min === 0 || to.max <= from.min ? text.max : 0);
}

const split: Pricing = (args) => {
  const limit = args[2]?.estimate.literal ?? -1;
  const text = sizeAt(args, 0);
  return {
    cost: priced(text.max, 2 * COST_PER_CHARACTER),
    size: upTo(limit >= 0 ? limit : text.max),
  };
};

const join: Pricing = (args) => {
  const [list] = args;
  if (!list) return { cost: 1 };
  const count = sizeOf(list);
  const texts = multiplySizes(count, elementSize(list));
  const between = { min: Math.max(count.min - 1, 0), max: Math.max(count.max - 1, 0) };
  const separators = args[1] ? multiplySizes(sizeOf(args[1]), between) : exactly(0);
  const size = addSizes(texts, separators);
  return { cost: reading(size), size };
};

const format: Pricing = (args) => {
  const text = sizeAt(args, 0);
  return { cost: reading(text), size: addSizes(text, sizeAt(args, 1)) };
};

const quote: Pricing = (args) => {
  const { min, max } = sizeAt(args, 0);
  return { cost: reading({ min, max }), size: { min: plus(min, 2), max: plus(times(max, 2), 2) } };
};

/** A character has up to four bytes. */
const toBytes: Pricing = (args, candidate) => {
  if (candidate.args[0]?.kind !== 'string') return { cost: 1 };
  const { min, max } = sizeAt(args, 0);
  return { cost: reading({ min, max }), size: { min, max: times(max, 4) } };
};

const toText: Pricing = (args, candidate) => {
  if (candidate.args[0]?.kind !== 'bytes') return { cost: 1 };
  const { min, max } = sizeAt(args, 0);
  return { cost: reading({ min, max }), size: { min: Math.floor(min / 4), max } };
};

/** Compares each element of one list with each of the other, `passes` times. */
const crossing =
  (passes: number): Pricing =>
  (args) => ({ cost: plus(1, priced(times(sizeAt(args, 0).max, sizeAt(args, 1).max), passes)) });

/** The bytes of an address, compared with as many of a network. */
const ADDRESS_COST = 4;
const NETWORK_COST = ADDRESS_COST + 3;

const inNetwork =
  (cost: number): Pricing =>
  (args, candidate) => ({
    cost: plus(cost, candidate.args[1]?.kind === 'string' ? reading(sizeAt(args, 1)) : 0),
  });

/** No format of names has a longer pattern. */
const MAX_FORMAT_PATTERN_LENGTH = 128;

const validate: Pricing = (args) => ({
  cost: times(
    reading(sizeAt(args, 1)),
    priced(MAX_FORMAT_PATTERN_LENGTH, COST_PER_PATTERN_CHARACTER),
  ),
});

const unchanged: Pricing = (args) => ({ cost: 1, size: sizeAt(args, 0) });

const rearranged: Pricing = (args) => {
  const size = sizeAt(args, 0);
  return { cost: plus(1, size.max), size: upTo(size.max) };
};

const distinct: Pricing = (args) => {
  const { max } = sizeAt(args, 0);
  return { cost: plus(1, times(max, max)), size: upTo(max) };
};

const sort: Pricing = (args, candidate) => {
  const { max } = sizeAt(args, 0);
  const rounds = Math.ceil(Math.log2(max + 1)) + 1;
  return { cost: times(overElements(args, candidate).cost, rounds), size: upTo(max) };
};

const range: Pricing = (args) => {
  const count = args[0]?.estimate.literal;
  const size = count === undefined ? UNKNOWN_SIZE : upTo(Math.max(count, 0));
  return { cost: plus(1, size.max), size };
};

const COMPARISONS = ['_<_', '_<=_', '_>_', '_>=_'];
const OVER_ELEMENTS = ['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf'];
const KEEPING = ['lowerAscii', 'upperAscii', 'substring', 'trim', 'jsonpatch.escapeKey'];

/** Of all other functions a call costs one. */
const PRICES: ReadonlyMap<string, Pricing> = new Map<string, Pricing>([
  ['_+_', add],
  ['_==_', equality],
  ['_!=_', equality],
  ...COMPARISONS.map((name) => [name, order] as const),
  ['@in', membership],
  ['dyn', unchanged],
  ['contains', contains],
  ['startsWith', readsOne(1)],
  ['endsWith', readsOne(1)],
  ['matches', matching],
  ['find', finding],
  ['findAll', finding],
  ...OVER_ELEMENTS.map((name) => [name, overElements] as const),
  ...KEEPING.map((name) => [name, readsAndKeeps] as const),
  ['url', readsOne(0)],
  ['replace', replace],
  ['split', split],
  ['join', join],
  ['format', format],
  ['strings.quote', quote],
  ['bytes', toBytes],
  ['string', toText],
  ['sets.contains', crossing(1)],
  ['sets.intersects', crossing(1)],
  ['sets.equivalent', crossing(2)],
  ['containsIP', inNetwork(ADDRESS_COST)],
  ['containsCIDR', inNetwork(NETWORK_COST)],
  ['check', () => ({ cost: CHECK_COST })],
  ['fieldSelector', readsOne(1)],
  ['labelSelector', readsOne(1)],
  ['validate', validate],
  ['reverse', rearranged],
  ['slice', rearranged],
  ['flatten', (args) => ({ cost: plus(1, sizeAt(args, 0).max) })],
  ['distinct', distinct],
  ['sort', sort],
  ['lists.range', range],
]);
