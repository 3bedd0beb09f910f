import type { ControllerContext } from '../../machinery/controller.ts';
import { isApiError } from '../../scheme/errors.ts';
import { corePods, resourceResourceClaims } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type {
  ResourceClaim,
  ResourceClaimConsumerReference,
} from '../../scheme/generated/types/resource-v1.ts';
import { controllerOf, namespacedKey } from '../../scheme/object.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import type { DeviceWorld } from './device-world.ts';
import {
  hasServed,
  isConsumerGone,
  isPodReference,
  releasedClaim,
  unprotectedClaim,
} from './plan.ts';

/** Gives back what nobody uses any more, and deletes a claim that has served its Pod. */
export async function reconcileClaim(
  context: ControllerContext,
  world: DeviceWorld,
  key: string,
): Promise<void> {
  const claim = world.claims.get(key);
  if (!claim) return;
  const { client } = context;
  const released = releasedClaim(claim, await usersOf(context, world, claim));
  const after =
    released === claim
      ? claim
      : await client.update(resourceResourceClaims, released, { subresource: 'status' });
  const unprotected = unprotectedClaim(after, claim);
  if (unprotected !== after) {
    await ignoreNotFound(client.update(resourceResourceClaims, unprotected));
  }
  await removeServed(context, world, after);
}

/** Says of each consumer whether it still is one. Of others than Pods nobody knows: they stay. */
async function usersOf(
  context: ControllerContext,
  world: DeviceWorld,
  { metadata: { namespace }, status }: ResourceClaim,
): Promise<(consumer: ResourceClaimConsumerReference) => boolean> {
  const gone = new Set<string>();
  for (const consumer of status?.reservedFor ?? []) {
    if (!isPodReference(consumer)) continue;
    const pod = await findPod(context, world, { namespace, ...consumer });
    if (isConsumerGone(consumer, pod)) gone.add(consumer.uid);
  }
  return ({ uid }) => !gone.has(uid);
}

/** Asks the store before it says that there is none: a claim may be reserved for a Pod that is newer than what is in memory. */
async function findPod(
  { client }: ControllerContext,
  { pods }: DeviceWorld,
  { name, namespace, uid }: { namespace: string | undefined; name: string; uid: string },
): Promise<Pod | undefined> {
  const known = pods.get(namespacedKey(namespace, name));
  if (known?.metadata.uid === uid) return known;
  return ignoreNotFound(client.get(corePods, { namespace, name }));
}

async function removeServed(
  { client }: ControllerContext,
  { pods }: DeviceWorld,
  claim: ResourceClaim,
): Promise<void> {
  const owner = controllerOf(claim);
  const { name = '', namespace, uid = '' } = claim.metadata;
  const pod = pods.get(namespacedKey(namespace, owner?.name ?? ''));
  if (!hasServed(claim, pod)) return;
  try {
    await client.delete(resourceResourceClaims, { namespace, name }, { preconditions: { uid } });
  } catch (thrown) {
    // Ignored: it is gone, or another one has its name.
    if (!isApiError(thrown, 'NotFound', 'Conflict')) throw thrown;
  }
}
