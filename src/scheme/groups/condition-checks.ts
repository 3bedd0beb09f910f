/** What `metav1.Condition`s must be, in the status of whatever kind. */
import { type FieldError, invalid, required } from '../field-error.ts';
import type { Condition } from '../generated/types/meta-v1.ts';
import { mismatch } from '../names.ts';
import { checkMaxBytes, checkOneOf, checkQualifiedName, checkUnique } from './checks.ts';

const STATUSES = ['False', 'True', 'Unknown'];
const MAX_REASON_BYTES = 1024;
const MAX_MESSAGE_BYTES = 32 * 1024;

const REASON = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const IS_REASON = new RegExp(`^${REASON}$`);
const REASON_RULE = mismatch(
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
  REASON,
  'my_name',
  'MY_NAME',
  'MyName',
  'ReasonA,ReasonB',
  'ReasonA:ReasonB',
);

export function checkConditions(
  conditions: readonly Condition[] | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (!conditions) return;
  checkUnique(
    conditions.map(({ type }) => type),
    (index) => `${path}[${index}].type`,
    errors,
  );
  conditions.forEach((condition, index) => {
    checkCondition(condition, `${path}[${index}]`, errors);
  });
}

function checkCondition(condition: Condition, path: string, errors: FieldError[]): void {
  const { type, status, observedGeneration = 0, lastTransitionTime, reason, message } = condition;
  checkQualifiedName(type, `${path}.type`, errors);
  checkOneOf(status, STATUSES, `${path}.status`, errors);
  if (observedGeneration < 0) {
    const detail = 'must be greater than or equal to zero';
    errors.push(invalid(`${path}.observedGeneration`, observedGeneration, detail));
  }
  if (!lastTransitionTime) errors.push(required(`${path}.lastTransitionTime`, 'must be set'));
  if (!reason) errors.push(required(`${path}.reason`, 'must be set'));
  else {
    if (!IS_REASON.test(reason)) errors.push(invalid(`${path}.reason`, reason, REASON_RULE));
    checkMaxBytes(reason, MAX_REASON_BYTES, `${path}.reason`, errors);
  }
  checkMaxBytes(message ?? '', MAX_MESSAGE_BYTES, `${path}.message`, errors);
}
