import type { PersistentVolumeClaim, Pod, Volume } from '../generated/types/core-v1.ts';
import { controllerOf } from '../object.ts';

const NO_NAMES: readonly string[] = [];
const NO_VOLUMES: readonly Volume[] = [];

/** The claim that a volume of a Pod is on; one that is made for the volume is named after both. */
export function claimNameOf(podName: string, volume: Volume): string | undefined {
  if (volume.persistentVolumeClaim) return volume.persistentVolumeClaim.claimName;
  return volume.ephemeral ? `${podName}-${volume.name}` : undefined;
}

/** The names of all claims that a Pod's volumes are on. Most Pods have none: to say so costs nothing. */
export function claimNamesOf({ metadata, spec }: Pod): readonly string[] {
  let names: string[] | undefined;
  for (const volume of spec?.volumes ?? NO_VOLUMES) {
    const name = claimNameOf(metadata.name ?? '', volume);
    if (name === undefined) continue;
    names ??= [];
    names.push(name);
  }
  return names ?? NO_NAMES;
}

/** Why a claim that has the name of a Pod's ephemeral volume is not that volume's, in Kubernetes' words; undefined when it is. */
export function foreignClaimReason(pod: Pod, claim: PersistentVolumeClaim): string | undefined {
  if (controllerOf(claim)?.uid === pod.metadata.uid) return undefined;
  const { name, namespace } = claim.metadata;
  return `PVC ${namespace}/${name} was not created for pod ${pod.metadata.namespace}/${pod.metadata.name} (pod is not owner)`;
}

/** Whether the claim of this name is made for one of the Pod's volumes, and not named by one. */
export function isEphemeralClaim({ metadata, spec }: Pod, name: string): boolean {
  return (spec?.volumes ?? NO_VOLUMES).some(
    (volume) => volume.ephemeral !== undefined && claimNameOf(metadata.name ?? '', volume) === name,
  );
}
