/** The error in whatever was thrown: `catch` gives `unknown`, and libraries do throw strings. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** For what cannot happen: throws when it does, so that a wrong assumption is seen where it is made. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant violated: ${message}`);
}
