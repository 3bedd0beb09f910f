/**
 * The binder: brings claims and volumes together, one to one, and reclaims volumes whose claims are gone. Invariant: a volume
 * is bound first and its claim after it, each by compare-and-swap, so that two claims never get one volume.
 *
 * @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/
 */
import { type Controller, done } from '../../machinery/controller.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { reconcileClaim } from './claims.ts';
import { StorageWorld } from './storage-world.ts';
import { reconcileVolume } from './volumes.ts';

/** As Kubernetes' Events of claims and volumes have it. */
const EVENT_SOURCE = 'persistentvolume-controller';

/** Its keys are `namespace/name` of claims and `name` of volumes. */
export function createPersistentVolumeBinderController(): Controller {
  return {
    name: 'persistentvolume-binder',
    serviceAccount: 'persistent-volume-binder',
    setUp(given) {
      const context = { ...given, events: given.events.withSource(EVENT_SOURCE) };
      const world = new StorageWorld(context);
      return async (key) => {
        const claim = world.claims.get(key);
        const volume = world.volumes.get(key);
        if (claim) await ignoreNotFound(reconcileClaim(context, world, claim));
        if (volume) await ignoreNotFound(reconcileVolume(context, world, volume));
        return done;
      };
    },
  };
}
