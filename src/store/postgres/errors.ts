import pg from 'pg';
import { toError } from '../../lib/errors.ts';
import { ApiError, isApiError, serviceUnavailable } from '../../scheme/errors.ts';

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const LOCK_NOT_AVAILABLE = '55P03';
const QUERY_CANCELED = '57014';
const ADMIN_SHUTDOWN = '57P01';
const CRASH_SHUTDOWN = '57P02';
const CANNOT_CONNECT_NOW = '57P03';
const DATABASE_DROPPED = '57P04';
const IDLE_SESSION_TIMEOUT = '57P05';
const TOO_MANY_CONNECTIONS = '53300';
const READ_ONLY_TRANSACTION = '25006';
const UNDEFINED_TABLE = '42P01';
/** Raised by `commit_writes`: another connection has taken over this writer. */
const WRITER_FENCED = 'OR001';

/** The server ends the session with these; whether its last statement took effect is unknown. */
const SESSION_ENDING = new Set([
  ADMIN_SHUTDOWN,
  CRASH_SHUTDOWN,
  CANNOT_CONNECT_NOW,
  DATABASE_DROPPED,
  IDLE_SESSION_TIMEOUT,
]);

/** The statement took no effect, and may work when repeated. */
const RETRYABLE = new Set([
  SERIALIZATION_FAILURE,
  DEADLOCK_DETECTED,
  LOCK_NOT_AVAILABLE,
  QUERY_CANCELED,
  TOO_MANY_CONNECTIONS,
  READ_ONLY_TRANSACTION,
]);

/** Classes whose cause may pass: connection exception, insufficient resources, operator intervention, system error. */
const RETRYABLE_CLASSES = new Set(['08', '53', '57', '58']);

/**
 * What a failed statement means for whoever sent it.
 *
 * - `lost`: the connection is gone; what the statement did is unknown.
 * - `fenced`: another session writes in our name; nothing was written.
 * - `retryable`: nothing was written; the same again may succeed.
 * - `refused`: nothing was written, and the same again would be refused again.
 */
export type FailureKind = 'lost' | 'fenced' | 'retryable' | 'refused';

export function classifyFailure(error: unknown): FailureKind {
  if (isApiError(error) || isMistake(error)) return 'refused';
  // Whatever is no answer of the server (a socket's error, the driver's own) leaves the answer unknown.
  if (!(error instanceof pg.DatabaseError) || error.code === undefined) return 'lost';
  if (SESSION_ENDING.has(error.code)) return 'lost';
  if (error.code === WRITER_FENCED) return 'fenced';
  const retryable = RETRYABLE.has(error.code) || RETRYABLE_CLASSES.has(error.code.slice(0, 2));
  return retryable ? 'retryable' : 'refused';
}

/** A fault of this program, which would only be repeated. */
function isMistake(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
}

/** The API's error for what PostgreSQL or its driver threw. */
export function translateError(thrown: unknown): ApiError {
  if (isApiError(thrown)) return thrown;
  const cause = toError(thrown);
  if (classifyFailure(cause) !== 'refused') {
    return serviceUnavailable(`PostgreSQL cannot be reached: ${cause.message}`, { cause });
  }
  if (cause instanceof pg.DatabaseError && cause.code === UNDEFINED_TABLE) {
    return serviceUnavailable(`the database is not migrated: ${cause.message}`, { cause });
  }
  return new ApiError(
    'InternalError',
    `PostgreSQL refused a statement: ${cause.message}`,
    undefined,
    {
      cause,
    },
  );
}
