import { ApiError } from '../../scheme/errors.ts';

/** A range has nothing left to give. */
export function usedUp(what: string, field: string): ApiError {
  return new ApiError(
    'InternalError',
    `failed to allocate ${field}: all ${what} of the range are in use; delete a Service, or give this one ${what} of its own`,
  );
}
