/** Whether a Pod takes more of its machine's disk than it may: the kubelet's eviction by local storage. Pure. */
import type { Pod, Volume } from '../../scheme/generated/types/core-v1.ts';
import { formatWhole, quantityValue } from '../../scheme/quantity.ts';
import { podLimits } from '../../scheme/resources-of-pod.ts';
import { type LocalUsage, mostLocalUsage, podLocalUsage } from '../../scheme/usage/local-usage.ts';

const STORAGE = 'ephemeral-storage';

type DiskUsage = Pick<LocalUsage, 'containers' | 'volumes'>;

/** Whether the Pod ever takes more than it may: others need not be looked at again. */
export function mayExceedStorage(pod: Pod): boolean {
  const most = mostLocalUsage(pod);
  return most !== undefined && excessOf(pod, most) !== undefined;
}

/** What the Pod takes too much of now, in the words of the kubelet; undefined when nothing. */
export function storageExcess(pod: Pod, nowMs: number): string | undefined {
  const usage = podLocalUsage(pod, nowMs);
  return usage && excessOf(pod, usage);
}

function excessOf(pod: Pod, usage: DiskUsage): string | undefined {
  return volumeExcess(pod, usage) ?? podExcess(pod, usage) ?? containerExcess(pod, usage);
}

function volumeExcess({ spec }: Pod, { volumes }: DiskUsage): string | undefined {
  const found = spec?.volumes?.find((volume) => (volumes.get(volume.name) ?? 0) > limitOf(volume));
  if (!found) return undefined;
  const limit = found.emptyDir?.sizeLimit ?? '';
  return `Usage of EmptyDir volume "${found.name}" exceeds the limit "${limit}". `;
}

function limitOf({ emptyDir }: Volume): number {
  return quantityValue(emptyDir?.sizeLimit ?? '0') || Number.POSITIVE_INFINITY;
}

function podExcess({ spec }: Pod, { containers, volumes }: DiskUsage): string | undefined {
  const limit = spec && podLimits(spec)[STORAGE];
  if (!limit) return undefined;
  let usedBytes = 0;
  for (const bytes of [...containers.values(), ...volumes.values()]) usedBytes += bytes;
  if (usedBytes <= limit) return undefined;
  return `Pod ephemeral local storage usage exceeds the total limit of containers ${formatWhole(limit)}. `;
}

function containerExcess({ spec }: Pod, { containers }: DiskUsage): string | undefined {
  for (const { name, resources } of [
    ...(spec?.initContainers ?? []),
    ...(spec?.containers ?? []),
  ]) {
    const limit = resources?.limits?.[STORAGE];
    if (limit === undefined || (containers.get(name) ?? 0) <= quantityValue(limit)) continue;
    return `Container ${name} exceeded its local ephemeral storage limit "${limit}". `;
  }
  return undefined;
}
