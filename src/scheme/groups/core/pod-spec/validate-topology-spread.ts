import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../../field-error.ts';
import type { TopologySpreadConstraint } from '../../../generated/types/core-v1.ts';
import { validateLabelSelector } from '../../../label-selector.ts';
import { checkOneOf, checkQualifiedName } from '../../checks.ts';

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];
const POLICIES = ['Honor', 'Ignore'];
const MUST_BE_POSITIVE = 'must be greater than zero';

export function validateTopologySpread(
  constraints: readonly TopologySpreadConstraint[],
  path: string,
  errors: FieldError[],
): void {
  constraints.forEach((constraint, index) => {
    const at = `${path}[${index}]`;
    validateConstraint(constraint, at, errors);
    const { topologyKey, whenUnsatisfiable } = constraint;
    const repeated = constraints
      .slice(index + 1)
      .some(
        (one) => one.topologyKey === topologyKey && one.whenUnsatisfiable === whenUnsatisfiable,
      );
    if (!repeated) return;
    const field = `${at}.{topologyKey, whenUnsatisfiable}`;
    errors.push(duplicate(field, `{${topologyKey}, ${whenUnsatisfiable}}`));
  });
}

function validateConstraint(
  constraint: TopologySpreadConstraint,
  path: string,
  errors: FieldError[],
): void {
  const { maxSkew, minDomains, topologyKey, whenUnsatisfiable, labelSelector } = constraint;
  if (maxSkew <= 0) errors.push(invalid(`${path}.maxSkew`, maxSkew, MUST_BE_POSITIVE));
  if (!topologyKey) errors.push(required(`${path}.topologyKey`, 'can not be empty'));
  if (!ACTIONS.includes(whenUnsatisfiable)) {
    errors.push(notSupported(`${path}.whenUnsatisfiable`, whenUnsatisfiable, ACTIONS));
  }
  if (minDomains !== undefined) validateMinDomains(constraint, minDomains, path, errors);
  checkOneOf(constraint.nodeAffinityPolicy, POLICIES, `${path}.nodeAffinityPolicy`, errors);
  checkOneOf(constraint.nodeTaintsPolicy, POLICIES, `${path}.nodeTaintsPolicy`, errors);
  validateMatchLabelKeys(constraint, `${path}.matchLabelKeys`, errors);
  if (labelSelector) validateLabelSelector(labelSelector, `${path}.labelSelector`, errors);
}

function validateMinDomains(
  { whenUnsatisfiable }: TopologySpreadConstraint,
  minDomains: number,
  path: string,
  errors: FieldError[],
): void {
  const field = `${path}.minDomains`;
  if (minDomains <= 0) errors.push(invalid(field, minDomains, MUST_BE_POSITIVE));
  if (whenUnsatisfiable === 'DoNotSchedule') return;
  const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
  errors.push(invalid(field, minDomains, detail));
}

function validateMatchLabelKeys(
  { matchLabelKeys, labelSelector }: TopologySpreadConstraint,
  path: string,
  errors: FieldError[],
): void {
  if (!matchLabelKeys?.length) return;
  if (!labelSelector) {
    errors.push(forbiddenField(path, 'must not be specified when labelSelector is not set'));
  }
  matchLabelKeys.forEach((key, index) => {
    checkQualifiedName(key, `${path}[${index}]`, errors);
  });
}
