import { ApiError } from '../../scheme/errors.ts';

/**
 * Nothing is left to give.
 * @param what In Kubernetes' words: `serviceIP`, `nodePort`
 * @param remedy What makes room, beside deleting a Service.
 */
export function usedUp(what: string, remedy: string): ApiError {
  return new ApiError(
    'InternalError',
    `Internal error occurred: failed to allocate a ${what}: range is full; delete a Service that needs none, or ${remedy}`,
  );
}
