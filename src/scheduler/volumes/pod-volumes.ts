/** Which volumes a pod would have on a node. Pure but for what it reads of the state. */
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
} from '../../scheme/generated/types/core-v1.ts';
import type { StorageClass } from '../../scheme/generated/types/storage-v1.ts';
import { compileNodeSelector } from '../../scheme/node-selector.ts';
import { compareQuantities, quantityValue } from '../../scheme/quantity.ts';
import { ANNOTATION_SELECTED_NODE, storageClassOf } from '../../scheme/storage/annotations.ts';
import {
  claimNamesOf,
  foreignClaimReason,
  isEphemeralClaim,
} from '../../scheme/storage/pod-claims.ts';
import { findVolume, requestedStorage } from '../../scheme/storage/volume-matching.ts';
import { isBound, type VolumeState } from './volume-state.ts';

export const REASON_VOLUME_NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity";
export const REASON_BIND_CONFLICT = "node(s) didn't find available persistent volumes to bind";
export const REASON_NO_SPACE = 'node(s) did not have enough free storage';
export const REASON_LOST_VOLUME =
  'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';
export const REASON_UNBOUND_IMMEDIATE = 'pod has unbound immediate PersistentVolumeClaims';

/** The provisioner of classes whose volumes are made by hand. */
const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

/** What the claims of a pod are about. */
export interface PodClaims {
  readonly bound: readonly PersistentVolumeClaim[];
  /** These wait for a pod to say where they are needed. */
  readonly waiting: readonly PersistentVolumeClaim[];
}

/** The claims of the pod's volumes, or why no node can take it: what is wrong with any of them before what is to come. */
export function claimsOf(pod: Pod, state: VolumeState): PodClaims | { readonly refusal: string } {
  const claims: PersistentVolumeClaim[] = [];
  for (const name of claimNamesOf(pod)) {
    const claim = state.claim(pod.metadata.namespace, name);
    const refusal = claim ? claimProblem(claim, pod) : missingClaim(pod, name);
    if (refusal !== undefined) return { refusal };
    if (claim) claims.push(claim);
  }
  const bound = claims.filter(isBound);
  const waiting = claims.filter((claim) => !isBound(claim));
  return waiting.every((claim) => waitsForConsumer(claim, state))
    ? { bound, waiting: waiting.sort(bySize) }
    : { refusal: REASON_UNBOUND_IMMEDIATE };
}

/** The smallest first: none takes a volume from one that needs more. */
function bySize(a: PersistentVolumeClaim, b: PersistentVolumeClaim): number {
  return compareQuantities(requestedStorage(a), requestedStorage(b));
}

function missingClaim(pod: Pod, name: string): string {
  return isEphemeralClaim(pod, name)
    ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
    : `persistentvolumeclaim "${name}" not found`;
}

function claimProblem(claim: PersistentVolumeClaim, pod: Pod): string | undefined {
  const { metadata, spec, status } = claim;
  const { name = '' } = metadata;
  if (status?.phase === 'Lost') {
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${spec?.volumeName}"`;
  }
  if (metadata.deletionTimestamp) return `persistentvolumeclaim "${name}" is being deleted`;
  return isEphemeralClaim(pod, name) ? foreignClaimReason(pod, claim) : undefined;
}

function waitsForConsumer(claim: PersistentVolumeClaim, state: VolumeState): boolean {
  if (claim.spec?.volumeName) return false;
  return classOf(claim, state)?.volumeBindingMode === 'WaitForFirstConsumer';
}

function classOf(claim: PersistentVolumeClaim, state: VolumeState): StorageClass | undefined {
  return state.storageClass(storageClassOf(claim));
}

/** How each waiting claim would get its volume on a node. */
export interface VolumePlan {
  readonly bindings: readonly {
    readonly claim: PersistentVolumeClaim;
    readonly volume: PersistentVolume;
  }[];
  /** Volumes are to be made for these. */
  readonly provisioned: readonly PersistentVolumeClaim[];
}

/** The plan for the node, or why it cannot be. */
export function planVolumes(
  { bound, waiting }: PodClaims,
  node: Node,
  state: VolumeState,
): VolumePlan | { readonly reason: string } {
  for (const claim of bound) {
    const volume = state.volume(claim.spec?.volumeName ?? '');
    if (!volume) return { reason: REASON_LOST_VOLUME };
    if (!reaches(volume, node)) return { reason: REASON_VOLUME_NODE_CONFLICT };
  }
  const bindings = new Map<PersistentVolume, PersistentVolumeClaim>();
  const provisioned: PersistentVolumeClaim[] = [];
  for (const claim of waiting) {
    const source = sourceOf(claim, node, state, bindings);
    if (!source) return { reason: REASON_BIND_CONFLICT };
    if (source === 'no-space') return { reason: REASON_NO_SPACE };
    if (source === 'provisioner') provisioned.push(claim);
    else bindings.set(source, claim);
  }
  return {
    bindings: [...bindings].map(([volume, claim]) => ({ claim, volume })),
    provisioned,
  };
}

/** Where a waiting claim gets its volume from; once a node was chosen for it, only a new one will do, and only there. */
function sourceOf(
  claim: PersistentVolumeClaim,
  node: Node,
  state: VolumeState,
  taken: ReadonlyMap<PersistentVolume, unknown>,
): PersistentVolume | 'provisioner' | 'no-space' | undefined {
  const selected = claim.metadata.annotations?.[ANNOTATION_SELECTED_NODE];
  if (selected && selected !== node.metadata.name) return undefined;
  const volume = selected ? undefined : matching(claim, node, state, taken);
  if (volume) return volume;
  const storageClass = classOf(claim, state);
  if (!storageClass || !canProvision(storageClass, node)) return undefined;
  const bytes = quantityValue(requestedStorage(claim));
  return state.hasSpace(storageClass, bytes, node) ? 'provisioner' : 'no-space';
}

function matching(
  claim: PersistentVolumeClaim,
  node: Node,
  state: VolumeState,
  taken: ReadonlyMap<PersistentVolume, unknown>,
): PersistentVolume | undefined {
  const volumes = state
    .volumesFor(claim)
    .filter((volume) => !taken.has(volume) && reaches(volume, node));
  return findVolume(claim, volumes, { reservedOnly: false, bySize: true });
}

/** Whether the volume can be had from the node. */
export function reaches({ spec }: PersistentVolume, node: Node): boolean {
  const required = spec?.nodeAffinity?.required;
  return !required || compileNodeSelector(required)(node);
}

function canProvision({ allowedTopologies, provisioner }: StorageClass, node: Node): boolean {
  if (provisioner === NO_PROVISIONER) return false;
  if (!allowedTopologies?.length) return true;
  const labels = node.metadata.labels ?? {};
  return allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => values.includes(labels[key] ?? '')),
  );
}
