import {
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../../field-error.ts';
import type { Taint, Toleration } from '../../../generated/types/core-v1.ts';
import { labelValueProblems } from '../../../names.ts';
import { checkQualifiedName } from '../../checks.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const OPERATORS = ['Equal', 'Exists'];

export function validateTolerations(
  tolerations: readonly Toleration[],
  path: string,
  errors: FieldError[],
): void {
  tolerations.forEach((toleration, index) => {
    validateToleration(toleration, `${path}[${index}]`, errors);
  });
}

function validateToleration(toleration: Toleration, path: string, errors: FieldError[]): void {
  const { key, operator = '', effect = '', tolerationSeconds } = toleration;
  if (key) checkQualifiedName(key, `${path}.key`, errors);
  else if (operator !== 'Exists') {
    const detail =
      'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalid(`${path}.operator`, operator, detail));
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
    errors.push(invalid(`${path}.effect`, effect, detail));
  }
  validateOperator(toleration, `${path}.operator`, errors);
  if (effect && !EFFECTS.includes(effect)) {
    errors.push(notSupported(`${path}.effect`, effect, EFFECTS));
  }
}

function validateOperator(
  { operator = 'Equal', value = '' }: Toleration,
  path: string,
  errors: FieldError[],
): void {
  if (operator === 'Equal') {
    const problems = labelValueProblems(value);
    if (problems.length > 0) errors.push(invalid(path, value, problems.join(';')));
  } else if (operator !== 'Exists') {
    errors.push(notSupported(path, operator, OPERATORS));
  } else if (value) {
    errors.push(invalid(path, value, "value must be empty when `operator` is 'Exists'"));
  }
}

/** On update tolerations may be added, and a time may change; none may go. */
export function validateTolerationsUpdate(
  next: readonly Toleration[],
  current: readonly Toleration[],
  path: string,
  errors: FieldError[],
): void {
  const kept = current.every((old) => next.some((one) => sameToleration(one, old)));
  if (kept) return;
  const detail = 'existing toleration can not be modified except its tolerationSeconds';
  errors.push(forbiddenField(path, detail));
}

function sameToleration(a: Toleration, b: Toleration): boolean {
  return (
    a.key === b.key && a.operator === b.operator && a.value === b.value && a.effect === b.effect
  );
}

/** Judges the taints of a Node. */
export function validateTaints(taints: readonly Taint[], path: string, errors: FieldError[]): void {
  const seen = new Set<string>();
  taints.forEach((taint, index) => {
    const { key, value = '', effect } = taint;
    const at = `${path}[${index}]`;
    checkQualifiedName(key, `${at}.key`, errors);
    const problems = labelValueProblems(value);
    if (problems.length > 0) errors.push(invalid(`${at}.value`, value, problems.join(';')));
    if (!effect) errors.push(required(`${at}.effect`));
    else if (!EFFECTS.includes(effect)) errors.push(notSupported(`${at}.effect`, effect, EFFECTS));
    if (seen.has(`${effect}/${key}`)) {
      const detail = 'taints must be unique by key and effect pair';
      errors.push({ type: 'FieldValueDuplicate', field: at, value: taint, detail });
    }
    seen.add(`${effect}/${key}`);
  });
}
