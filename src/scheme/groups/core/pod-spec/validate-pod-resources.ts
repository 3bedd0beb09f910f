/** Resources and claims of the Pod as a whole. */
import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalid,
  required,
} from '../../../field-error.ts';
import type { PodResourceClaim, PodSpec } from '../../../generated/types/core-v1.ts';
import { canonicalQuantity, compareQuantities, quantityError } from '../../../quantity.ts';
import { amountOf, containerAmounts } from '../../../resources-of-pod.ts';
import { checkDnsLabel, checkDnsSubdomain } from '../../checks.ts';
import { validateResources } from './validate-resources.ts';

export function validatePodResources(
  spec: PodSpec,
  path: string,
  errors: FieldError[],
  claimNames: ReadonlySet<string>,
): void {
  const { resources } = spec;
  if (!resources) return;
  if (resources.claims) {
    const detail = 'claims cannot be set for Resources at pod-level';
    errors.push(forbiddenField(`${path}.claims`, detail));
  }
  validateResources(resources, path, errors, { scope: 'pod', claimNames });
  // Sums and comparisons need amounts that are quantities.
  if (!quantitiesAreSound(spec)) return;
  checkRequestsCoverContainers(spec, path, errors);
  checkLimitsCoverContainers(spec, path, errors);
}

function quantitiesAreSound({ resources, containers = [], initContainers = [] }: PodSpec): boolean {
  return [{ resources }, ...containers, ...initContainers].every((holder) =>
    [holder.resources?.limits, holder.resources?.requests].every((list) =>
      Object.values(list ?? {}).every((quantity) => !quantityError(quantity)),
    ),
  );
}

function checkRequestsCoverContainers(spec: PodSpec, path: string, errors: FieldError[]): void {
  const sums = containerAmounts(spec, 'requests');
  for (const name in sums) {
    const asked = spec.resources?.requests?.[name] ?? '0';
    const sum = sums[name] as number;
    if (sum <= amountOf(name, asked)) continue;
    const shown = canonicalQuantity(name === 'cpu' ? `${sum}m` : `${sum}`);
    const detail = `must be greater than or equal to aggregate container requests of ${shown}`;
    errors.push(invalid(`${path}.requests[${name}]`, canonicalQuantity(asked), detail));
  }
}

function checkLimitsCoverContainers(spec: PodSpec, path: string, errors: FieldError[]): void {
  spec.containers.forEach(({ resources }, index) => {
    for (const name in resources?.limits) {
      const limit = resources?.limits?.[name] as string;
      const ofPod = spec.resources?.limits?.[name];
      if (ofPod === undefined || compareQuantities(limit, ofPod) <= 0) continue;
      const field = `${path}.containers[${index}][${name}].limits`;
      const detail = `must be less than or equal to pod limits of ${canonicalQuantity(ofPod)}`;
      errors.push(invalid(field, canonicalQuantity(limit), detail));
    }
  });
}

/** Judges the claims that a Pod brings, and gives their names. */
export function validateResourceClaims(
  claims: readonly PodResourceClaim[],
  path: string,
  errors: FieldError[],
): ReadonlySet<string> {
  const names = new Set<string>();
  claims.forEach((claim, index) => {
    const at = `${path}[${index}]`;
    if (!claim.name) errors.push(required(`${at}.name`));
    else if (names.has(claim.name)) errors.push(duplicate(`${at}.name`, claim.name));
    else checkDnsLabel(claim.name, `${at}.name`, errors);
    names.add(claim.name);
    validateClaimSource(claim, at, errors);
  });
  names.delete('');
  return names;
}

function validateClaimSource(claim: PodResourceClaim, path: string, errors: FieldError[]): void {
  const { resourceClaimName: name, resourceClaimTemplateName: template } = claim;
  if (name !== undefined && template !== undefined) {
    const detail =
      'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
    errors.push(invalid(path, claim, detail));
  }
  if (name === undefined && template === undefined) {
    const detail = 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`';
    errors.push(invalid(path, claim, detail));
  }
  if (name !== undefined) checkDnsSubdomain(name, `${path}.resourceClaimName`, errors);
  if (template !== undefined) {
    checkDnsSubdomain(template, `${path}.resourceClaimTemplateName`, errors);
  }
}
