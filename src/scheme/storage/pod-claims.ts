import type { Pod, Volume } from '../generated/types/core-v1.ts';

const NO_NAMES: readonly string[] = [];

/** The claim that a volume of a Pod is on; one that is made for the volume is named after both. */
export function claimNameOf(podName: string, volume: Volume): string | undefined {
  if (volume.persistentVolumeClaim) return volume.persistentVolumeClaim.claimName;
  return volume.ephemeral ? `${podName}-${volume.name}` : undefined;
}

/** The names of all claims that a Pod's volumes are on. */
export function claimNamesOf({ metadata, spec }: Pod): readonly string[] {
  if (!spec?.volumes) return NO_NAMES;
  return spec.volumes.flatMap((volume) => claimNameOf(metadata.name ?? '', volume) ?? NO_NAMES);
}
