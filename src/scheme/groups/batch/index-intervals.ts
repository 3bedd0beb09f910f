/** Sets of indexes as Jobs write them: `1,3-5,7`, ascending, below the number of completions. */

/** How many indexes there are, or a text that says what is wrong. */
export function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0;
  let total = 0;
  let last: number | undefined;
  for (const part of text.split(',')) {
    const interval = readInterval(part, completions);
    if (typeof interval === 'string') return interval;
    const { first, end } = interval;
    if (last !== undefined && last >= first) return nonIncreasing(last, first);
    total += end - first + 1;
    last = end;
  }
  return total;
}

const nonIncreasing = (previous: number, current: number): string =>
  `non-increasing order, previous: ${previous}, current: ${current}`;

interface Interval {
  readonly first: number;
  readonly end: number;
}

function readInterval(text: string, completions: number): Interval | string {
  const limits = text.split('-');
  if (limits.length > 2) {
    return `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  }
  const first = readIndex(limits[0] as string, completions);
  if (typeof first === 'string' || limits[1] === undefined) {
    return typeof first === 'string' ? first : { first, end: first };
  }
  const end = readIndex(limits[1], completions);
  if (typeof end === 'string') return end;
  return first >= end ? nonIncreasing(first, end) : { first, end };
}

function readIndex(text: string, completions: number): number | string {
  if (!/^\d+$/.test(text)) {
    return `cannot convert string to integer for index: ${JSON.stringify(text)}`;
  }
  const index = Number(text);
  return index >= completions ? `too large index: ${JSON.stringify(text)}` : index;
}

/** The first index that is in both sets; parts that cannot be read are passed over. */
export function firstShared(one: string, other: string, completions: number): number | undefined {
  const others = intervalsOf(other, completions);
  for (const { first, end } of intervalsOf(one, completions)) {
    const overlap = others.find((each) => first <= each.end && each.first <= end);
    if (overlap) return Math.max(first, overlap.first);
  }
  return undefined;
}

function intervalsOf(text: string, completions: number): Interval[] {
  if (text === '') return [];
  return text
    .split(',')
    .map((part) => readInterval(part, completions))
    .filter((interval) => typeof interval !== 'string');
}
