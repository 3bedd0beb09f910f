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
 * @param bySize takes the smallest, however many modes it offers: so the scheduler does
 */
export function findVolume(
  claim: PersistentVolumeClaim,
  volumes: Iterable<PersistentVolume>,
  { bySize = false, reservedOnly }: { readonly reservedOnly: boolean; readonly bySize?: boolean },
): PersistentVolume | undefined {
  const isBetter = bySize ? isSmaller : isCloser;
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    if (!couldServe(volume, claim)) continue;
    if (isReservedFor(volume, claim)) return volume;
    if (reservedOnly || !isFree(volume) || !suits(volume, claim)) continue;
    if (!best || isBetter(volume, best)) best = volume;
  }
  return best;
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

function isCloser(volume: PersistentVolume, best: PersistentVolume): boolean {
  const modes = (volume.spec?.accessModes?.length ?? 0) - (best.spec?.accessModes?.length ?? 0);
  return modes !== 0 ? modes < 0 : isSmaller(volume, best);
}

function isSmaller(volume: PersistentVolume, best: PersistentVolume): boolean {
  const size = compareQuantities(capacityOf(volume), capacityOf(best));
  return size !== 0 ? size < 0 : (volume.metadata.name ?? '') < (best.metadata.name ?? '');
}

function offersAccessModes({ spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const offered = spec?.accessModes ?? [];
  return (claim.spec?.accessModes ?? []).every((mode) => offered.includes(mode));
}

function attributesClassOf({ spec }: PersistentVolume | PersistentVolumeClaim): string {
  return spec?.volumeAttributesClassName ?? '';
}
