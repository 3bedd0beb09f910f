/**
 * Protection of PersistentVolumeClaims: a claim outlives its deletion for as long as Pods use it.
 *
 * @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection
 */
import type { Controller } from '../../machinery/controller.ts';
import { corePersistentVolumeClaims, corePods } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { keyOf, namespacedKey } from '../../scheme/object.ts';
import { PVC_PROTECTION_FINALIZER } from '../../scheme/protection-finalizers.ts';
import { createInUseProtection } from '../shared/in-use-protection.ts';
import { claimsLetGo, claimsOfPod, usesClaim } from './plan.ts';

/** Pods by the keys of their claims. */
const INDEX_POD_CLAIMS = 'persistentVolumeClaims';

export function createPvcProtectionController(): Controller {
  return createInUseProtection({
    name: 'pvc-protection',
    ref: corePersistentVolumeClaims,
    finalizer: PVC_PROTECTION_FINALIZER,
    setUp({ informers, queue }) {
      const pods = informers.informer(corePods);
      pods.addIndex(INDEX_POD_CLAIMS, (pod) => keysOf(pod, claimsOfPod(pod)));
      const letGo = (previous: Pod, pod?: Pod): void => {
        for (const key of keysOf(previous, claimsLetGo(previous, pod))) queue.add(key);
      };
      pods.addHandler({ onUpdate: letGo, onDelete: (pod) => letGo(pod) });
      return async (claim) => {
        const isUsed = (): boolean =>
          pods.byIndex(INDEX_POD_CLAIMS, keyOf(claim)).some((pod) => usesClaim(pod, claim));
        if (isUsed()) return true;
        await pods.catchUp();
        return isUsed();
      };
    },
  });
}

function keysOf({ metadata: { namespace } }: Pod, claims: readonly string[]): readonly string[] {
  return claims.map((name) => namespacedKey(namespace, name));
}
