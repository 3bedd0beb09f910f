import { claimNameOf } from '../../scheme/device-claims.ts';
import type { Pod, PodResourceClaim } from '../../scheme/generated/types/core-v1.ts';
import type { ResourceClaim } from '../../scheme/generated/types/resource-v1.ts';
import { controllerOf } from '../../scheme/object.ts';
import type { PodInfo } from '../pod-info.ts';
import type { OpenClaim } from './allocate-devices.ts';
import { requestsOf, UnmetRequest } from './claim-requests.ts';
import type { DeviceState } from './device-state.ts';
import { type ExtendedRequest, extendedRequestsOf } from './extended-resources.ts';

/** A claim serves so many pods at most. */
const MAX_CONSUMERS = 256;

/** The claims for devices of a pod: those with devices already, and those without. */
export interface PodDeviceClaims {
  readonly allocated: readonly ResourceClaim[];
  readonly open: readonly OpenClaim[];
  /** What it wants in place of resources that a node does not have. */
  readonly extended: readonly ExtendedRequest[];
}

/** Whether devices have any part in where the pod goes. */
export function wantsDevices({ pod, requests }: PodInfo, state: DeviceState): boolean {
  if (pod.spec?.resourceClaims?.length || pod.status?.extendedResourceClaimStatus) return true;
  const { classesByResource } = state;
  if (classesByResource.size === 0) return false;
  return Object.keys(requests).some((name) => classesByResource.has(name));
}

/** Why it is too early to try the pod: a claim that it has a template for is not made yet. Its status will say so. */
export function claimsToCome(pod: Pod): string | undefined {
  const isMade = pod.spec?.resourceClaims?.every((one) => claimNameOf(pod, one) !== undefined);
  const { name, namespace } = pod.metadata;
  return isMade === false ? `pod "${namespace}/${name}": ResourceClaim not created yet` : undefined;
}

/** The pod's claims, or why no node can take it. */
export function deviceClaimsOf(
  pod: Pod,
  state: DeviceState,
): PodDeviceClaims | { readonly refusal: string } {
  try {
    const claims = wantedClaims(pod).flatMap((one) => find(pod, one, state) ?? []);
    const open = claims.filter((claim) => !state.allocationOf(claim));
    return {
      allocated: claims.filter((claim) => state.allocationOf(claim)),
      open: open.map((claim) => toOpenClaim(claim, state)),
      extended: extendedRequestsOf(pod, state.classesByResource),
    };
  } catch (thrown) {
    if (thrown instanceof UnmetRequest) return { refusal: thrown.message };
    throw thrown;
  }
}

export function toOpenClaim(claim: ResourceClaim, state: DeviceState): OpenClaim {
  return { claim, requests: requestsOf(claim, (name) => state.deviceClass(name)) };
}

/** The claims that the pod names, and the one that was made for its extended resources. */
function wantedClaims({ spec, status }: Pod): readonly PodResourceClaim[] {
  const { resourceClaimName } = status?.extendedResourceClaimStatus ?? {};
  const extended = resourceClaimName ? [{ name: resourceClaimName, resourceClaimName }] : [];
  return [...(spec?.resourceClaims ?? []), ...extended];
}

/** @returns undefined when the pod needs none after all. @throws {UnmetRequest} while it cannot be used */
function find(pod: Pod, wanted: PodResourceClaim, state: DeviceState): ResourceClaim | undefined {
  const { name = '', namespace, uid } = pod.metadata;
  const claimName = claimNameOf(pod, wanted);
  if (!claimName) return undefined;
  const claim = state.claim(namespace, claimName);
  if (!claim) throw new UnmetRequest(`resourceclaim "${claimName}" not found`);
  if (claim.metadata.deletionTimestamp) {
    throw new UnmetRequest(`resourceclaim "${claimName}" is being deleted`);
  }
  if (wanted.resourceClaimTemplateName && controllerOf(claim)?.uid !== uid) {
    throw new UnmetRequest(
      `ResourceClaim ${namespace}/${claimName} was not created for pod ${namespace}/${name} (pod is not owner)`,
    );
  }
  if (state.isPending(claim)) {
    const message = `resource claim ${namespace}/${claimName} is in the process of being allocated`;
    throw new UnmetRequest(message);
  }
  const { reservedFor = [] } = claim.status ?? {};
  if (reservedFor.length >= MAX_CONSUMERS && !isReservedFor(claim, pod)) {
    throw new UnmetRequest('resourceclaim in use');
  }
  return claim;
}

export function isReservedFor({ status }: ResourceClaim, { metadata }: Pod): boolean {
  return status?.reservedFor?.some(({ uid }) => uid === metadata.uid) ?? false;
}
