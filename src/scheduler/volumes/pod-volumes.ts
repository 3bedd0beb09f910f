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
import { requestedStorage } from '../../scheme/storage/volume-matching.ts';
import { CandidateVolumes } from './candidate-volumes.ts';
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
  readonly waiting: readonly WaitingClaim[];
}

/** A claim that a node was chosen for has no candidates: only a new volume will do, and only there. */
interface WaitingClaim {
  readonly claim: PersistentVolumeClaim;
  readonly candidates: CandidateVolumes | undefined;
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
    ? { bound, waiting: waiting.sort(bySize).map((claim) => toWaiting(claim, state)) }
    : { refusal: REASON_UNBOUND_IMMEDIATE };
}

/** The smallest first: none takes a volume from one that needs more. */
function bySize(a: PersistentVolumeClaim, b: PersistentVolumeClaim): number {
  return compareQuantities(requestedStorage(a), requestedStorage(b));
}

/** What the claim may be given is found here, once for all nodes. */
function toWaiting(claim: PersistentVolumeClaim, state: VolumeState): WaitingClaim {
  const candidates = selectedNodeOf(claim)
    ? undefined
    : new CandidateVolumes(claim, state.volumesFor(claim));
  return { claim, candidates };
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

/** The plan for the node, or all that is in its way there. */
export function planVolumes(
  { bound, waiting }: PodClaims,
  node: Node,
  state: VolumeState,
): VolumePlan | { readonly reasons: readonly string[] } {
  const problem = boundProblem(bound, node, state);
  const plan = planWaiting(waiting, node, state);
  if (typeof plan !== 'string') return problem === undefined ? plan : { reasons: [problem] };
  return { reasons: problem === undefined ? [plan] : [problem, plan] };
}

function boundProblem(
  bound: PodClaims['bound'],
  node: Node,
  state: VolumeState,
): string | undefined {
  for (const claim of bound) {
    const volume = state.volume(claim.spec?.volumeName ?? '');
    if (!volume) return REASON_LOST_VOLUME;
    if (!reaches(volume, node)) return REASON_VOLUME_NODE_CONFLICT;
  }
  return undefined;
}

/**
 * The smallest claim chooses first, as in Kubernetes; where that leaves one without a volume, those choose first that none can
 * be made for.
 *
 * @returns the plan, or why there is none
 */
function planWaiting(
  waiting: PodClaims['waiting'],
  node: Node,
  state: VolumeState,
): VolumePlan | string {
  const plan = planInOrder(waiting, node, state);
  if (typeof plan !== 'string' || waiting.length < 2) return plan;
  const isNeedy = ({ claim }: WaitingClaim) =>
    provisioningProblem(claim, node, state) !== undefined;
  const [needy, others] = [waiting.filter(isNeedy), waiting.filter((one) => !isNeedy(one))];
  const second = planInOrder([...needy, ...others], node, state);
  return typeof second === 'string' ? plan : second;
}

function planInOrder(
  waiting: PodClaims['waiting'],
  node: Node,
  state: VolumeState,
): VolumePlan | string {
  const provisioned = waiting.filter((one) => !one.candidates).map(({ claim }) => claim);
  if (provisioned.some((claim) => selectedNodeOf(claim) !== node.metadata.name)) {
    return REASON_BIND_CONFLICT;
  }
  const bindings = new Map<PersistentVolume, PersistentVolumeClaim>();
  for (const { candidates, claim } of waiting) {
    if (!candidates) continue;
    const volume = candidates.bestFor(node, bindings);
    if (volume) bindings.set(volume, claim);
    else provisioned.push(claim);
  }
  for (const claim of provisioned) {
    const problem = provisioningProblem(claim, node, state);
    if (problem !== undefined) return problem;
  }
  return {
    bindings: [...bindings].map(([volume, claim]) => ({ claim, volume })),
    provisioned,
  };
}

function selectedNodeOf({ metadata }: PersistentVolumeClaim): string | undefined {
  return metadata.annotations?.[ANNOTATION_SELECTED_NODE] || undefined;
}

function provisioningProblem(
  claim: PersistentVolumeClaim,
  node: Node,
  state: VolumeState,
): string | undefined {
  const storageClass = classOf(claim, state);
  if (!storageClass || !canProvision(storageClass, node)) return REASON_BIND_CONFLICT;
  const bytes = quantityValue(requestedStorage(claim));
  return state.hasSpace(storageClass, bytes, node) ? undefined : REASON_NO_SPACE;
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
