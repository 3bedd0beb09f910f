/** Which devices a claim asks for, and what must hold among them. */
import { type FieldError, invalid, notSupported, required } from '../../field-error.ts';
import type {
  DeviceClaim,
  DeviceConstraint,
  DeviceRequest,
  DeviceSubRequest,
  ExactDeviceRequest,
} from '../../generated/types/resource-v1.ts';
import { checkDnsLabel, checkDnsSubdomain, requireText } from '../checks.ts';
import {
  checkConfiguration,
  checkDeviceToleration,
  checkFullDeviceName,
  checkList,
  checkSelectors,
  checkSet,
} from './device-checks.ts';

const MAX_REQUESTS = 32;
const MAX_ALTERNATIVES = 8;
const MAX_CONSTRAINTS = 32;
const MAX_CONFIGURATIONS = 32;
const MODES = ['All', 'ExactCount'];

/** The names of the requests: `gpu`, and `gpu/small` of an alternative. */
export type RequestNames = ReadonlySet<string>;

export function requestNamesOf({ requests = [] }: DeviceClaim): RequestNames {
  return new Set(
    requests.flatMap(({ name, firstAvailable = [] }) => [
      name,
      ...firstAvailable.map((alternative) => `${name}/${alternative.name}`),
    ]),
  );
}

export function validateDeviceClaim(claim: DeviceClaim, path: string, errors: FieldError[]): void {
  const names = requestNamesOf(claim);
  checkSet(claim.requests, MAX_REQUESTS, `${path}.requests`, errors, {
    check: validateRequest,
    key: ({ name }) => name,
  });
  checkList(claim.constraints, MAX_CONSTRAINTS, `${path}.constraints`, errors, (one, at) => {
    validateConstraint(one, names, at, errors);
  });
  checkList(claim.config, MAX_CONFIGURATIONS, `${path}.config`, errors, (one, at) => {
    checkRequestReferences(one.requests, names, `${at}.requests`, errors);
    checkConfiguration(one, at, errors);
  });
}

const EITHER = 'exactly one of `exactly` or `firstAvailable` is required';

function validateRequest(
  { name, exactly, firstAvailable }: DeviceRequest,
  path: string,
  errors: FieldError[],
): void {
  checkDnsLabel(name, `${path}.name`, errors);
  const hasAlternatives = (firstAvailable?.length ?? 0) > 0;
  if (exactly && hasAlternatives) {
    errors.push(invalid(path, undefined, `${EITHER}, but multiple fields are set`));
  } else if (exactly) {
    validateDevices(exactly, `${path}.exactly`, errors);
  } else if (hasAlternatives) {
    checkSet(firstAvailable, MAX_ALTERNATIVES, `${path}.firstAvailable`, errors, {
      check: (alternative, at) => {
        checkDnsLabel(alternative.name, `${at}.name`, errors);
        validateDevices(alternative, at, errors);
      },
      key: (alternative) => alternative.name,
    });
  } else {
    errors.push(required(path, EITHER));
  }
}

function validateDevices(
  request: ExactDeviceRequest | DeviceSubRequest,
  path: string,
  errors: FieldError[],
): void {
  const { deviceClassName, selectors, allocationMode, count = 0, tolerations = [] } = request;
  const field = `${path}.deviceClassName`;
  if (requireText(deviceClassName, field, errors)) {
    checkDnsSubdomain(deviceClassName, field, errors);
  }
  checkSelectors(selectors, `${path}.selectors`, errors);
  if (allocationMode === 'All') {
    const detail = "must not be specified when allocationMode is 'All'";
    if (count !== 0) errors.push(invalid(`${path}.count`, count, detail));
  } else if (allocationMode !== 'ExactCount') {
    errors.push(notSupported(`${path}.allocationMode`, allocationMode ?? '', MODES));
  } else if (count <= 0) {
    errors.push(invalid(`${path}.count`, count, 'must be greater than zero'));
  }
  tolerations.forEach((toleration, index) => {
    checkDeviceToleration(toleration, `${path}.tolerations[${index}]`, errors);
  });
}

function validateConstraint(
  { requests, matchAttribute, distinctAttribute }: DeviceConstraint,
  names: RequestNames,
  path: string,
  errors: FieldError[],
): void {
  checkRequestReferences(requests, names, `${path}.requests`, errors);
  if (matchAttribute !== undefined) {
    checkFullDeviceName(matchAttribute, `${path}.matchAttribute`, errors);
  } else if (distinctAttribute !== undefined) {
    checkFullDeviceName(distinctAttribute, `${path}.distinctAttribute`, errors);
  } else {
    const detail =
      'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
    errors.push(required(path, detail));
  }
}

const REFERENCE_RULE =
  "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

export function checkRequestReferences(
  references: readonly string[] | undefined,
  names: RequestNames,
  path: string,
  errors: FieldError[],
): void {
  checkSet(references, MAX_REQUESTS, path, errors, {
    check: (reference, at) => checkRequestReference(reference, names, at, errors),
    key: (reference) => reference,
  });
}

export function checkRequestReference(
  reference: string,
  names: RequestNames,
  path: string,
  errors: FieldError[],
): void {
  const parts = reference.split('/');
  if (parts.length <= 2) for (const part of parts) checkDnsLabel(part, path, errors);
  if (!names.has(reference)) errors.push(invalid(path, reference, REFERENCE_RULE));
}

type Request = { allocationMode?: string; count?: number; tolerations?: { operator?: string }[] };

/** One device, unless the request says how many or all. */
export function applyRequestDefaults(request: Request): void {
  request.allocationMode ??= 'ExactCount';
  if (request.allocationMode === 'ExactCount') request.count ||= 1;
  for (const toleration of request.tolerations ?? []) toleration.operator ??= 'Equal';
}
