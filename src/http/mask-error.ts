import { randomUUID } from 'node:crypto';
import { toError } from '../lib/errors.ts';
import type { LogFields, Logger } from '../lib/logger.ts';
import { ApiError } from '../scheme/errors.ts';

/** What clients see of an error that nobody foresaw: an id, under which the log has the rest. */
export interface MaskedError {
  readonly errorId: string;
  readonly message: string;
}

/** Logs the error whole and returns what may be told of it. */
export function maskError(logger: Logger, thrown: unknown, fields: LogFields = {}): MaskedError {
  const errorId = randomUUID();
  logger.error('unexpected error in a request', { ...fields, error: toError(thrown), errorId });
  return { errorId, message: `Internal server error; the server's log has it as ${errorId}` };
}

/** The error itself where it is the API's, and otherwise an InternalError in its place. */
export function toApiError(logger: Logger, thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  return new ApiError('InternalError', maskError(logger, thrown).message);
}
