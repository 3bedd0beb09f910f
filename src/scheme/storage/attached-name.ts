import type { PersistentVolume } from '../generated/types/core-v1.ts';

/** As kubelets and nodes call an attached volume. */
export function attachedName({ metadata, spec }: PersistentVolume): string {
  const { driver = '', volumeHandle = metadata.name ?? '' } = spec?.csi ?? {};
  return `kubernetes.io/csi/${driver}^${volumeHandle}`;
}
