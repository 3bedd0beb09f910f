/** Suggestions farther than this many edits away are noise. */
const MAX_EDITS = 3;

/** The candidates closest to `input` by edit distance, best first, at most three; empty when none is close. */
export function didYouMean(input: string, candidates: Iterable<string>): string[] {
  const threshold = Math.min(MAX_EDITS, Math.max(1, Math.floor(input.length * 0.4)));
  const close: { candidate: string; edits: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const edits = editDistance(input.toLowerCase(), candidate.toLowerCase());
    if (edits <= threshold) close.push({ candidate, edits });
  }
  close.sort((a, b) => a.edits - b.edits || (a.candidate < b.candidate ? -1 : 1));
  return close.slice(0, 3).map(({ candidate }) => candidate);
}

/** `, did you mean "a" or "b"?`, or the empty string when nothing is close: made to follow a message. */
export function didYouMeanHint(input: string, candidates: Iterable<string>): string {
  const close = didYouMean(input, candidates).map((candidate) => `"${candidate}"`);
  return close.length === 0 ? '' : `, did you mean ${close.join(' or ')}?`;
}

/** Insertions, deletions, substitutions and swaps of neighbours, one edit each. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY;
      current[j] = Math.min(substitution, swap, at(last, j) + 1, at(current, j - 1) + 1);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] as number;
}
