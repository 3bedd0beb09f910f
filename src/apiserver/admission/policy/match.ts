import type { MatchResources } from '../../../scheme/generated/types/admissionregistration-v1.ts';
import type { ResourceDefinition } from '../../../scheme/resource.ts';
import { matchRules } from '../matching/rules.ts';
import { matchesSelectors } from '../matching/selectors.ts';
import type { AdmissionRequest } from '../plugin.ts';

/**
 * The version in which the constraints want to see the request, or undefined when they do not match it. Where a binding
 * names no rules, those of its policy stand.
 */
export function matchResources(
  constraints: MatchResources | undefined,
  request: AdmissionRequest,
): ResourceDefinition | undefined {
  if (!constraints) return request.requestResource;
  const { resourceRules, excludeResourceRules = [], matchPolicy = 'Equivalent' } = constraints;
  if (!matchesSelectors(constraints, request)) return undefined;
  if (matchRules(excludeResourceRules, matchPolicy, request)) return undefined;
  if (!resourceRules?.length) return request.requestResource;
  return matchRules(resourceRules, matchPolicy, request);
}
