/**
 * Generic ephemeral volumes: a Pod's volume that is made with the Pod has a claim which is the Pod's, and goes with it.
 *
 * @see https://kubernetes.io/docs/concepts/storage/ephemeral-volumes/#generic-ephemeral-volumes
 */
import { toError } from '../../lib/errors.ts';
import { type Controller, type ControllerContext, done } from '../../machinery/controller.ts';
import type { Informer } from '../../machinery/informer.ts';
import { isApiError } from '../../scheme/errors.ts';
import { corePersistentVolumeClaims, corePods } from '../../scheme/generated/resources.ts';
import type { PersistentVolumeClaim, Pod } from '../../scheme/generated/types/core-v1.ts';
import { controllerOf, keyOf, namespacedKey } from '../../scheme/object.ts';
import { foreignClaimReason } from '../../scheme/storage/pod-claims.ts';
import { isNamespaceTerminating } from '../shared/api-errors.ts';
import { type EphemeralClaim, ephemeralClaims, hasEphemeralVolumes } from './plan.ts';

const REASON_FAILED_BINDING = 'FailedBinding';

const EVENT_SOURCE = 'ephemeral_volume';

/** Its keys are those of Pods. */
export function createEphemeralVolumeController(): Controller {
  return {
    name: 'ephemeral-volume',
    setUp(given) {
      const context = { ...given, events: given.events.withSource(EVENT_SOURCE) };
      const { informers, queue } = context;
      const pods = informers.informer(corePods);
      const claims = informers.informer(corePersistentVolumeClaims);
      pods.addHandler({
        onAdd: (pod) => {
          if (hasEphemeralVolumes(pod)) queue.add(keyOf(pod));
        },
      });
      claims.addHandler({
        onDelete: (claim) => {
          const owner = controllerOf(claim);
          if (owner?.kind === 'Pod') queue.add(namespacedKey(claim.metadata.namespace, owner.name));
        },
      });
      return async (key) => {
        const pod = pods.get(key);
        if (pod) await reconcile(context, claims, pod);
        return done;
      };
    },
  };
}

async function reconcile(
  context: ControllerContext,
  claims: Informer<PersistentVolumeClaim>,
  pod: Pod,
): Promise<void> {
  for (const wanted of ephemeralClaims(pod)) {
    const existing = claims.get(keyOf(wanted.claim));
    const reason = existing && foreignClaimReason(pod, existing);
    if (reason) report(context, pod, wanted, reason);
    if (!existing) await create(context, pod, wanted);
  }
}

async function create(context: ControllerContext, pod: Pod, wanted: EphemeralClaim): Promise<void> {
  try {
    await context.client.create(corePersistentVolumeClaims, wanted.claim);
  } catch (thrown) {
    // Ignored: the Pod goes with its namespace, and needs no claim there any more.
    if (isNamespaceTerminating(thrown)) return;
    report(
      context,
      pod,
      wanted,
      `create PVC ${wanted.claim.metadata.name}: ${toError(thrown).message}`,
    );
    // Whoever was faster is looked at again, to see whether the claim is the Pod's.
    if (!isApiError(thrown, 'Invalid')) throw thrown;
  }
}

function report(
  { events }: ControllerContext,
  pod: Pod,
  { volumeName }: EphemeralClaim,
  reason: string,
): void {
  const message = `ephemeral volume ${volumeName}: ${reason}`;
  events.record(pod, { type: 'Warning', reason: REASON_FAILED_BINDING, message });
}
