import type { FieldSet } from './field-set.ts';

/** Past it results are computed anew. */
const MAX_RESULTS = 4_096;

/**
 * An operation on two sets that remembers its results. Objects that are made and changed alike have the same sets, so that most
 * writes of a cluster compute none.
 */
export function memoizeByPair(
  operation: (set: FieldSet, other: FieldSet) => FieldSet,
): (set: FieldSet, other: FieldSet) => FieldSet {
  const results = new Map<FieldSet, Map<FieldSet, FieldSet>>();
  let count = 0;
  return (set, other) => {
    const known = results.get(set)?.get(other);
    if (known) return known;
    if (count++ >= MAX_RESULTS) {
      results.clear();
      count = 0;
    }
    const result = operation(set, other);
    const bySet = results.get(set) ?? new Map<FieldSet, FieldSet>();
    results.set(set, bySet.set(other, result));
    return result;
  };
}
