import { type FieldError, forbiddenField } from '../../field-error.ts';
import type { PriorityClass } from '../../generated/types/scheduling-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateImmutable } from '../../metadata-validation.ts';
import { requireOneOf } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';

const POLICIES = ['PreemptLowerPriority', 'Never'];
/** What is above belongs to the system. */
const HIGHEST_USER_PRIORITY = 1_000_000_000;
const SYSTEM_PREFIX = 'system-';
const SYSTEM_CLASSES: ReadonlyMap<string, number> = new Map([
  ['system-node-critical', 2_000_001_000],
  ['system-cluster-critical', 2_000_000_000],
]);

function validate({ metadata, value, globalDefault, preemptionPolicy }: PriorityClass) {
  const errors: FieldError[] = [];
  const { name = '' } = metadata;
  if (name.startsWith(SYSTEM_PREFIX)) {
    const problem = systemClassProblem(name, value ?? 0, globalDefault ?? false);
    if (problem) {
      const detail = `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: ${problem}`;
      errors.push(forbiddenField('metadata.name', detail));
    }
  } else if ((value ?? 0) > HIGHEST_USER_PRIORITY) {
    const detail = `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`;
    errors.push(forbiddenField('value', detail));
  }
  requireOneOf(preemptionPolicy, POLICIES, 'preemptionPolicy', errors);
  return errors;
}

function systemClassProblem(
  name: string,
  value: number,
  globalDefault: boolean,
): string | undefined {
  const expected = SYSTEM_CLASSES.get(name);
  if (expected === undefined) return `${name} is not a known system priority class`;
  if (value !== expected) return `value of ${name} PriorityClass must be ${expected}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

/** scheduling.k8s.io/PriorityClass. */
export const priorityClassStrategy: KindStrategy<PriorityClass> = {
  applyDefaults(priorityClass) {
    priorityClass.preemptionPolicy ??= 'PreemptLowerPriority';
  },
  validate,
  validateUpdate(next, current) {
    const errors: FieldError[] = [];
    if ((next.value ?? 0) !== (current.value ?? 0)) {
      errors.push(forbiddenField('value', 'may not be changed in an update.'));
    }
    validateImmutable(next.preemptionPolicy, current.preemptionPolicy, 'preemptionPolicy', errors);
    return errors;
  },
  printerColumns: [
    nameColumn,
    {
      name: 'Value',
      type: 'integer',
      description: 'The priority: higher goes first.',
      cell: ({ value }) => value ?? 0,
    },
    {
      name: 'Global-Default',
      type: 'boolean',
      description: 'Whether it holds for Pods that name no class.',
      cell: ({ globalDefault = false }) => globalDefault,
    },
    ageColumn,
    {
      name: 'PreemptionPolicy',
      description: 'Whether Pods of it may drive out others.',
      cell: ({ preemptionPolicy }) => preemptionPolicy ?? '',
    },
  ],
};
