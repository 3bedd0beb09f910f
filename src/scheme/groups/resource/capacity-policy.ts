/** How much of a device's capacity one claim may ask for. */
import { type FieldError, forbiddenField, invalid, required } from '../../field-error.ts';
import type {
  CapacityRequestPolicy,
  CapacityRequestPolicyRange,
} from '../../generated/types/resource-v1.ts';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
} from '../../quantity.ts';
import { checkSet } from './device-checks.ts';

const MAX_VALUES = 10;

export function validateRequestPolicy(
  policy: CapacityRequestPolicy,
  capacity: string,
  path: string,
  errors: FieldError[],
): void {
  const { validValues = [], validRange, default: chosen } = policy;
  if (validValues.length > 0 && validRange) {
    const detail =
      'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time';
    errors.push(forbiddenField(path, detail));
    return;
  }
  const way = validValues.length > 0 ? 'validValues' : validRange ? 'validRange' : undefined;
  if (!way) return;
  if (chosen === undefined) {
    errors.push(required(`${path}.default`, `required when ${way} is defined`));
  } else if (validRange) {
    validateRange(validRange, { chosen, capacity }, `${path}.validRange`, errors);
  } else {
    validateValues(validValues, { chosen, capacity }, `${path}.validValues`, errors);
  }
}

interface Bounds {
  readonly chosen: string;
  readonly capacity: string;
}

const shown = canonicalQuantity;

function validateValues(
  values: readonly string[],
  { chosen, capacity }: Bounds,
  path: string,
  errors: FieldError[],
): void {
  values.forEach((value, index) => {
    const before = values[index - 1];
    if (before === undefined || compareQuantities(before, value) <= 0) return;
    const detail = 'values must be sorted in ascending order';
    errors.push(invalid(`${path}[${index}]`, shown(value), detail));
  });
  checkSet(values, MAX_VALUES, path, errors, {
    check: (value, at) => {
      if (compareQuantities(value, capacity) <= 0) return;
      const detail = `option is larger than capacity value: ${shown(capacity)}`;
      errors.push(invalid(at, shown(value), detail));
    },
    key: (value) => `${parseQuantity(value).nano}`,
  });
  if (values.some((value) => compareQuantities(value, chosen) === 0)) return;
  const detail = 'default value is not valid according to the requestPolicy';
  errors.push(invalid(path, shown(chosen), detail));
}

const isMore = (a: string, b: string): boolean => compareQuantities(a, b) > 0;

function validateRange(
  { min, max, step }: CapacityRequestPolicyRange,
  { chosen, capacity }: Bounds,
  path: string,
  errors: FieldError[],
): void {
  const refuse = (member: string, value: string, rule: string, than: string): void => {
    errors.push(invalid(`${path}.${member}`, shown(value), `${rule}: ${shown(than)}`));
  };
  if (isMore(min, capacity)) refuse('min', min, 'min is larger than capacity value', capacity);
  if (isMore(min, chosen)) refuse('default', chosen, 'default is less than min', min);
  if (max !== undefined) {
    if (isMore(min, max)) refuse('max', min, 'min is larger than max', max);
    if (isMore(max, capacity)) refuse('max', max, 'max is larger than capacity value', capacity);
    if (isMore(chosen, max)) refuse('default', chosen, 'default is more than max', max);
  }
  if (step === undefined) return;
  const values = max === undefined ? [chosen] : [chosen, max];
  validateStep(step, { min, capacity, values }, `${path}.step`, errors);
}

interface Steps {
  readonly min: string;
  readonly capacity: string;
  /** What must be some steps away from `min`. */
  readonly values: readonly string[];
}

function validateStep(
  step: string,
  { min, capacity, values }: Steps,
  field: string,
  errors: FieldError[],
): void {
  const { nano } = parseQuantity(step);
  if (nano <= 0n) {
    errors.push(invalid(field, shown(step), 'must be greater than zero'));
    return;
  }
  const first = addQuantities(min, step);
  if (compareQuantities(first, capacity) > 0) {
    const detail = `one step ${formatQuantity(first)} is larger than capacity value: ${shown(capacity)}`;
    errors.push(invalid(field, shown(step), detail));
  }
  for (const value of values) {
    if ((parseQuantity(value).nano - parseQuantity(min).nano) % nano === 0n) continue;
    const detail = `value is not a multiple of a given step (${shown(step)}) from (${shown(min)})`;
    errors.push(invalid(field, shown(value), detail));
  }
}
