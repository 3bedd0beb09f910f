/** Suggestions farther than this many edits away are noise. */
const MAX_EDITS = 3;

/** The candidates closest to `input` by edit distance, best first, at most three; empty when none is close. */
export function didYouMean(input: string, candidates: Iterable<string>): string[] {
  const threshold = Math.min(MAX_EDITS, Math.max(1, Math.floor(input.length * 0.4)));
  const close: { candidate: string; edits: number }[] = [];
  for (const candidate of candidates) {
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

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min(
        substitution,
        (previous[j] as number) + 1,
        (current[j - 1] as number) + 1,
      );
    }
    previous = current;
  }
  return previous[b.length] as number;
}
