import type { EventNote } from '../../machinery/event-recorder.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { quantityValue } from '../../scheme/quantity.ts';
import { statusesOf } from '../status/container-slots.ts';
import {
  bytesToFree,
  type ImageGcPolicy,
  imageGcPolicyOf,
  imagesToRemove,
  outdatedImages,
} from './image-garbage.ts';
import { withDefaultTag } from './image-name.ts';
import type { NodeImages } from './node-images.ts';

/** A kubelet looks this often for images that are too old, and tries again what it could not free. */
const PERIOD_MS = 5 * 60_000;

interface Memory {
  /** When this kubelet first looked: before that it does not know what was used. */
  readonly sinceMs: number;
  nextAgeLookMs: number;
  /** When it is tried again to free what could not be freed. */
  nextTryMs: number;
  /** How often in a row it was not possible. */
  failures: number;
}

export interface Collection {
  readonly node: Node;
  readonly pods: readonly Pod[];
  /** What containers have written to the disk. */
  readonly writtenBytes: number;
  readonly nowMs: number;
}

/**
 * The kubelets' image garbage collection. A node whose disk has room costs two comparisons; only one that is full, or whose
 * images may be too old, is looked at image by image.
 */
export class ImageCollector {
  readonly #images: NodeImages;
  readonly #memories = new Map<string, Memory>();

  constructor(images: NodeImages) {
    this.#images = images;
  }

  forget(nodeName: string): void {
    this.#memories.delete(nodeName);
  }

  /** Removes what has to go, and says what the node tells of it. */
  collect(collection: Collection): EventNote[] {
    const { node, nowMs, writtenBytes } = collection;
    const nodeName = node.metadata.name ?? '';
    const capacityBytes = quantityValue(node.status?.capacity?.['ephemeral-storage'] ?? '0');
    if (capacityBytes === 0) return [];
    const policy = imageGcPolicyOf(node);
    const memory = this.#memoryOf(nodeName, nowMs);
    if (policy.maximumAgeMs > 0) this.#removeOutdated(collection, policy, memory);
    const usedBytes = this.#images.bytesOn(nodeName) + writtenBytes;
    const wantedBytes = bytesToFree({ capacityBytes, usedBytes }, policy);
    if (wantedBytes === 0) {
      memory.failures = 0;
      memory.nextTryMs = 0;
      return [];
    }
    if (nowMs < memory.nextTryMs) return [];
    const freedBytes = this.#remove(collection, policy, wantedBytes);
    if (freedBytes >= wantedBytes) return [];
    memory.nextTryMs = nowMs + PERIOD_MS;
    return failureNotes(wantedBytes, freedBytes, ++memory.failures);
  }

  /** Removes all images that nothing uses: the disk is so full that Pods would have to go. */
  removeUnused(collection: Collection): void {
    this.#remove(collection, imageGcPolicyOf(collection.node), Number.POSITIVE_INFINITY);
  }

  #remove({ node, nowMs, pods }: Collection, policy: ImageGcPolicy, wantedBytes: number): number {
    const nodeName = node.metadata.name ?? '';
    const { minimumAgeMs } = policy;
    const options = { nowMs, minimumAgeMs, isInUse: isUsedBy(pods) };
    const removal = imagesToRemove(this.#images.of(nodeName), wantedBytes, options);
    for (const image of removal.images) this.#images.remove(nodeName, image);
    return removal.freedBytes;
  }

  #removeOutdated({ node, nowMs, pods }: Collection, policy: ImageGcPolicy, memory: Memory): void {
    const { maximumAgeMs } = policy;
    if (nowMs < memory.nextAgeLookMs || nowMs - memory.sinceMs <= maximumAgeMs) return;
    memory.nextAgeLookMs = nowMs + PERIOD_MS;
    const nodeName = node.metadata.name ?? '';
    const options = { nowMs, isInUse: isUsedBy(pods) };
    for (const image of outdatedImages(this.#images.of(nodeName), maximumAgeMs, options)) {
      this.#images.remove(nodeName, image);
    }
  }

  #memoryOf(nodeName: string, nowMs: number): Memory {
    let memory = this.#memories.get(nodeName);
    if (!memory) {
      memory = { sinceMs: nowMs, nextAgeLookMs: 0, nextTryMs: 0, failures: 0 };
      this.#memories.set(nodeName, memory);
    }
    return memory;
  }
}

function isUsedBy(pods: readonly Pod[]): (image: string) => boolean {
  const used = new Set<string>();
  for (const { status } of pods) {
    for (const { image = '' } of statusesOf(status)) used.add(withDefaultTag(image));
  }
  return (image) => used.has(image);
}

/** That it failed once may pass; a kubelet says more of what fails again. */
function failureNotes(wantedBytes: number, freedBytes: number, failures: number): EventNote[] {
  const message = `Failed to garbage collect required amount of images. Attempted to free ${wantedBytes} bytes, but only found ${freedBytes} bytes eligible to free.`;
  const reasons = failures > 1 ? ['FreeDiskSpaceFailed', 'ImageGCFailed'] : ['FreeDiskSpaceFailed'];
  return reasons.map((reason) => ({ type: 'Warning', reason, message }) as const);
}
