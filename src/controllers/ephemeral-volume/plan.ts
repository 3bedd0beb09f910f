/** The claims of a Pod's generic ephemeral volumes. Pure. */
import type { PersistentVolumeClaim, Pod } from '../../scheme/generated/types/core-v1.ts';
import { claimNameOf } from '../../scheme/storage/pod-claims.ts';
import { controllerReference } from '../shared/owner-references.ts';

export function hasEphemeralVolumes({ spec }: Pod): boolean {
  return spec?.volumes?.some(({ ephemeral }) => ephemeral !== undefined) ?? false;
}

export interface EphemeralClaim {
  /** The name of the Pod's volume. */
  readonly volumeName: string;
  readonly claim: PersistentVolumeClaim;
}

/** The claims that a Pod's volumes are to have: made from their templates, and the Pod's own. One that is going gets none. */
export function ephemeralClaims(pod: Pod): readonly EphemeralClaim[] {
  const { deletionTimestamp, name: podName = '', namespace = '' } = pod.metadata;
  if (deletionTimestamp) return [];
  return (pod.spec?.volumes ?? []).flatMap((volume) => {
    const template = volume.ephemeral?.volumeClaimTemplate;
    const name = claimNameOf(podName, volume);
    if (!template || name === undefined) return [];
    const { annotations, labels } = template.metadata ?? {};
    const claim: PersistentVolumeClaim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name,
        namespace,
        ...(annotations ? { annotations } : {}),
        ...(labels ? { labels } : {}),
        ownerReferences: [controllerReference(pod)],
      },
      spec: template.spec,
    };
    return [{ volumeName: volume.name, claim }];
  });
}
