import { deepEqual } from '../../../lib/deep-equal.ts';
import { MAX_CLAIM_CONSUMERS } from '../../device-claims.ts';
import { type FieldError, forbiddenField } from '../../field-error.ts';
import type {
  AllocationResult,
  ResourceClaim,
  ResourceClaimConsumerReference,
  ResourceClaimSpec,
  ResourceClaimStatus,
  ResourceClaimTemplate,
} from '../../generated/types/resource-v1.ts';
import type {
  ResourceClaim as BetaResourceClaim,
  ResourceClaimSpec as BetaResourceClaimSpec,
  ResourceClaimTemplate as BetaResourceClaimTemplate,
} from '../../generated/types/resource-v1beta1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import {
  validateAnnotations,
  validateImmutable,
  validateLabels,
} from '../../metadata-validation.ts';
import { checkCsiDriverName, checkDnsLabel, requireText } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { validateNodeSelector } from '../core/pod-spec/validate-node-selector.ts';
import { WITH_STATUS_ALONE } from '../status.ts';
import { checkList, checkPoolName, checkSet } from './device-checks.ts';
import {
  applyRequestDefaults,
  checkRequestReference,
  requestNamesOf,
  validateDeviceClaim,
} from './device-claim.ts';

const MAX_RESULTS = 32;

function applySpecDefaults({ devices }: ResourceClaimSpec): void {
  for (const { exactly, firstAvailable = [] } of devices?.requests ?? []) {
    if (exactly) applyRequestDefaults(exactly);
    for (const alternative of firstAvailable) applyRequestDefaults(alternative);
  }
}

/** v1beta1 says in the request itself what later versions say in `exactly`. */
function applyBetaSpecDefaults({ devices }: BetaResourceClaimSpec): void {
  for (const request of devices?.requests ?? []) {
    if (request.firstAvailable?.length) request.firstAvailable.forEach(applyRequestDefaults);
    else if (request.deviceClassName) applyRequestDefaults(request);
  }
}

function validateStatusUpdate(
  { metadata, spec, status = {} }: ResourceClaim,
  { status: before = {} }: ResourceClaim,
): FieldError[] {
  const errors: FieldError[] = [];
  checkSet(status.reservedFor, MAX_CLAIM_CONSUMERS, 'status.reservedFor', errors, {
    check: validateConsumer,
    key: ({ uid }) => uid,
  });
  validateReservation(status, before, metadata.deletionTimestamp !== undefined, errors);
  const { allocation } = status;
  if (allocation && before.allocation) {
    validateImmutable(allocation, before.allocation, 'status.allocation', errors);
  } else if (allocation) {
    validateAllocation(allocation, spec, errors);
  }
  return errors;
}

function validateConsumer(
  { resource, name, uid }: ResourceClaimConsumerReference,
  path: string,
  errors: FieldError[],
): void {
  requireText(resource, `${path}.resource`, errors);
  requireText(name, `${path}.name`, errors);
  requireText(uid, `${path}.uid`, errors);
}

function validateReservation(
  { reservedFor = [], allocation }: ResourceClaimStatus,
  { reservedFor: before = [] }: ResourceClaimStatus,
  isDeleted: boolean,
  errors: FieldError[],
): void {
  const field = 'status.reservedFor';
  if (reservedFor.length === 0) return;
  if (!allocation) {
    errors.push(forbiddenField(field, 'may not be specified when `allocated` is not set'));
    return;
  }
  const isKnown = (one: object): boolean => before.some((other) => deepEqual(one, other));
  if (!isDeleted || reservedFor.every(isKnown)) return;
  const detail =
    'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set';
  errors.push(forbiddenField(field, detail));
}

function validateAllocation(
  { devices, nodeSelector }: AllocationResult,
  spec: ResourceClaimSpec,
  errors: FieldError[],
): void {
  const names = requestNamesOf(spec.devices ?? {});
  const path = 'status.allocation';
  checkList(devices?.results, MAX_RESULTS, `${path}.devices.results`, errors, (result, at) => {
    checkRequestReference(result.request, names, `${at}.request`, errors);
    checkCsiDriverName(result.driver, `${at}.driver`, errors);
    checkPoolName(result.pool, `${at}.pool`, errors);
    checkDnsLabel(result.device, `${at}.device`, errors);
  });
  if (nodeSelector) validateNodeSelector(nodeSelector, `${path}.nodeSelector`, errors);
}

function shownState({ metadata, status }: ResourceClaim): string {
  const states = [
    ...(metadata.deletionTimestamp ? ['deleted'] : []),
    ...(status?.allocation ? ['allocated'] : []),
    ...(status?.reservedFor?.length ? ['reserved'] : []),
  ];
  return states.length > 0 ? states.join(',') : 'pending';
}

function validateSpec(spec: ResourceClaimSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  validateDeviceClaim(spec.devices ?? {}, `${path}.devices`, errors);
  return errors;
}

/** resource.k8s.io/ResourceClaim. */
export const resourceClaimStrategy: KindStrategy<ResourceClaim> = {
  ...WITH_STATUS_ALONE,
  returnsDeleted: true,
  applyDefaults: ({ spec }) => spec && applySpecDefaults(spec),
  validate: ({ spec }) => validateSpec(spec, 'spec'),
  validateUpdate({ spec: next }, { spec: current }) {
    const errors: FieldError[] = [];
    validateImmutable(next, current, 'spec', errors);
    return errors;
  },
  validateStatusUpdate,
  printerColumns: [
    nameColumn,
    {
      name: 'State',
      description: 'Whether it is allocated, reserved or being deleted.',
      cell: shownState,
    },
    ageColumn,
  ],
};

/** resource.k8s.io/v1beta1 ResourceClaim: its defaults alone, as it is stored and judged as v1. */
export const betaResourceClaimStrategy: KindStrategy<BetaResourceClaim> = {
  ...WITH_STATUS_ALONE,
  applyDefaults: ({ spec }) => spec && applyBetaSpecDefaults(spec),
};

/** resource.k8s.io/ResourceClaimTemplate. */
export const resourceClaimTemplateStrategy: KindStrategy<ResourceClaimTemplate> = {
  returnsDeleted: true,
  applyDefaults: ({ spec }) => spec?.spec && applySpecDefaults(spec.spec),
  validate({ spec: { metadata, spec } }) {
    const errors: FieldError[] = [];
    const path = 'spec.metadata';
    if (metadata?.labels) validateLabels(metadata.labels, `${path}.labels`, errors);
    if (metadata?.annotations) {
      validateAnnotations(metadata.annotations, `${path}.annotations`, errors);
    }
    return [...errors, ...validateSpec(spec, 'spec.spec')];
  },
  validateUpdate({ spec: next }, { spec: current }) {
    const errors: FieldError[] = [];
    validateImmutable(next, current, 'spec', errors);
    return errors;
  },
  printerColumns: [nameColumn, ageColumn],
};

/** resource.k8s.io/v1beta1 ResourceClaimTemplate: its defaults alone. */
export const betaResourceClaimTemplateStrategy: KindStrategy<BetaResourceClaimTemplate> = {
  applyDefaults: ({ spec }) => spec?.spec && applyBetaSpecDefaults(spec.spec),
};
