import { type FieldError, invalid } from '../../field-error.ts';
import type { PodDisruptionBudget } from '../../generated/types/policy-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateLabelSelector } from '../../label-selector.ts';
import { checkCounts, checkOneOf } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { checkConditions } from '../condition-checks.ts';
import { checkAtMostAll, checkIntOrPercent } from '../int-or-percent.ts';
import { WITH_STATUS } from '../status.ts';

const EVICTION_POLICIES = ['AlwaysAllow', 'IfHealthyBudget'];
const COUNTS = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const;

function validate({ spec = {} }: PodDisruptionBudget): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    errors.push(invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const member of ['minAvailable', 'maxUnavailable'] as const) {
    const value = spec[member];
    if (value === undefined) continue;
    checkIntOrPercent(value, `spec.${member}`, errors);
    checkAtMostAll(value, `spec.${member}`, errors);
  }
  if (spec.selector) validateLabelSelector(spec.selector, 'spec.selector', errors);
  const field = 'spec.unhealthyPodEvictionPolicy';
  checkOneOf(spec.unhealthyPodEvictionPolicy, EVICTION_POLICIES, field, errors);
  return errors;
}

/** policy/PodDisruptionBudget. */
export const podDisruptionBudgetStrategy: KindStrategy<PodDisruptionBudget> = {
  ...WITH_STATUS,
  validate,
  validateStatusUpdate({ status }) {
    const errors: FieldError[] = [];
    if (!status) return errors;
    checkConditions(status.conditions, 'status.conditions', errors);
    checkCounts(status, COUNTS, 'status', errors);
    return errors;
  },
  printerColumns: [
    nameColumn,
    {
      name: 'Min Available',
      description: 'How many Pods must stay available.',
      cell: ({ spec }) => `${spec?.minAvailable ?? 'N/A'}`,
    },
    {
      name: 'Max Unavailable',
      description: 'How many Pods may be unavailable.',
      cell: ({ spec }) => `${spec?.maxUnavailable ?? 'N/A'}`,
    },
    {
      name: 'Allowed Disruptions',
      type: 'integer',
      description: 'How many Pods may be evicted now.',
      cell: ({ status }) => status?.disruptionsAllowed ?? 0,
    },
    ageColumn,
  ],
};
