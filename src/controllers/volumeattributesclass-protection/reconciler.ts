/**
 * Protection of VolumeAttributesClasses: a class outlives its deletion for as long as volumes or claims name it.
 *
 * @see https://kubernetes.io/docs/concepts/storage/volume-attributes-classes/
 */
import type { Controller, ControllerContext } from '../../machinery/controller.ts';
import type { Informer } from '../../machinery/informer.ts';
import {
  corePersistentVolumeClaims,
  corePersistentVolumes,
  storageVolumeAttributesClasses,
} from '../../scheme/generated/resources.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { VAC_PROTECTION_FINALIZER } from '../../scheme/protection-finalizers.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import { createInUseProtection } from '../shared/in-use-protection.ts';
import { classesOfClaim, classesOfVolume } from './plan.ts';

/** Volumes and claims by the names of their classes. */
const INDEX_CLASSES = 'volumeAttributesClasses';

export function createVolumeAttributesClassProtectionController(): Controller {
  return createInUseProtection({
    name: 'volumeattributesclass-protection',
    ref: storageVolumeAttributesClasses,
    finalizer: VAC_PROTECTION_FINALIZER,
    setUp(context) {
      const users = [
        followClasses(context, corePersistentVolumeClaims, classesOfClaim),
        followClasses(context, corePersistentVolumes, classesOfVolume),
      ];
      return async ({ metadata: { name = '' } }) => {
        const isUsed = (): boolean =>
          users.some((informer) => informer.byIndex(INDEX_CLASSES, name).length > 0);
        if (isUsed()) return true;
        await Promise.all(users.map((informer) => informer.catchUp()));
        return isUsed();
      };
    },
  });
}

/** The informer of what names classes; the classes that an object ceases to name are added to the queue. */
function followClasses<T extends ApiObject>(
  { informers, queue }: ControllerContext,
  ref: ResourceRef<T>,
  classesOf: (object: T) => readonly string[],
): Pick<Informer<T>, 'byIndex' | 'catchUp'> {
  const informer = informers.informer(ref);
  informer.addIndex(INDEX_CLASSES, classesOf);
  const letGo = (names: readonly string[]): void => {
    for (const name of names) queue.add(name);
  };
  informer.addHandler({
    onUpdate(previous, next) {
      const now = classesOf(next);
      letGo(classesOf(previous).filter((name) => !now.includes(name)));
    },
    onDelete: (object) => letGo(classesOf(object)),
  });
  return informer;
}
