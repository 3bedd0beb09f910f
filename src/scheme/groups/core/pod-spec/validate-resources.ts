import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalid,
  required,
} from '../../../field-error.ts';
import type { ResourceRequirements } from '../../../generated/types/core-v1.ts';
import { MUST_NOT_BE_NEGATIVE } from '../../../metadata-validation.ts';
import {
  canonicalQuantity,
  compareQuantities,
  parseQuantity,
  quantityError,
  quantityValue,
} from '../../../quantity.ts';
import { checkDnsLabel, checkQualifiedName, notFoundIn } from '../../checks.ts';
import {
  hugePageSize,
  isExtendedResource,
  isHugePages,
  isIntegerResource,
  isNativeResource,
  isOvercommitAllowed,
  isPodLevelResource,
  isStandardContainerResource,
  isStandardResource,
} from './resource-names.ts';

type ResourceList = Readonly<Record<string, string>>;

/** Whose resources are judged: they differ in which names they may ask for. */
export type ResourceScope = 'container' | 'pod';

/** Judges what a container, or a Pod as a whole, asks for and is held to. */
export function validateResources(
  { limits, requests, claims }: ResourceRequirements,
  path: string,
  errors: FieldError[],
  {
    scope,
    claimNames,
  }: { readonly scope: ResourceScope; readonly claimNames: ReadonlySet<string> },
): void {
  for (const name in limits) {
    validateAmount(name, limits[name] as string, `${path}.limits[${name}]`, errors, scope);
  }
  for (const name in requests) {
    validateAmount(name, requests[name] as string, `${path}.requests[${name}]`, errors, scope);
  }
  compareToLimits(requests, limits, path, errors);
  if (hugePagesAlone(limits, requests)) {
    errors.push(forbiddenField(path, 'HugePages require cpu or memory'));
  }
  if (claims) validateClaimNames(claims, claimNames, `${path}.claims`, errors);
}

function validateAmount(
  name: string,
  quantity: string,
  path: string,
  errors: FieldError[],
  scope: ResourceScope,
): void {
  if (scope === 'container') validateContainerResourceName(name, path, errors);
  else validatePodResourceName(name, path, errors);
  if (!validateQuantityOf(name, quantity, path, errors)) return;
  if (isHugePages(name) && !isWholePages(name, quantity)) {
    const detail = `${canonicalQuantity(quantity)} is not positive integer multiple of ${name}`;
    errors.push(invalid(path, quantity, detail));
  }
}

function isWholePages(name: string, quantity: string): boolean {
  const size = hugePageSize(name);
  if (quantityError(size) || compareQuantities(size, '0') <= 0) return false;
  return quantityValue(quantity) % quantityValue(size) === 0;
}

export function validateContainerResourceName(
  name: string,
  path: string,
  errors: FieldError[],
): void {
  if (isStandardContainerResource(name)) return;
  validateResourceName(name, path, errors);
  if (!name.includes('/')) {
    errors.push(invalid(path, name, 'must be a standard resource for containers'));
  } else if (!isNativeResource(name) && !isExtendedResource(name)) {
    errors.push(invalid(path, name, "doesn't follow extended resource name standard"));
  }
}

function validatePodResourceName(name: string, path: string, errors: FieldError[]): void {
  if (isPodLevelResource(name)) return;
  validateResourceName(name, path, errors);
  errors.push(invalid(path, name, 'must be one of cpu, memory and hugepages at pod-level'));
}

export function validateResourceName(name: string, path: string, errors: FieldError[]): void {
  const before = errors.length;
  checkQualifiedName(name, path, errors);
  if (errors.length > before || name.includes('/') || isStandardResource(name)) return;
  errors.push(invalid(path, name, 'must be a standard resource type or fully qualified'));
}

/** Judges one amount of a resource list. Gives false when it is no quantity at all. */
export function validateQuantityOf(
  name: string,
  quantity: string,
  path: string,
  errors: FieldError[],
): boolean {
  const problem = quantityError(quantity);
  if (problem) {
    errors.push(invalid(path, quantity, problem));
    return false;
  }
  const { nano } = parseQuantity(quantity);
  if (nano < 0n) errors.push(invalid(path, quantity, MUST_NOT_BE_NEGATIVE));
  if (isIntegerResource(name) && nano % 1_000_000_000n !== 0n) {
    errors.push(invalid(path, quantity, 'must be an integer'));
  }
  return true;
}

function compareToLimits(
  requests: ResourceList | undefined,
  limits: ResourceList | undefined,
  path: string,
  errors: FieldError[],
): void {
  for (const name in requests) {
    const request = requests[name] as string;
    const limit = limits?.[name];
    if (limit === undefined) {
      if (isOvercommitAllowed(name)) continue;
      const detail = 'Limit must be set for non overcommitable resources';
      errors.push(required(`${path}.limits`, detail));
      continue;
    }
    // What is no quantity has been refused as such, and compares with nothing.
    if (quantityError(request) || quantityError(limit)) continue;
    const order = compareQuantities(request, limit);
    if (order === 0 || (order < 0 && isOvercommitAllowed(name))) continue;
    const relation = isOvercommitAllowed(name) ? 'less than or equal to' : 'equal to';
    const detail = `must be ${relation} ${name} limit of ${canonicalQuantity(limit)}`;
    errors.push(invalid(`${path}.requests`, canonicalQuantity(request), detail));
  }
}

function hugePagesAlone(
  limits: ResourceList | undefined,
  requests: ResourceList | undefined,
): boolean {
  let hugePages = false;
  for (const list of [limits, requests]) {
    for (const name in list) {
      if (name === 'cpu' || name === 'memory') return false;
      if (isHugePages(name)) hugePages = true;
    }
  }
  return hugePages;
}

function validateClaimNames(
  claims: NonNullable<ResourceRequirements['claims']>,
  claimNames: ReadonlySet<string>,
  path: string,
  errors: FieldError[],
): void {
  const seen = new Set<string>();
  claims.forEach(({ name, request }, index) => {
    const at = `${path}[${index}]`;
    if (!name) {
      errors.push(required(at));
      return;
    }
    if (request) checkDnsLabel(request, `${at}.request`, errors);
    const key = request ? `${name}/${request}` : name;
    if (seen.has(name) || seen.has(key)) errors.push(duplicate(at, key));
    seen.add(key);
    if (!claimNames.has(name)) errors.push(unknownClaim(at, name, claimNames));
  });
}

function unknownClaim(field: string, value: string, claimNames: ReadonlySet<string>): FieldError {
  const known = claimNames.size > 0 ? `: ${[...claimNames].sort().join(', ')}` : ' which is empty';
  const detail = `must be one of the names in pod.spec.resourceClaims${known}`;
  return notFoundIn(field, value, detail);
}
