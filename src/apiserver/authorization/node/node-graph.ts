import type {
  PersistentVolume,
  Pod,
  SecretReference,
} from '../../../scheme/generated/types/core-v1.ts';
import type { ResourceSlice } from '../../../scheme/generated/types/resource-v1.ts';
import type { VolumeAttachment } from '../../../scheme/generated/types/storage-v1.ts';
import { visitPodReferences } from '../../../scheme/pod-references.ts';

/** What a node may be related to: by its Pods, by their volumes, or by itself. */
export type RelatedResource =
  | 'configmaps'
  | 'persistentvolumeclaims'
  | 'persistentvolumes'
  | 'pods'
  | 'resourceclaims'
  | 'resourceslices'
  | 'secrets'
  | 'serviceaccounts'
  | 'volumeattachments';

const idOf = (resource: RelatedResource, namespace: string, name: string): string =>
  `${resource}/${namespace}/${name}`;

/**
 * Which node has to do with which object:
 *
 *   node ← Pod ← Secret, ConfigMap, ServiceAccount, ResourceClaim
 *   node ← Pod ← PersistentVolumeClaim ← PersistentVolume ← Secret
 *   node ← VolumeAttachment, ResourceSlice
 *
 * Kept as the objects change. What is kept are counts by node, for each object that a Pod names: a Pod changes them when it is
 * bound and when it goes, and not with each of its status reports.
 */
export class NodeGraph {
  /** By object, then node: by how many of the node's Pods, or by itself. */
  readonly #nodesOf = new Map<string, Map<string, number>>();
  /** The claim of each volume, and the volumes that name each secret. */
  readonly #claimOf = new Map<string, string>();
  readonly #volumesOf = new Map<string, Set<string>>();

  /** Whether `node` has to do with the object. */
  isRelated(node: string, resource: RelatedResource, namespace: string, name: string): boolean {
    const id = idOf(resource, namespace, name);
    if (this.#nodesOf.get(id)?.has(node)) return true;
    if (resource === 'persistentvolumes') return this.#isVolumeOf(node, id);
    if (resource !== 'secrets') return false;
    for (const volume of this.#volumesOf.get(id) ?? []) {
      if (this.#isVolumeOf(node, volume)) return true;
    }
    return false;
  }

  changePod(previous: Pod | undefined, next: Pod | undefined): void {
    if (previous && next && referToTheSame(previous, next)) return;
    if (previous) this.#countPod(previous, -1);
    if (next) this.#countPod(next, 1);
  }

  changeVolume(previous: PersistentVolume | undefined, next: PersistentVolume | undefined): void {
    if (previous) this.#forgetVolume(previous);
    if (next) this.#rememberVolume(next);
  }

  changeAttachment(
    previous: VolumeAttachment | undefined,
    next: VolumeAttachment | undefined,
  ): void {
    this.#relate('volumeattachments', previous, previous?.spec.nodeName, -1);
    this.#relate('volumeattachments', next, next?.spec.nodeName, 1);
  }

  changeSlice(previous: ResourceSlice | undefined, next: ResourceSlice | undefined): void {
    this.#relate('resourceslices', previous, previous?.spec.nodeName, -1);
    this.#relate('resourceslices', next, next?.spec.nodeName, 1);
  }

  #isVolumeOf(node: string, volume: string): boolean {
    const claim = this.#claimOf.get(volume);
    return claim !== undefined && this.#nodesOf.get(claim)?.has(node) === true;
  }

  #countPod(pod: Pod, change: 1 | -1): void {
    const node = pod.spec?.nodeName;
    if (!node) return;
    const { namespace = '' } = pod.metadata;
    this.#relate('pods', pod, node, change);
    visitPodReferences(pod, (resource, name) => {
      if (name) this.#count(idOf(resource, namespace, name), node, change);
    });
  }

  #relate(
    resource: RelatedResource,
    object: { readonly metadata: { namespace?: string; name?: string } } | undefined,
    node: string | undefined,
    change: 1 | -1,
  ): void {
    if (!object || !node) return;
    const { namespace = '', name = '' } = object.metadata;
    this.#count(idOf(resource, namespace, name), node, change);
  }

  #count(id: string, node: string, change: 1 | -1): void {
    const nodes = this.#nodesOf.get(id) ?? new Map<string, number>();
    this.#nodesOf.set(id, nodes);
    const count = (nodes.get(node) ?? 0) + change;
    if (count > 0) nodes.set(node, count);
    else nodes.delete(node);
    if (nodes.size === 0) this.#nodesOf.delete(id);
  }

  #rememberVolume(volume: PersistentVolume): void {
    const { claimRef } = volume.spec ?? {};
    if (!claimRef?.name) return;
    const id = idOf('persistentvolumes', '', volume.metadata.name ?? '');
    this.#claimOf.set(id, idOf('persistentvolumeclaims', claimRef.namespace ?? '', claimRef.name));
    for (const secret of secretsOf(volume)) {
      const volumes = this.#volumesOf.get(secret) ?? new Set<string>();
      this.#volumesOf.set(secret, volumes.add(id));
    }
  }

  #forgetVolume(volume: PersistentVolume): void {
    const id = idOf('persistentvolumes', '', volume.metadata.name ?? '');
    this.#claimOf.delete(id);
    for (const secret of secretsOf(volume)) {
      const volumes = this.#volumesOf.get(secret);
      volumes?.delete(id);
      if (volumes?.size === 0) this.#volumesOf.delete(secret);
    }
  }
}

/** A bound Pod's references stay what they are; only its claims are named later, in the status. */
function referToTheSame(previous: Pod, next: Pod): boolean {
  return (
    previous.metadata.uid === next.metadata.uid &&
    previous.spec?.nodeName === next.spec?.nodeName &&
    previous.spec?.ephemeralContainers?.length === next.spec?.ephemeralContainers?.length &&
    previous.status?.resourceClaimStatuses?.length === next.status?.resourceClaimStatuses?.length &&
    previous.status?.extendedResourceClaimStatus?.resourceClaimName ===
      next.status?.extendedResourceClaimStatus?.resourceClaimName
  );
}

/** The secrets of a bound volume that its node needs; those without a namespace are in the claim's. */
function secretsOf({ spec }: PersistentVolume): string[] {
  if (!spec?.claimRef) return [];
  const { azureFile, cephfs, csi, flexVolume, iscsi, rbd, scaleIO, storageos } = spec;
  const references: readonly (SecretReference | undefined)[] = [
    azureFile && withNamespace(azureFile.secretName, azureFile.secretNamespace),
    cephfs?.secretRef,
    csi?.nodePublishSecretRef,
    csi?.nodeStageSecretRef,
    csi?.nodeExpandSecretRef,
    flexVolume?.secretRef,
    iscsi?.secretRef,
    rbd?.secretRef,
    scaleIO?.secretRef,
    storageos?.secretRef && withNamespace(storageos.secretRef.name, storageos.secretRef.namespace),
  ];
  const claimNamespace = spec.claimRef.namespace ?? '';
  return references.flatMap((reference) =>
    reference?.name ? [idOf('secrets', reference.namespace || claimNamespace, reference.name)] : [],
  );
}

function withNamespace(name: string | undefined, namespace: string | undefined): SecretReference {
  return { ...(name ? { name } : {}), ...(namespace ? { namespace } : {}) };
}
