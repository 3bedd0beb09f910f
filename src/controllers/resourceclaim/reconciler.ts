/**
 * Claims for devices: those that Pods have templates for are made, and what nobody uses any more is given back.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/
 */
import { type Controller, type ControllerContext, done } from '../../machinery/controller.ts';
import { addControllerUidIndex } from '../../machinery/indexes.ts';
import { deviceClaimNames } from '../../scheme/device-claims.ts';
import { corePods, resourceResourceClaims } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { ResourceClaim } from '../../scheme/generated/types/resource-v1.ts';
import { controllerOf, keyOf, namespacedKey } from '../../scheme/object.ts';
import { reconcileClaim } from './claims.ts';
import type { DeviceWorld } from './device-world.ts';
import { isPodDone, needsWork } from './plan.ts';
import { reconcilePod } from './pods.ts';

const EVENT_SOURCE = 'resource_claim';

const POD = 'pod:';
const CLAIM = 'claim:';

/** Pods by the keys of their claims. */
const INDEX_CLAIMS = 'resourceClaims';
const NO_KEYS: readonly string[] = [];

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
      const world = { pods, claims };
      watchPods(context, world);
      watchClaims(context, world);
      return async (key) => {
        if (key.startsWith(POD)) await reconcilePod(context, world, key.slice(POD.length));
        else await reconcileClaim(context, world, key.slice(CLAIM.length));
        return done;
      };
    },
  };
}

/** What changes a Pod's status alone says nothing of its claims, mostly. */
function watchPods({ queue }: ControllerContext, { claims, pods }: DeviceWorld): void {
  pods.addIndex(INDEX_CLAIMS, claimKeysOf);
  const letGo = (pod: Pod): void => {
    for (const key of claimKeysOf(pod)) queue.add(`${CLAIM}${key}`);
  };
  const changed = (pod: Pod): void => {
    if (isPodDone(pod)) letGo(pod);
    else addPod(queue, claims, pod);
  };
  pods.addHandler({ onAdd: changed, onUpdate: (_, next) => changed(next), onDelete: letGo });
}

function watchClaims({ queue }: ControllerContext, { claims, pods }: DeviceWorld): void {
  const changed = (claim: ResourceClaim): void => {
    queue.add(`${CLAIM}${keyOf(claim)}`);
    addUsers(claim);
  };
  const addUsers = (claim: ResourceClaim): void => {
    for (const pod of pods.byIndex(INDEX_CLAIMS, keyOf(claim))) addPod(queue, claims, pod);
  };
  claims.addHandler({
    onAdd: changed,
    onUpdate: (_, next) => changed(next),
    onDelete: (claim) => {
      addUsers(claim);
      const owner = controllerOf(claim);
      if (owner?.kind !== 'Pod') return;
      queue.add(`${POD}${namespacedKey(claim.metadata.namespace, owner.name)}`);
    },
  });
}

function addPod(queue: ControllerContext['queue'], claims: DeviceWorld['claims'], pod: Pod): void {
  if (!pod.spec?.resourceClaims) return;
  const find = (name: string) => claims.get(namespacedKey(pod.metadata.namespace, name));
  if (needsWork(pod, find)) queue.add(`${POD}${keyOf(pod)}`);
}

function claimKeysOf(pod: Pod): readonly string[] {
  if (!pod.spec?.resourceClaims && !pod.status?.extendedResourceClaimStatus) return NO_KEYS;
  return deviceClaimNames(pod).map((name) => namespacedKey(pod.metadata.namespace, name));
}
