/** How fast an autoscaler may go up and down. */
import { type FieldError, invalid, required } from '../../field-error.ts';
import type {
  HorizontalPodAutoscalerBehavior,
  HPAScalingPolicy,
  HPAScalingRules,
} from '../../generated/types/autoscaling-v2.ts';
import { compareQuantities, quantityError } from '../../quantity.ts';
import { checkOneOf, checkPositive } from '../checks.ts';

const SELECT_POLICIES = ['Disabled', 'Max', 'Min'];
const POLICY_TYPES = ['Percent', 'Pods'];
const MAX_STABILIZATION_SECONDS = 3600;
const MAX_PERIOD_SECONDS = 1800;
const DEFAULT_PERIOD_SECONDS = 15;

/** Up: by four Pods or by all there are, whichever is more. */
const upPolicies = (): HPAScalingPolicy[] => [
  { type: 'Pods', value: 4, periodSeconds: DEFAULT_PERIOD_SECONDS },
  { type: 'Percent', value: 100, periodSeconds: DEFAULT_PERIOD_SECONDS },
];

/** Down: to nothing at once, if the stabilization window allows. */
const downPolicies = (): HPAScalingPolicy[] => [
  { type: 'Percent', value: 100, periodSeconds: DEFAULT_PERIOD_SECONDS },
];

/** Whoever says something of one direction gets the defaults of both. */
export function applyScalingDefaults(behavior: HorizontalPodAutoscalerBehavior): void {
  behavior.scaleUp ??= {};
  behavior.scaleUp.stabilizationWindowSeconds ??= 0;
  behavior.scaleUp.selectPolicy ??= 'Max';
  behavior.scaleUp.policies ??= upPolicies();
  behavior.scaleDown ??= {};
  behavior.scaleDown.selectPolicy ??= 'Max';
  behavior.scaleDown.policies ??= downPolicies();
}

export function validateBehavior(
  { scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior,
  path: string,
  errors: FieldError[],
): void {
  if (scaleUp) validateRules(scaleUp, `${path}.scaleUp`, errors);
  if (scaleDown) validateRules(scaleDown, `${path}.scaleDown`, errors);
}

function validateRules(rules: HPAScalingRules, path: string, errors: FieldError[]): void {
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules;
  const field = `${path}.stabilizationWindowSeconds`;
  if (window !== undefined && window < 0) {
    errors.push(invalid(field, window, 'must be greater than or equal to zero'));
  }
  checkAtMost(window, MAX_STABILIZATION_SECONDS, field, errors);
  checkOneOf(selectPolicy, SELECT_POLICIES, `${path}.selectPolicy`, errors);
  if (policies.length === 0) {
    errors.push(required(`${path}.policies`, 'must specify at least one Policy'));
  }
  policies.forEach((policy, index) => {
    validatePolicy(policy, `${path}.policies[${index}]`, errors);
  });
  if (tolerance === undefined || quantityError(tolerance)) return;
  if (compareQuantities(tolerance, '0') < 0) {
    errors.push(invalid(`${path}.tolerance`, tolerance, 'must be greater or equal to zero'));
  }
}

function validatePolicy(
  { type, value, periodSeconds }: HPAScalingPolicy,
  path: string,
  errors: FieldError[],
): void {
  checkOneOf(type, POLICY_TYPES, `${path}.type`, errors);
  checkPositive(value, `${path}.value`, errors, 'must be greater than zero');
  checkPositive(periodSeconds, `${path}.periodSeconds`, errors, 'must be greater than zero');
  checkAtMost(periodSeconds, MAX_PERIOD_SECONDS, `${path}.periodSeconds`, errors);
}

function checkAtMost(
  value: number | undefined,
  max: number,
  path: string,
  errors: FieldError[],
): void {
  if (value === undefined || value <= max) return;
  errors.push(invalid(path, value, `must be less than or equal to ${max}`));
}
