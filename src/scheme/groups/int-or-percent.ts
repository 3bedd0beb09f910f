/** What a number of Pods, or a share of them, may be. */
import { type FieldError, invalid } from '../field-error.ts';
import { type IntOrString, percentOf } from '../int-or-string.ts';
import { MUST_NOT_BE_NEGATIVE } from '../metadata-validation.ts';
import { mismatch } from '../names.ts';

const PERCENT_RULE = mismatch(
  "a valid percent string must be a numeric string followed by an ending '%'",
  '[0-9]+%',
  '1%',
  '93%',
);

/** A number that is not negative, or a percentage. */
export function checkIntOrPercent(value: IntOrString, path: string, errors: FieldError[]): void {
  if (typeof value === 'string') {
    if (percentOf(value) === undefined) errors.push(invalid(path, value, PERCENT_RULE));
  } else if (value < 0) {
    errors.push(invalid(path, value, MUST_NOT_BE_NEGATIVE));
  }
}

/** A percentage has an end, a number has none. */
export function checkAtMostAll(value: IntOrString, path: string, errors: FieldError[]): void {
  if ((percentOf(value) ?? 0) > 100) {
    errors.push(invalid(path, value, 'must not be greater than 100%'));
  }
}

export const isZero = (value: IntOrString): boolean => (percentOf(value) ?? value) === 0;
