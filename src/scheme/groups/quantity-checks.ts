/** What amounts of resources may be. */
import { type FieldError, invalid } from '../field-error.ts';
import { MUST_NOT_BE_NEGATIVE } from '../metadata-validation.ts';
import { compareQuantities } from '../quantity.ts';

export function checkNonNegativeQuantity(
  quantity: string | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (quantity === undefined || compareQuantities(quantity, '0') >= 0) return;
  errors.push(invalid(path, quantity, MUST_NOT_BE_NEGATIVE));
}

export function checkPositiveQuantity(
  quantity: string | undefined,
  path: string,
  errors: FieldError[],
  detail = 'must be greater than zero',
): void {
  if (quantity === undefined || compareQuantities(quantity, '0') > 0) return;
  errors.push(invalid(path, quantity, detail));
}
