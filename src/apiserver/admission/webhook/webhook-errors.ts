import {
  ApiError,
  badRequest,
  isStatusReason,
  STATUS_CODES,
  type StatusReason,
} from '../../../scheme/errors.ts';
import type { ReviewStatus } from './admission-review.ts';

/** Several reasons share a code: the one that admission means by it. */
const REASON_BY_CODE: ReadonlyMap<number, StatusReason> = new Map([
  ...Object.entries(STATUS_CODES).map(([reason, code]): [number, StatusReason] => [
    code,
    reason as StatusReason,
  ]),
  [409, 'Conflict'],
  [504, 'Timeout'],
]);

/** The webhook said no. */
export function deniedBy(
  webhookName: string,
  { code = 0, message, reason }: ReviewStatus,
): ApiError {
  const denied = `admission webhook "${webhookName}" denied the request`;
  const known = isStatusReason(reason) ? reason : undefined;
  const why = message || (reason ? reason : '');
  return new ApiError(
    known ?? REASON_BY_CODE.get(code) ?? 'BadRequest',
    why === '' ? `${denied} without explanation` : `${denied}: ${why}`,
  );
}

/** The webhook could not be asked, and is not to be ignored. */
export function failedCalling(webhookName: string, error: Error): ApiError {
  return new ApiError(
    'InternalError',
    `Internal error occurred: ${failureText(webhookName, error)}`,
    undefined,
    { cause: error },
  );
}

export function failureText(webhookName: string, error: Error): string {
  const invalid = error.name === 'ReviewError' ? 'received invalid webhook response: ' : '';
  return `failed calling webhook "${webhookName}": ${invalid}${error.message}`;
}

export function dryRunUnsupported(webhookName: string): ApiError {
  return badRequest(`admission webhook "${webhookName}" does not support dry run`);
}
