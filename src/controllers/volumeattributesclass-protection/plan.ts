/** Which VolumeAttributesClasses volumes and claims have, had or are to have. Pure. */
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../scheme/generated/types/core-v1.ts';

/** Those that a claim asks for, has, and is on its way to. */
export function classesOfClaim({ spec, status }: PersistentVolumeClaim): readonly string[] {
  return present(
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  );
}

export function classesOfVolume({ spec }: PersistentVolume): readonly string[] {
  return present(spec?.volumeAttributesClassName);
}

function present(...names: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(names.flatMap((name) => name || []))];
}
