import type { Container, Pod, Volume } from './generated/types/core-v1.ts';
import { claimNameOf } from './storage/pod-claims.ts';

/** The kinds of objects that a Pod may refer to, and that its node may therefore read. */
export type ReferencedResource =
  | 'configmaps'
  | 'persistentvolumeclaims'
  | 'resourceclaims'
  | 'secrets'
  | 'serviceaccounts';

const ANNOTATION_MIRROR_POD = 'kubernetes.io/config.mirror';

const NONE: readonly never[] = [];

type Visit = (resource: ReferencedResource, name: string | undefined) => void;

/**
 * Calls `visit` for each object of the Pod's namespace that it refers to; some are named several times, and some names are
 * unset. Mirror Pods refer to nothing: a node makes them itself, and must not widen its rights by it.
 */
export function visitPodReferences(pod: Pod, visit: Visit): void {
  if (pod.metadata.annotations?.[ANNOTATION_MIRROR_POD] !== undefined) return;
  const { spec, status } = pod;
  if (!spec) return;
  visit('serviceaccounts', spec.serviceAccountName);
  for (const secret of spec.imagePullSecrets ?? []) visit('secrets', secret.name);
  for (const container of spec.initContainers ?? NONE) visitContainer(container, visit);
  for (const container of spec.containers) visitContainer(container, visit);
  for (const container of spec.ephemeralContainers ?? NONE) visitContainer(container, visit);
  for (const volume of spec.volumes ?? []) visitVolume(pod, volume, visit);
  for (const claim of spec.resourceClaims ?? []) visit('resourceclaims', claim.resourceClaimName);
  for (const claim of status?.resourceClaimStatuses ?? []) {
    visit('resourceclaims', claim.resourceClaimName);
  }
  visit('resourceclaims', status?.extendedResourceClaimStatus?.resourceClaimName);
}

function visitContainer(
  { env = [], envFrom = [] }: Pick<Container, 'env' | 'envFrom'>,
  visit: Visit,
): void {
  for (const { configMapRef, secretRef } of envFrom) {
    visit('configmaps', configMapRef?.name);
    visit('secrets', secretRef?.name);
  }
  for (const { valueFrom } of env) {
    visit('configmaps', valueFrom?.configMapKeyRef?.name);
    visit('secrets', valueFrom?.secretKeyRef?.name);
  }
}

function visitVolume(pod: Pod, volume: Volume, visit: Visit): void {
  visit('configmaps', volume.configMap?.name);
  visit('secrets', volume.secret?.secretName);
  for (const { configMap, secret } of volume.projected?.sources ?? []) {
    visit('configmaps', configMap?.name);
    visit('secrets', secret?.name);
  }
  visit('persistentvolumeclaims', claimNameOf(pod.metadata.name ?? '', volume));
  // Volume sources with a secret of their own.
  visit('secrets', volume.azureFile?.secretName);
  visit('secrets', volume.cephfs?.secretRef?.name);
  visit('secrets', volume.flexVolume?.secretRef?.name);
  visit('secrets', volume.iscsi?.secretRef?.name);
  visit('secrets', volume.rbd?.secretRef?.name);
  visit('secrets', volume.scaleIO?.secretRef?.name);
  visit('secrets', volume.storageos?.secretRef?.name);
  visit('secrets', volume.csi?.nodePublishSecretRef?.name);
}
