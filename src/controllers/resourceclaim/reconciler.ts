/**
 * Claims for devices: those that Pods have templates for are made, and what nobody uses any more is given back.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/
 */
import { type Controller, type ControllerContext, done } from '../../machinery/controller.ts';
import { addControllerUidIndex } from '../../machinery/indexes.ts';
import type { Informer } from '../../machinery/informer.ts';
import { deviceClaimNames } from '../../scheme/device-claims.ts';
import { corePods, resourceResourceClaims } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { ResourceClaim } from '../../scheme/generated/types/resource-v1.ts';
import { controllerOf, keyOf, namespacedKey } from '../../scheme/object.ts';
import { reconcileClaim } from './claims.ts';
import { reconcilePod } from './pods.ts';

const EVENT_SOURCE = 'resource_claim';

const POD = 'pod:';
const CLAIM = 'claim:';

/** Its keys are those of Pods and of claims, each after its kind. */
export function createResourceClaimController(): Controller {
  return {
    name: 'resourceclaim',
    serviceAccount: 'resource-claim-controller',
    setUp(given) {
      const context = { ...given, events: given.events.withSource(EVENT_SOURCE) };
      const { informers } = context;
      const pods = informers.informer(corePods);
      const claims = informers.informer(resourceResourceClaims);
      addControllerUidIndex(claims);
      watchPods(context, pods);
      watchClaims(context, claims);
      const world = { pods, claims };
      return async (key) => {
        if (key.startsWith(POD)) await reconcilePod(context, world, key.slice(POD.length));
        else await reconcileClaim(context, world, key.slice(CLAIM.length));
        return done;
      };
    },
  };
}

function watchPods({ queue }: ControllerContext, pods: Informer<Pod>): void {
  const changed = (pod: Pod): void => {
    const { spec, status } = pod;
    if (!spec?.resourceClaims && !status?.extendedResourceClaimStatus) return;
    queue.add(`${POD}${keyOf(pod)}`);
    for (const name of deviceClaimNames(pod)) {
      queue.add(`${CLAIM}${namespacedKey(pod.metadata.namespace, name)}`);
    }
  };
  pods.addHandler({ onAdd: changed, onUpdate: (_, next) => changed(next), onDelete: changed });
}

function watchClaims({ queue }: ControllerContext, claims: Informer<ResourceClaim>): void {
  const add = (claim: ResourceClaim): void => queue.add(`${CLAIM}${keyOf(claim)}`);
  claims.addHandler({
    onAdd: add,
    onUpdate: (_, next) => add(next),
    onDelete: (claim) => {
      const owner = controllerOf(claim);
      if (owner?.kind !== 'Pod') return;
      queue.add(`${POD}${namespacedKey(claim.metadata.namespace, owner.name)}`);
    },
  });
}
