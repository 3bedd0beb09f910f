import { ApiError, badRequest, expired } from '../scheme/errors.ts';

/**
 * Outside this room a resourceVersion is an opaque string. In here it is a number: 2^53 versions last 14,000 years at
 * 20,000 writes a second, and numbers compare without allocating.
 *
 * @throws BadRequest for anything but a decimal number
 */
export function parseResourceVersion(text: string): number {
  const version = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(version)) {
    throw badRequest(`invalid resource version ${JSON.stringify(text)}: must be a decimal number`);
  }
  return version;
}

/** Kubernetes' answer to a version that has not been reached (yet). */
export function resourceVersionTooLarge(version: number, current: number): ApiError {
  return new ApiError('Timeout', `Too large resource version: ${version}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** Says what is gone, what is left and what to do. */
export function resourceVersionExpired(version: number, oldest: number): ApiError {
  return expired(
    `too old resource version: ${version} (oldest available: ${oldest}); list again, and watch from the version of that list`,
  );
}
