/** Which objects a quota counts, beside those of its namespace. */
import { type FieldError, invalid, required } from '../../field-error.ts';
import type {
  ResourceQuotaSpec,
  ScopedResourceSelectorRequirement,
} from '../../generated/types/core-v1.ts';
import { isQuotaResource } from './pod-spec/resource-names.ts';

const PODS = ['pods'];
const POD_RESOURCES = [
  ...PODS,
  'cpu',
  'memory',
  'limits.cpu',
  'limits.memory',
  'requests.cpu',
  'requests.memory',
];
const CLAIM_RESOURCES = ['persistentvolumeclaims', 'requests.storage'];

/** What can be counted of the objects in each scope. */
const SCOPES: ReadonlyMap<string, readonly string[]> = new Map([
  ['Terminating', POD_RESOURCES],
  ['NotTerminating', POD_RESOURCES],
  ['BestEffort', PODS],
  ['NotBestEffort', POD_RESOURCES],
  ['PriorityClass', POD_RESOURCES],
  ['CrossNamespacePodAffinity', POD_RESOURCES],
  ['VolumeAttributesClass', CLAIM_RESOURCES],
]);

/** Scopes that an object is in or not: they take no values. */
const PLAIN_SCOPES = new Set([
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'CrossNamespacePodAffinity',
]);

const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

const conflict = (scopes: readonly string[]): boolean =>
  CONFLICTS.some((pair) => pair.every((scope) => scopes.includes(scope)));

/** Why the scope cannot be one of a quota over `hard`. */
function scopeProblem(scope: string, { hard }: ResourceQuotaSpec): string | undefined {
  const counted = SCOPES.get(scope);
  if (!counted) return 'unsupported scope';
  const isCounted = (name: string): boolean => !isQuotaResource(name) || counted.includes(name);
  return Object.keys(hard ?? {}).every(isCounted)
    ? undefined
    : 'unsupported scope applied to resource';
}

export function validateScopes(spec: ResourceQuotaSpec, path: string, errors: FieldError[]): void {
  const { scopes = [] } = spec;
  for (const scope of scopes) {
    const problem = scopeProblem(scope, spec);
    if (problem) errors.push(invalid(path, scopes, problem));
  }
  if (conflict(scopes)) errors.push(invalid(path, scopes, 'conflicting scopes'));
}

export function validateScopeSelector(
  spec: ResourceQuotaSpec,
  path: string,
  errors: FieldError[],
): void {
  const { matchExpressions = [] } = spec.scopeSelector ?? {};
  for (const requirement of matchExpressions) {
    const problem = scopeProblem(requirement.scopeName, spec);
    if (problem) errors.push(invalid(`${path}.scopeName`, requirement.scopeName, problem));
    validateOperator(requirement, path, errors);
  }
  const scopes = matchExpressions.map(({ scopeName }) => scopeName);
  if (conflict(scopes)) errors.push(invalid(path, scopes, 'conflicting scopes'));
}

function validateOperator(
  { scopeName, operator, values = [] }: ScopedResourceSelectorRequirement,
  path: string,
  errors: FieldError[],
): void {
  if (PLAIN_SCOPES.has(scopeName) && operator !== 'Exists') {
    const detail =
      "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
    errors.push(invalid(`${path}.operator`, operator, detail));
  }
  switch (operator) {
    case 'In':
    case 'NotIn': {
      if (values.length > 0) break;
      const detail =
        "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
      errors.push(required(`${path}.values`, detail));
      break;
    }
    case 'Exists':
    case 'DoesNotExist': {
      if (values.length === 0) break;
      const detail =
        "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
      errors.push(invalid(`${path}.values`, values, detail));
      break;
    }
    default:
      errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  }
}
