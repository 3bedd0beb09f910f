/**
 * The embedded PostgreSQL cannot start, and the user can do something about it: the message is one sentence that says
 * what is wrong and what to do.
 */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}
