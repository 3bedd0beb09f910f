/** Which images a node gives up, by the rules of the kubelet's image garbage collection. Pure. */
import { parseGoDuration } from '../../scheme/duration.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { imageFacts } from './image-size.ts';
import type { ImageUse } from './node-images.ts';

/** On a Node: in hundredths of its disk, from what usage on images are removed, and down to which. @default 85 and 80 */
const ANNOTATION_HIGH_THRESHOLD = 'orrery.dev/image-gc-high-threshold-percent';
const ANNOTATION_LOW_THRESHOLD = 'orrery.dev/image-gc-low-threshold-percent';
/** On a Node: images younger than this stay. @default 2m */
const ANNOTATION_MINIMUM_AGE = 'orrery.dev/image-minimum-gc-age';
/** On a Node: images that nothing has used for so long go, however much room there is. @default 0s: they stay */
const ANNOTATION_MAXIMUM_AGE = 'orrery.dev/image-maximum-gc-age';

export interface ImageGcPolicy {
  readonly highPercent: number;
  readonly lowPercent: number;
  readonly minimumAgeMs: number;
  /** 0 where age alone is no reason. */
  readonly maximumAgeMs: number;
}

export const DEFAULT_IMAGE_GC_POLICY: ImageGcPolicy = {
  highPercent: 85,
  lowPercent: 80,
  minimumAgeMs: 2 * 60_000,
  maximumAgeMs: 0,
};

/** What annotations say of it; one that says nothing sensible counts as absent. */
export function imageGcPolicyOf({ metadata: { annotations } }: Node): ImageGcPolicy {
  if (!annotations) return DEFAULT_IMAGE_GC_POLICY;
  const usual = DEFAULT_IMAGE_GC_POLICY;
  const highPercent = percentOf(annotations[ANNOTATION_HIGH_THRESHOLD]) ?? usual.highPercent;
  const lowPercent = percentOf(annotations[ANNOTATION_LOW_THRESHOLD]) ?? usual.lowPercent;
  return {
    highPercent,
    lowPercent: Math.min(lowPercent, highPercent),
    minimumAgeMs: parseGoDuration(annotations[ANNOTATION_MINIMUM_AGE] ?? '') ?? usual.minimumAgeMs,
    maximumAgeMs: parseGoDuration(annotations[ANNOTATION_MAXIMUM_AGE] ?? '') ?? usual.maximumAgeMs,
  };
}

function percentOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,3}$/.test(text)) return undefined;
  const percent = Number(text);
  return percent <= 100 ? percent : undefined;
}

export interface NodeDisk {
  readonly capacityBytes: number;
  /** What is on it: images, and what containers have written. */
  readonly usedBytes: number;
}

/** How many bytes of images have to go: none while the disk is used less than the higher threshold. */
export function bytesToFree(
  { capacityBytes, usedBytes }: NodeDisk,
  { highPercent, lowPercent }: ImageGcPolicy,
): number {
  const availableBytes = Math.max(0, capacityBytes - usedBytes);
  const usagePercent = 100 - Math.floor((availableBytes * 100) / capacityBytes);
  if (!(usagePercent >= highPercent)) return 0;
  return Math.max(0, Math.floor((capacityBytes * (100 - lowPercent)) / 100) - availableBytes);
}

export interface ImageRemoval {
  readonly images: readonly string[];
  readonly freedBytes: number;
}

export interface RemovalOptions {
  readonly nowMs: number;
  readonly minimumAgeMs: number;
  /** Images of containers that are there: they stay. */
  isInUse(image: string): boolean;
}

/** The images to remove so that `wantedBytes` are freed, or all that may go: those first that were not used for longest. */
export function imagesToRemove(
  images: ReadonlyMap<string, ImageUse>,
  wantedBytes: number,
  { isInUse, minimumAgeMs, nowMs }: RemovalOptions,
): ImageRemoval {
  const oldestFirst = [...images].sort(
    ([, a], [, b]) => a.usedMs - b.usedMs || a.detectedMs - b.detectedMs,
  );
  const removed: string[] = [];
  let freedBytes = 0;
  for (const [image, { detectedMs }] of oldestFirst) {
    if (freedBytes >= wantedBytes) break;
    if (isInUse(image) || nowMs - detectedMs < minimumAgeMs) continue;
    freedBytes += imageFacts(image).sizeBytes;
    removed.push(image);
  }
  return { images: removed, freedBytes };
}

/** The images that nothing has used for longer than `maximumAgeMs`. */
export function outdatedImages(
  images: ReadonlyMap<string, ImageUse>,
  maximumAgeMs: number,
  { isInUse, nowMs }: Pick<RemovalOptions, 'isInUse' | 'nowMs'>,
): string[] {
  return [...images]
    .filter(([image, { usedMs }]) => nowMs - usedMs > maximumAgeMs && !isInUse(image))
    .map(([image]) => image);
}
