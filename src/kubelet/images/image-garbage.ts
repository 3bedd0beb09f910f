import { imageFacts } from './image-size.ts';

/** Of the disk, in hundredths: images are removed when they fill more than the first, until they fill less than the second. */
const HIGH_PERCENT = 85;
const LOW_PERCENT = 80;

export interface NodeDisk {
  readonly capacityBytes: number;
  /** Images of containers that are there: they stay. */
  isInUse(image: string): boolean;
}

/** The images that the node must give up, those first that were not used for longest. Pure. */
export function imagesToRemove(
  images: ReadonlyMap<string, number>,
  { capacityBytes, isInUse }: NodeDisk,
): string[] {
  let usedBytes = 0;
  for (const image of images.keys()) usedBytes += imageFacts(image).sizeBytes;
  if (usedBytes * 100 <= capacityBytes * HIGH_PERCENT) return [];
  const removed: string[] = [];
  const oldestFirst = [...images].sort(([, a], [, b]) => a - b);
  for (const [image] of oldestFirst) {
    if (usedBytes * 100 <= capacityBytes * LOW_PERCENT) break;
    if (isInUse(image)) continue;
    usedBytes -= imageFacts(image).sizeBytes;
    removed.push(image);
  }
  return removed;
}
