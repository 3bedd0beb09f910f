import type { ControllerContext } from '../../machinery/controller.ts';
import { INDEX_CONTROLLER_UID } from '../../machinery/informer.ts';
import { isApiError } from '../../scheme/errors.ts';
import {
  corePods,
  resourceResourceClaims,
  resourceResourceClaimTemplates,
} from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { ignoreNotFound, isNamespaceTerminating } from '../shared/api-errors.ts';
import type { DeviceWorld } from './device-world.ts';
import { claimStatuses, newClaim, ownClaim, type TemplatedClaim, templatedClaims } from './plan.ts';

const REASON_FAILED_CREATION = 'FailedResourceClaimCreation';

/** Makes the claims that the Pod has templates for, and tells the Pod their names. */
export async function reconcilePod(
  context: ControllerContext,
  { claims, pods }: DeviceWorld,
  key: string,
): Promise<void> {
  const pod = pods.get(key);
  if (!pod) return;
  const wanted = templatedClaims(pod);
  if (wanted.length === 0) return;
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
  { name, templateName }: TemplatedClaim,
) {
  const { namespace } = pod.metadata;
  try {
    const template = await client.get(resourceResourceClaimTemplates, {
      namespace,
      name: templateName,
    });
    return await client.create(resourceResourceClaims, newClaim(pod, template, name));
  } catch (thrown) {
    // Ignored: the Pod goes with its namespace.
    if (isNamespaceTerminating(thrown)) return undefined;
    const why = isApiError(thrown, 'NotFound')
      ? `resource claim template "${templateName}": not found`
      : `create ResourceClaim: ${isApiError(thrown) ? thrown.message : 'failed'}`;
    const message = `PodResourceClaim ${name}: ${why}`;
    events.record(pod, { type: 'Warning', reason: REASON_FAILED_CREATION, message });
    throw thrown;
  }
}
