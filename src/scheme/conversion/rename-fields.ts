/** A copy of `object` in which the fields named by the keys of `names` have the names of its values. */
export function renameFields(
  object: object,
  names: ReadonlyMap<string, string>,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(object)) result[names.get(field) ?? field] = value;
  return result;
}

/** The same names the other way round. */
export function invertNames(names: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...names].map(([from, to]) => [to, from]));
}
