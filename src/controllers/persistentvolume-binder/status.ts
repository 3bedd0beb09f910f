/** The status of claims and volumes. Pure. */
import { deepEqual } from '../../lib/deep-equal.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimStatus,
  PersistentVolumeStatus,
} from '../../scheme/generated/types/core-v1.ts';

type VolumePhase = NonNullable<PersistentVolumeStatus['phase']>;

/** The status of a volume in `phase`; the one it has where it is in it. @param now RFC 3339 */
export function volumeStatus(
  { status = {} }: PersistentVolume,
  {
    phase,
    message,
    now,
  }: { readonly phase: VolumePhase; readonly message?: string; readonly now: string },
): PersistentVolumeStatus {
  if (status.phase === phase && (status.message ?? '') === (message ?? '')) return status;
  const { message: _, ...rest } = status;
  const lastPhaseTransitionTime = status.phase === phase ? status.lastPhaseTransitionTime : now;
  return {
    ...rest,
    phase,
    ...(message ? { message } : {}),
    ...(lastPhaseTransitionTime ? { lastPhaseTransitionTime } : {}),
  };
}

/**
 * The status of a claim that is bound to `volume`; the one it has where that says so. What there is is said as the claim is
 * bound: later it may lag behind the volume on purpose, while a file system grows.
 */
export function boundClaimStatus(
  { status = {} }: PersistentVolumeClaim,
  { spec = {} }: PersistentVolume,
): PersistentVolumeClaimStatus {
  const next: PersistentVolumeClaimStatus = {
    ...status,
    phase: 'Bound',
    ...(spec.accessModes ? { accessModes: spec.accessModes } : {}),
  };
  if (status.phase !== 'Bound') {
    if (spec.capacity) next.capacity = spec.capacity;
    const attributes = spec.volumeAttributesClassName;
    if (attributes) next.currentVolumeAttributesClassName = attributes;
  }
  return deepEqual(next, status) ? status : next;
}

/** The status of a claim that has no volume; the one it has where that says so. */
export function unboundClaimStatus(
  { status = {} }: PersistentVolumeClaim,
  phase: 'Lost' | 'Pending',
): PersistentVolumeClaimStatus {
  const { accessModes: _, capacity: __, ...rest } = status;
  const next = { ...rest, phase };
  return deepEqual(next, status) ? status : next;
}
