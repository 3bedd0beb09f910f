import type { ApiClient } from '../../apiserver/client.ts';
import { isApiError } from '../../scheme/errors.ts';
import { resourceResourceClaims } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { ResourceClaim } from '../../scheme/generated/types/resource-v1.ts';
import { isReservedFor } from './pod-device-claims.ts';

/** Whether nobody else than the pod has a use for the claim's devices. */
export function isOfPodAlone(claim: ResourceClaim, pod: Pod): boolean {
  const { reservedFor = [] } = claim.status ?? {};
  return reservedFor.length === 0 || (reservedFor.length === 1 && isReservedFor(claim, pod));
}

/** Gives the claim's devices back, unless others use them by now. What has changed meanwhile is looked at again later. */
export async function releaseClaim(
  client: ApiClient,
  { metadata }: ResourceClaim,
  pod: Pod,
): Promise<void> {
  const { namespace, name = '', uid } = metadata;
  try {
    const claim = await client.get(resourceResourceClaims, { namespace, name });
    if (claim.metadata.uid !== uid || !claim.status?.allocation) return;
    if (!isOfPodAlone(claim, pod)) return;
    const { allocation: _, reservedFor: __, devices: ___, ...status } = claim.status;
    await client.update(resourceResourceClaims, { ...claim, status }, { subresource: 'status' });
  } catch (thrown) {
    // Ignored: the claim is gone, or somebody else is about to use it or to give it back.
    if (!isApiError(thrown, 'NotFound', 'Conflict')) throw thrown;
  }
}
