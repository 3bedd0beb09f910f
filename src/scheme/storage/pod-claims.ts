import type { Pod, Volume } from '../generated/types/core-v1.ts';

const NO_NAMES: readonly string[] = [];
const NO_VOLUMES: readonly Volume[] = [];

/** The claim that a volume of a Pod is on; one that is made for the volume is named after both. */
export function claimNameOf(podName: string, volume: Volume): string | undefined {
  if (volume.persistentVolumeClaim) return volume.persistentVolumeClaim.claimName;
  return volume.ephemeral ? `${podName}-${volume.name}` : undefined;
}

/** The names of all claims that a Pod's volumes are on. Most Pods have none: to say so costs nothing. */
export function claimNamesOf({ metadata, spec }: Pod): readonly string[] {
  let names: string[] | undefined;
  for (const volume of spec?.volumes ?? NO_VOLUMES) {
    const name = claimNameOf(metadata.name ?? '', volume);
    if (name === undefined) continue;
    names ??= [];
    names.push(name);
  }
  return names ?? NO_NAMES;
}
