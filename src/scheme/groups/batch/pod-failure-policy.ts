import {
  duplicate,
  type FieldError,
  invalid,
  notSupported,
  required,
  tooMany,
} from '../../field-error.ts';
import type {
  JobSpec,
  PodFailurePolicy,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
} from '../../generated/types/batch-v1.ts';
import { checkMaxItems, checkQualifiedName } from '../checks.ts';

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];
const MAX_RULES = 20;
const MAX_EXIT_CODES = 255;
const MAX_CONDITIONS = 20;

/** Judges what a Job makes of failed Pods. */
export function validatePodFailurePolicy(
  { rules }: PodFailurePolicy,
  spec: JobSpec,
  path: string,
  errors: FieldError[],
): void {
  const at = `${path}.rules`;
  checkMaxItems(rules, MAX_RULES, at, errors);
  const { containers = [], initContainers = [] } = spec.template.spec ?? {};
  const names = new Set([...containers, ...initContainers].map(({ name }) => name));
  rules.forEach((rule, index) => {
    validateAction(rule, spec, `${at}[${index}].action`, errors);
    validateRule(rule, names, `${at}[${index}]`, errors);
  });
}

/** A word of a closed set, which is named where there is none. */
function requireNamed(
  value: string,
  supported: readonly string[],
  path: string,
  errors: FieldError[],
): void {
  const words = supported.map((word) => JSON.stringify(word)).join(' ');
  if (!value) errors.push(required(path, `valid values: [${words}]`));
  else if (!supported.includes(value)) errors.push(notSupported(path, value, supported));
}

function validateAction(
  { action }: PodFailurePolicyRule,
  { backoffLimitPerIndex }: JobSpec,
  path: string,
  errors: FieldError[],
): void {
  requireNamed(action, ACTIONS, path, errors);
  if (action === 'FailIndex' && backoffLimitPerIndex === undefined) {
    errors.push(invalid(path, action, 'requires the backoffLimitPerIndex to be set'));
  }
}

function validateRule(
  { onExitCodes, onPodConditions = [] }: PodFailurePolicyRule,
  names: ReadonlySet<string>,
  path: string,
  errors: FieldError[],
): void {
  if (onExitCodes) validateExitCodes(onExitCodes, names, `${path}.onExitCodes`, errors);
  validateConditions(onPodConditions, `${path}.onPodConditions`, errors);
  if (onExitCodes && onPodConditions.length > 0) {
    const detail = 'specifying both OnExitCodes and OnPodConditions is not supported';
    errors.push(invalid(path, '', detail));
  }
  if (!onExitCodes && onPodConditions.length === 0) {
    const detail = 'specifying one of OnExitCodes and OnPodConditions is required';
    errors.push(invalid(path, '', detail));
  }
}

function validateConditions(
  patterns: readonly PodFailurePolicyOnPodConditionsPattern[],
  path: string,
  errors: FieldError[],
): void {
  checkMaxItems(patterns, MAX_CONDITIONS, path, errors);
  patterns.forEach(({ type, status = '' }, index) => {
    checkQualifiedName(type, `${path}[${index}].type`, errors);
    requireNamed(status, STATUSES, `${path}[${index}].status`, errors);
  });
}

function validateExitCodes(
  { operator, containerName, values }: PodFailurePolicyOnExitCodesRequirement,
  names: ReadonlySet<string>,
  path: string,
  errors: FieldError[],
): void {
  requireNamed(operator, OPERATORS, `${path}.operator`, errors);
  if (containerName !== undefined && !names.has(containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalid(`${path}.containerName`, containerName, detail));
  }
  validateValues(values, operator, `${path}.values`, errors);
}

function validateValues(
  values: readonly number[],
  operator: string,
  path: string,
  errors: FieldError[],
): void {
  if (values.length === 0) {
    errors.push(invalid(path, values, 'at least one value is required'));
  } else if (values.length > MAX_EXIT_CODES) {
    errors.push(tooMany(path, values.length, MAX_EXIT_CODES));
  }
  const seen = new Set<number>();
  values.forEach((value, index) => {
    if (operator === 'In' && value === 0) {
      errors.push(invalid(`${path}[${index}]`, value, 'must not be 0 for the In operator'));
    }
    if (seen.has(value)) errors.push(duplicate(`${path}[${index}]`, value));
    seen.add(value);
  });
  const isOrdered = values.every((value, index) => value >= (values[index - 1] ?? value));
  if (!isOrdered) errors.push(invalid(path, values, 'must be ordered'));
}
