import { toError } from '../../lib/errors.ts';
import type { ControllerContext } from '../../machinery/controller.ts';
import { INDEX_CONTROLLER_UID } from '../../machinery/informer.ts';
import {
  corePods,
  resourceResourceClaims,
  resourceResourceClaimTemplates,
} from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { namespacedKey } from '../../scheme/object.ts';
import { ignoreNotFound, isNamespaceTerminating } from '../shared/api-errors.ts';
import type { DeviceWorld } from './device-world.ts';
import {
  claimStatuses,
  creationFailure,
  newClaim,
  ownClaim,
  reservedClaim,
  type TemplatedClaim,
  templatedClaims,
  unreservedClaims,
} from './plan.ts';

/** Makes the claims that the Pod has templates for, tells the Pod their names, and reserves for it what nobody else did. */
export async function reconcilePod(
  context: ControllerContext,
  world: DeviceWorld,
  key: string,
): Promise<void> {
  const pod = world.pods.get(key);
  if (!pod) return;
  const wanted = templatedClaims(pod);
  if (wanted.length > 0) await makeClaims(context, world, pod, wanted);
  const find = (name: string) => world.claims.get(namespacedKey(pod.metadata.namespace, name));
  for (const claim of unreservedClaims(pod, find)) {
    const reserved = reservedClaim(claim, pod);
    await context.client.update(resourceResourceClaims, reserved, { subresource: 'status' });
  }
}

async function makeClaims(
  context: ControllerContext,
  { claims }: DeviceWorld,
  pod: Pod,
  wanted: readonly TemplatedClaim[],
): Promise<void> {
  // Names are made up by the API: a claim that was made a moment ago is found by its owner alone.
  await claims.catchUp();
  const own = claims.byIndex(INDEX_CONTROLLER_UID, pod.metadata.uid ?? '');
  const names = new Map<string, string>();
  for (const one of wanted) {
    const claim = ownClaim(pod, own, one.name) ?? (await createClaim(context, pod, one));
    if (claim?.metadata.name) names.set(one.name, claim.metadata.name);
  }
  const resourceClaimStatuses = claimStatuses(pod, names);
  if (!resourceClaimStatuses) return;
  const { name = '', namespace, uid } = pod.metadata;
  const patch = { metadata: { uid }, status: { resourceClaimStatuses } };
  await ignoreNotFound(
    context.client.patch(
      corePods,
      { namespace, name },
      { type: 'merge', patch },
      { subresource: 'status' },
    ),
  );
}

async function createClaim(
  { client, events }: ControllerContext,
  pod: Pod,
  wanted: TemplatedClaim,
) {
  const { namespace } = pod.metadata;
  try {
    const template = await client.get(resourceResourceClaimTemplates, {
      namespace,
      name: wanted.templateName,
    });
    return await client.create(resourceResourceClaims, newClaim(pod, template, wanted.name));
  } catch (thrown) {
    // Ignored: the Pod goes with its namespace.
    if (isNamespaceTerminating(thrown)) return undefined;
    events.record(pod, creationFailure(wanted, toError(thrown)));
    throw thrown;
  }
}
