import { type FieldError, invalid, required } from '../../field-error.ts';
import type { SuccessPolicy, SuccessPolicyRule } from '../../generated/types/batch-v1.ts';
import { validateNonNegative } from '../../metadata-validation.ts';
import { checkMaxBytes, checkMaxItems } from '../checks.ts';
import { countIndexes } from './index-intervals.ts';

const MAX_RULES = 20;
const MAX_INDEXES_BYTES = 64 * 1024;

/** Judges when an Indexed Job counts as successful before all its Pods have been. */
export function validateSuccessPolicy(
  { rules }: SuccessPolicy,
  completions: number,
  path: string,
  errors: FieldError[],
): void {
  const at = `${path}.rules`;
  if (rules.length === 0) {
    const detail = 'at least one rules must be specified when the successPolicy is specified';
    errors.push(required(at, detail));
  }
  checkMaxItems(rules, MAX_RULES, at, errors);
  rules.forEach((rule, index) => {
    validateRule(rule, completions, `${at}[${index}]`, errors);
  });
}

function validateRule(
  { succeededCount, succeededIndexes }: SuccessPolicyRule,
  completions: number,
  path: string,
  errors: FieldError[],
): void {
  if (succeededCount === undefined && succeededIndexes === undefined) {
    const detail = 'at least one of succeededCount or succeededIndexes must be specified';
    errors.push(required(path, detail));
  }
  let named: number | undefined;
  if (succeededIndexes !== undefined) {
    named = validateIndexes(succeededIndexes, completions, `${path}.succeededIndexes`, errors);
  }
  if (succeededCount === undefined) return;
  const field = `${path}.succeededCount`;
  validateNonNegative(succeededCount, field, errors);
  const atMost = (limit: number, what: string): void => {
    if (succeededCount <= limit) return;
    errors.push(
      invalid(
        field,
        succeededCount,
        `must be less than or equal to ${limit} (the number of ${what})`,
      ),
    );
  };
  atMost(completions, 'specified completions');
  if (named !== undefined) atMost(named, 'indexes in the specified succeededIndexes field');
}

function validateIndexes(
  text: string,
  completions: number,
  path: string,
  errors: FieldError[],
): number {
  checkMaxBytes(text, MAX_INDEXES_BYTES, path, errors);
  const count = countIndexes(text, completions);
  if (typeof count === 'number') return count;
  errors.push(invalid(path, text, `error parsing succeededIndexes: ${count}`));
  return 0;
}
