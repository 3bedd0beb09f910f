/** Which volume a claim may be bound to. Pure: binder and scheduler decide alike. */
import type { PersistentVolume, PersistentVolumeClaim } from '../generated/types/core-v1.ts';
import { selectorMatcher } from '../label-selector.ts';
import { compareQuantities } from '../quantity.ts';
import { storageClassOf } from './annotations.ts';

/** What is at least wanted of a volume. */
export function requestedStorage({ spec }: PersistentVolumeClaim): string {
  return spec?.resources?.requests?.storage ?? '0';
}

export function capacityOf({ spec }: PersistentVolume): string {
  return spec?.capacity?.storage ?? '0';
}

/** Whether the volume is for this claim and no other: bound to it, or reserved for whoever has its name. */
export function isReservedFor({ spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { claimRef } = spec ?? {};
  if (!claimRef) return false;
  const { name, namespace, uid } = claim.metadata;
  if (claimRef.name !== name || claimRef.namespace !== namespace) return false;
  return !claimRef.uid || claimRef.uid === uid;
}

/** Why a volume that is asked for by name cannot serve the claim, in Kubernetes' words; undefined when it can. */
export function unfitReason(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
): string | undefined {
  if (volume.metadata.deletionTimestamp) {
    return `the volume is marked for deletion "${volume.metadata.name}"`;
  }
  if (compareQuantities(capacityOf(volume), requestedStorage(claim)) < 0) {
    return 'requested PV is too small';
  }
  if (storageClassOf(volume) !== storageClassOf(claim)) return 'storageClassName does not match';
  if (attributesClassOf(volume) !== attributesClassOf(claim)) {
    return 'volumeAttributesClassName does not match';
  }
  if (!hasSameMode(volume, claim)) return 'incompatible volumeMode';
  return offersAccessModes(volume, claim) ? undefined : 'incompatible accessMode';
}

export function hasSameMode(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (volume.spec?.volumeMode ?? 'Filesystem') === (claim.spec?.volumeMode ?? 'Filesystem');
}

/**
 * The volume that suits the claim best: one that is reserved for it, else of those that are free the one that offers the
 * fewest access modes, and among these the smallest.
 * @param reservedOnly leaves free ones to the scheduler, which knows where the claim is needed
 */
export function findVolume(
  claim: PersistentVolumeClaim,
  volumes: Iterable<PersistentVolume>,
  { reservedOnly }: { readonly reservedOnly: boolean },
): PersistentVolume | undefined {
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    if (!couldServe(volume, claim)) continue;
    if (isReservedFor(volume, claim)) return volume;
    if (reservedOnly || !isFree(volume) || !suits(volume, claim)) continue;
    if (!best || byModes(volume, best) < 0) best = volume;
  }
  return best;
}

/**
 * All volumes that the claim may be given, those that suit it best first: as they are reserved for it, then from the smallest,
 * however many modes they offer. So the scheduler takes them, which cannot take each from every node.
 */
export function volumesInOrder(
  claim: PersistentVolumeClaim,
  volumes: Iterable<PersistentVolume>,
): readonly PersistentVolume[] {
  const reserved: PersistentVolume[] = [];
  const free: PersistentVolume[] = [];
  for (const volume of volumes) {
    if (!couldServe(volume, claim)) continue;
    if (isReservedFor(volume, claim)) reserved.push(volume);
    else if (isFree(volume) && suits(volume, claim)) free.push(volume);
  }
  return [...reserved, ...free.sort(bySize)];
}

function couldServe(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if (volume.metadata.deletionTimestamp || !hasSameMode(volume, claim)) return false;
  if (attributesClassOf(volume) !== attributesClassOf(claim)) return false;
  if (!offersAccessModes(volume, claim)) return false;
  return compareQuantities(capacityOf(volume), requestedStorage(claim)) >= 0;
}

function suits(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { selector } = claim.spec ?? {};
  if (selector && !selectorMatcher(selector)(volume.metadata.labels)) return false;
  return unfitReason(volume, claim) === undefined;
}

function isFree({ spec, status }: PersistentVolume): boolean {
  return spec?.claimRef === undefined && status?.phase === 'Available';
}

function byModes(a: PersistentVolume, b: PersistentVolume): number {
  return (a.spec?.accessModes?.length ?? 0) - (b.spec?.accessModes?.length ?? 0) || bySize(a, b);
}

function bySize(a: PersistentVolume, b: PersistentVolume): number {
  const [left = '', right = ''] = [a.metadata.name, b.metadata.name];
  return compareQuantities(capacityOf(a), capacityOf(b)) || (left < right ? -1 : 1);
}

function offersAccessModes({ spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const offered = spec?.accessModes ?? [];
  return (claim.spec?.accessModes ?? []).every((mode) => offered.includes(mode));
}

function attributesClassOf({ spec }: PersistentVolume | PersistentVolumeClaim): string {
  return spec?.volumeAttributesClassName ?? '';
}
