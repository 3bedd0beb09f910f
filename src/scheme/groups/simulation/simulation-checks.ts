import { parseGoDuration } from '../../duration.ts';
import { type FieldError, invalid } from '../../field-error.ts';
import type { Delay } from './types.ts';

/** More nodes than one simulation runs. */
export const MAX_REPLICAS = 20_000;

/** A duration as Go writes it, `30s`. @param isSigned Whether it may be negative. @default false */
export function checkDuration(
  text: string | undefined,
  path: string,
  errors: FieldError[],
  isSigned = false,
): void {
  if (text === undefined) return;
  const durationMs = parseGoDuration(text);
  if (durationMs === undefined) {
    errors.push(invalid(path, text, 'must be a duration, such as 30s or 1m30s'));
  } else if (durationMs < 0 && !isSigned) {
    errors.push(invalid(path, text, 'must not be negative'));
  }
}

export function checkDelay(delay: Delay | undefined, path: string, errors: FieldError[]): void {
  checkDuration(delay?.duration, `${path}.duration`, errors);
  checkDuration(delay?.jitter, `${path}.jitter`, errors);
}

export function checkRange(
  value: number | undefined,
  path: string,
  [least, most]: readonly [number, number],
  errors: FieldError[],
): void {
  if (value === undefined || (value >= least && value <= most)) return;
  errors.push(invalid(path, value, `must be between ${least} and ${most}, inclusive`));
}
