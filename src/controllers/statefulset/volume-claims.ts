/** The PersistentVolumeClaims of a StatefulSet's Pods, and who owns them. All pure. */
import type { NewObject } from '../../apiserver/client.ts';
import { cloneJson, deepEqual } from '../../lib/deep-equal.ts';
import type { StatefulSet } from '../../scheme/generated/types/apps-v1.ts';
import type { PersistentVolumeClaim, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { OwnerReference } from '../../scheme/object.ts';
import { controllerReference } from '../shared/owner-references.ts';
import { claimName, isInRange, parseMemberName } from './identity.ts';

/** A claim of a Pod: its name, and its template under the name of its volume. */
export interface MemberClaim {
  readonly name: string;
  readonly template: PersistentVolumeClaim;
}

export function claimsOf(set: StatefulSet, ordinal: number): readonly MemberClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).map((template) => ({
    name: claimName(set, template.metadata.name ?? '', ordinal),
    template,
  }));
}

export function newClaim(
  set: StatefulSet,
  ordinal: number,
  { name, template }: MemberClaim,
): NewObject<PersistentVolumeClaim> {
  const { metadata, spec } = cloneJson(template);
  const { annotations } = metadata;
  const owner =
    isInRange(set, ordinal) && deletesWithSet(set) ? controllerReference(set) : undefined;
  return {
    metadata: {
      name,
      namespace: set.metadata.namespace,
      labels: { ...metadata.labels, ...set.spec?.selector.matchLabels },
      ...(annotations ? { annotations } : {}),
      ...(owner ? { ownerReferences: [owner] } : {}),
    },
    ...(spec ? { spec } : {}),
  };
}

function deletesWithSet({ spec }: StatefulSet): boolean {
  return spec?.persistentVolumeClaimRetentionPolicy?.whenDeleted === 'Delete';
}

/** Whether the claim of a place is deleted once the set no longer has the place. */
export function deletesWhenScaled({ spec }: StatefulSet): boolean {
  return spec?.persistentVolumeClaimRetentionPolicy?.whenScaled === 'Delete';
}

/**
 * The claim with the owners that the set's retention policy asks for, so that the garbage collector deletes it in time: the
 * Pod of a place that is given up, else the set, else nobody. The very same object when it has them, or when somebody else
 * controls it.
 */
export function withRetention(
  claim: PersistentVolumeClaim,
  set: StatefulSet,
  pod: Pod,
): PersistentVolumeClaim {
  const references = claim.metadata.ownerReferences ?? [];
  const others = references.filter((one) => !isSet(one, set) && !isPod(one, pod));
  if (others.some(({ controller }) => controller)) return claim;
  const owner = ownerOfClaim(set, pod);
  const ownerReferences = owner ? [...others, controllerReference(owner)] : others;
  if (deepEqual(ownerReferences, references)) return claim;
  return { ...claim, metadata: { ...claim.metadata, ownerReferences } };
}

function ownerOfClaim(set: StatefulSet, pod: Pod): StatefulSet | Pod | undefined {
  const ordinal = parseMemberName(pod.metadata.name)?.ordinal ?? -1;
  if (!isInRange(set, ordinal) && deletesWhenScaled(set)) return pod;
  return deletesWithSet(set) ? set : undefined;
}

/** Whether the claim goes with an earlier Pod of the place, which is gone: it must go first. */
export function isStale(claim: PersistentVolumeClaim, podName: string): boolean {
  return (claim.metadata.ownerReferences ?? []).some(
    ({ kind, apiVersion, name }) => kind === 'Pod' && apiVersion === 'v1' && name === podName,
  );
}

function isSet({ uid }: OwnerReference, { metadata }: StatefulSet): boolean {
  return uid === metadata.uid;
}

function isPod({ kind, apiVersion, name }: OwnerReference, { metadata }: Pod): boolean {
  return kind === 'Pod' && apiVersion === 'v1' && name === metadata.name;
}
