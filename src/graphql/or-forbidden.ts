import { type ApiError, isApiError } from '../scheme/errors.ts';

/**
 * What `read` gives, or the refusal when the caller may not have it: as an item of a list, GraphQL shows that as null with the
 * error at its place, and the other items stay.
 */
export async function orForbidden<T>(read: Promise<T>): Promise<T | ApiError> {
  try {
    return await read;
  } catch (thrown) {
    if (isApiError(thrown, 'Forbidden')) return thrown;
    throw thrown;
  }
}
