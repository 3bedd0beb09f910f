import type { ApiClient } from '../../apiserver/client.ts';
import { CLAIM_FINALIZER } from '../../scheme/device-claims.ts';
import { isApiError } from '../../scheme/errors.ts';
import { resourceResourceClaims } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { AllocationResult, ResourceClaim } from '../../scheme/generated/types/resource-v1.ts';
import { isReservedFor } from './pod-device-claims.ts';

/** Somebody else may change a claim meanwhile; more often than this in a row is no accident. */
const MAX_ATTEMPTS = 5;

/** Stores that the claim is for the pod, with its devices if they were chosen for it just now. */
export async function storeAllocation(
  client: ApiClient,
  known: ResourceClaim,
  { pod, allocation }: { readonly pod: Pod; readonly allocation: AllocationResult | undefined },
): Promise<void> {
  let claim = known;
  for (let attempt = 1; ; attempt++) {
    try {
      await store(client, claim, pod, allocation);
      return;
    } catch (thrown) {
      if (!isApiError(thrown, 'Conflict') || attempt === MAX_ATTEMPTS) throw thrown;
      const { name = '', namespace } = known.metadata;
      claim = await client.get(resourceResourceClaims, { namespace, name });
    }
  }
}

async function store(
  client: ApiClient,
  claim: ResourceClaim,
  pod: Pod,
  allocation: AllocationResult | undefined,
): Promise<void> {
  const { name, namespace, deletionTimestamp, uid } = claim.metadata;
  if (deletionTimestamp) throw new Error(`claim ${namespace}/${name} got deleted in the meantime`);
  if (isReservedFor(claim, pod)) return;
  if (allocation && claim.status?.allocation) {
    throw new Error(`claim ${namespace}/${name} got allocated elsewhere in the meantime`);
  }
  const kept = allocation ? await protect(client, claim) : claim;
  if (kept.metadata.uid !== uid) throw new Error(`claim ${namespace}/${name} is another one now`);
  const consumer = { resource: 'pods', name: pod.metadata.name ?? '', uid: pod.metadata.uid ?? '' };
  const status = {
    ...kept.status,
    ...(allocation ? { allocation } : {}),
    reservedFor: [...(kept.status?.reservedFor ?? []), consumer],
  };
  await client.update(resourceResourceClaims, { ...kept, status }, { subresource: 'status' });
}

/** Keeps the claim from going while it has devices. */
async function protect(client: ApiClient, claim: ResourceClaim): Promise<ResourceClaim> {
  const { finalizers = [] } = claim.metadata;
  if (finalizers.includes(CLAIM_FINALIZER)) return claim;
  const metadata = { ...claim.metadata, finalizers: [...finalizers, CLAIM_FINALIZER] };
  return client.update(resourceResourceClaims, { ...claim, metadata });
}
