/** Which claims a Pod uses. Pure. */
import type { PersistentVolumeClaim, Pod } from '../../scheme/generated/types/core-v1.ts';
import { controllerOf } from '../../scheme/object.ts';
import { claimNameOf } from '../../scheme/storage/pod-claims.ts';

const NO_NAMES: readonly string[] = [];

/**
 * The names of the claims that a Pod may use. One without a node uses none: no kubelet starts a Pod on a claim that is being
 * deleted. One that has ended still holds the claims that it names, for as long as it exists.
 */
export function claimsOfPod(pod: Pod): readonly string[] {
  const { nodeName, volumes } = pod.spec ?? {};
  if (!nodeName || !volumes) return NO_NAMES;
  return volumes.flatMap((volume) => {
    if (volume.ephemeral && isShutDown(pod)) return NO_NAMES;
    return claimNameOf(pod.metadata.name ?? '', volume) ?? NO_NAMES;
  });
}

/** Whether the Pod uses this very claim: one that has the name of an ephemeral volume's must also be that volume's. */
export function usesClaim(pod: Pod, claim: PersistentVolumeClaim): boolean {
  const { name = '' } = claim.metadata;
  if (!claimsOfPod(pod).includes(name)) return false;
  const isNamed = pod.spec?.volumes?.some(
    ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === name,
  );
  return isNamed === true || controllerOf(claim)?.uid === pod.metadata.uid;
}

/** The claims that `previous` used and `pod` does not. @param pod undefined when it is gone */
export function claimsLetGo(previous: Pod, pod: Pod | undefined): readonly string[] {
  const before = claimsOfPod(previous);
  if (before.length === 0 || !pod || pod.metadata.uid !== previous.metadata.uid) return before;
  const now = claimsOfPod(pod);
  return before.filter((name) => !now.includes(name));
}

/** The kubelet has done with it, or it was deleted by force: what its own finalizers wait for must not wait for it. */
function isShutDown({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0;
}
