/** What tells two elements of a list apart: the element itself, or its merge key. */
export type Identify = (element: unknown) => unknown;

interface Ordering {
  readonly identify: Identify;
  /** Identities in the order that the patch asks for. */
  readonly wanted: readonly unknown[];
  /** Identities in the order that the target had. */
  readonly present: readonly unknown[];
}

/**
 * Puts the merged elements into the order that the patch wants. Elements that the patch does not know keep their places
 * relative to the ones around them, as far as that order allows.
 */
export function orderElements(
  elements: readonly unknown[],
  { identify, wanted, present }: Ordering,
): unknown[] {
  const wantedPlace = places(wanted);
  const presentPlace = places(present);
  const known = elements.filter((element) => wantedPlace.has(identify(element)));
  const others = elements.filter((element) => !wantedPlace.has(identify(element)));
  const placeIn = (index: Map<unknown, number>) => (a: unknown, b: unknown) =>
    (index.get(identify(a)) ?? index.size) - (index.get(identify(b)) ?? index.size);
  known.sort(placeIn(wantedPlace));
  others.sort(placeIn(presentPlace));
  return interleave(others, known, (other, one) => {
    const otherPlace = presentPlace.get(identify(other));
    const onePlace = presentPlace.get(identify(one));
    return otherPlace !== undefined && onePlace !== undefined && otherPlace < onePlace;
  });
}

function places(identities: readonly unknown[]): Map<unknown, number> {
  return new Map(identities.map((identity, place) => [identity, place]));
}

/** Joins two ordered lists, keeping the order within each. */
function interleave(
  left: readonly unknown[],
  right: readonly unknown[],
  isBefore: (left: unknown, right: unknown) => boolean,
): unknown[] {
  const joined: unknown[] = [];
  let next = 0;
  for (const element of right) {
    while (next < left.length && isBefore(left[next], element)) joined.push(left[next++]);
    joined.push(element);
  }
  return [...joined, ...left.slice(next)];
}
