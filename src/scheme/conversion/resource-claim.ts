import type {
  ResourceClaim,
  ResourceClaimSpec,
  ResourceClaimTemplate,
} from '../generated/types/resource-v1.ts';
import type {
  ResourceClaim as BetaResourceClaim,
  ResourceClaimSpec as BetaResourceClaimSpec,
  ResourceClaimTemplate as BetaResourceClaimTemplate,
} from '../generated/types/resource-v1beta1.ts';
import type { ApiObject } from '../object.ts';
import type { Conversion } from './conversion.ts';

type StoredRequest = NonNullable<NonNullable<ResourceClaimSpec['devices']>['requests']>[number];
type BetaRequest = NonNullable<NonNullable<BetaResourceClaimSpec['devices']>['requests']>[number];

/** v1 puts into `exactly` what v1beta1 has in the request itself. */
function toStoredRequest({ name, firstAvailable, ...exactly }: BetaRequest): StoredRequest {
  return {
    name,
    ...(firstAvailable ? { firstAvailable } : {}),
    ...(Object.keys(exactly).length > 0
      ? { exactly: exactly as StoredRequest['exactly'] & object }
      : {}),
  };
}

function fromStoredRequest({ exactly, ...request }: StoredRequest): BetaRequest {
  return { ...exactly, ...request };
}

function toStoredSpec(spec: BetaResourceClaimSpec | undefined): ResourceClaimSpec {
  const requests = spec?.devices?.requests;
  if (!requests) return spec as ResourceClaimSpec;
  return { ...spec, devices: { ...spec.devices, requests: requests.map(toStoredRequest) } };
}

function fromStoredSpec(spec: ResourceClaimSpec | undefined): BetaResourceClaimSpec {
  const requests = spec?.devices?.requests;
  if (!requests) return spec as BetaResourceClaimSpec;
  return { ...spec, devices: { ...spec.devices, requests: requests.map(fromStoredRequest) } };
}

export const RESOURCE_CLAIM_CONVERSION: Conversion = {
  toStorage(object) {
    const claim = object as BetaResourceClaim;
    return { ...claim, spec: toStoredSpec(claim.spec) } as ApiObject;
  },
  fromStorage(stored) {
    const claim = stored as ResourceClaim;
    return { ...claim, spec: fromStoredSpec(claim.spec) } as ApiObject;
  },
};

export const RESOURCE_CLAIM_TEMPLATE_CONVERSION: Conversion = {
  toStorage(object) {
    const { spec, ...template } = object as BetaResourceClaimTemplate;
    return { ...template, spec: { ...spec, spec: toStoredSpec(spec?.spec) } } as ApiObject;
  },
  fromStorage(stored) {
    const { spec, ...template } = stored as ResourceClaimTemplate;
    return { ...template, spec: { ...spec, spec: fromStoredSpec(spec?.spec) } } as ApiObject;
  },
};
