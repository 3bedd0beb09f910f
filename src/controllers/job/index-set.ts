/** Sets of completion indexes, as a Job's status and policies write them: `1,3-5,7`. All pure. */

interface Interval {
  readonly first: number;
  readonly last: number;
}

/** An immutable set of indexes, kept as ascending intervals that neither overlap nor touch. */
export class IndexSet {
  static readonly empty = new IndexSet([]);
  readonly #intervals: readonly Interval[];
  /** How many indexes are in it. */
  readonly size: number;

  private constructor(intervals: readonly Interval[]) {
    this.#intervals = intervals;
    this.size = intervals.reduce((total, { first, last }) => total + last - first + 1, 0);
  }

  static of(indexes: Iterable<number>): IndexSet {
    return fromIntervals([...indexes].map((index) => ({ first: index, last: index })));
  }

  /** The indexes of `text` below `completions`; parts that cannot be read are passed over. */
  static parse(text: string | undefined, completions: number): IndexSet {
    if (!text) return IndexSet.empty;
    const intervals = text.split(',').flatMap((part) => {
      const [first = Number.NaN, last = first] = part.split('-').map(Number);
      const end = Math.min(last, completions - 1);
      return first <= end ? [{ first, last: end }] : [];
    });
    return fromIntervals(intervals);
  }

  /** @internal For {@link fromIntervals}: `intervals` are in order already. */
  static ofOrdered(intervals: readonly Interval[]): IndexSet {
    return new IndexSet(intervals);
  }

  has(index: number): boolean {
    let low = 0;
    let high = this.#intervals.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#intervals[middle] as Interval).last < index) low = middle + 1;
      else high = middle;
    }
    const found = this.#intervals[low];
    return found !== undefined && found.first <= index;
  }

  union(other: IndexSet): IndexSet {
    return fromIntervals([...this.#intervals, ...other.#intervals]);
  }

  /** How many indexes are in both. */
  overlap(other: IndexSet): number {
    let total = 0;
    let mine = 0;
    let theirs = 0;
    while (mine < this.#intervals.length && theirs < other.#intervals.length) {
      const a = this.#intervals[mine] as Interval;
      const b = other.#intervals[theirs] as Interval;
      total += Math.max(0, Math.min(a.last, b.last) - Math.max(a.first, b.first) + 1);
      if (a.last <= b.last) mine++;
      if (b.last <= a.last) theirs++;
    }
    return total;
  }

  /** The `count` lowest indexes below `completions` that are not in it; fewer where there are not so many. */
  firstAbsent(count: number, completions: number): readonly number[] {
    const absent: number[] = [];
    let candidate = 0;
    for (const { first, last } of [...this.#intervals, { first: completions, last: completions }]) {
      const end = Math.min(first, completions);
      for (; candidate < end && absent.length < count; candidate++) absent.push(candidate);
      candidate = Math.max(candidate, last + 1);
    }
    return absent;
  }

  /** As Kubernetes writes it: two neighbours as `1,2`, more as `1-3`. */
  toString(): string {
    return this.#intervals
      .map(({ first, last }) => {
        if (first === last) return `${first}`;
        return last === first + 1 ? `${first},${last}` : `${first}-${last}`;
      })
      .join(',');
  }
}

function fromIntervals(intervals: readonly Interval[]): IndexSet {
  const merged: Interval[] = [];
  for (const next of [...intervals].sort((a, b) => a.first - b.first)) {
    const before = merged.at(-1);
    if (!before || next.first > before.last + 1) merged.push(next);
    else if (next.last > before.last) {
      merged[merged.length - 1] = { first: before.first, last: next.last };
    }
  }
  return IndexSet.ofOrdered(merged);
}
