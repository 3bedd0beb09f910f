/** The value without members that are null, at any depth: clients write null where they have nothing to say. */
export function withoutNulls<T>(value: T): T {
  return drop(value) as T;
}

function drop(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(drop);
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([key, member]) => [key, drop(member)]));
}
