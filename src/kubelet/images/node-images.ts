import type { ContainerImage, Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { PodContext } from '../stage.ts';
import { statusesOf } from '../status/container-slots.ts';
import { withDefaultTag } from './image-name.ts';
import { imageFacts } from './image-size.ts';

/** As many as a kubelet reports of, the largest first. */
const MAX_REPORTED = 50;
const NO_IMAGES: ReadonlyMap<string, ImageUse> = new Map();

/** What is known of an image of a node. Milliseconds since the epoch; 0 for long ago. */
export interface ImageUse {
  /** When it came to the node. */
  readonly detectedMs: number;
  /** When a container last started from it or ended. */
  readonly usedMs: number;
}

interface NodeStock {
  readonly images: Map<string, ImageUse>;
  /** The sum of their sizes. */
  bytes: number;
  /** Counts those that have come and gone. */
  revision: number;
}

/**
 * Which images the nodes hold, in memory: what they reported, and what their Pods have been started from. A kubelet that
 * starts again knows the same from the same objects.
 */
export class NodeImages {
  readonly #stocks = new Map<string, NodeStock>();

  has(nodeName: string, image: string): boolean {
    return this.#find(nodeName, image) !== undefined;
  }

  /** What its Pods are told of a node's images. */
  on(nodeName: string): PodContext['images'] {
    return {
      has: (image) => this.has(nodeName, image),
      // A kubelet that starts again takes what it finds for preloaded.
      isPreloaded: (image) => this.#find(nodeName, image)?.detectedMs === 0,
    };
  }

  /** Takes note of an image, and of its use at a time. */
  add(nodeName: string, image: string, usedMs: number, detectedMs = usedMs): void {
    const stock = this.#of(nodeName);
    const name = withDefaultTag(image);
    const known = stock.images.get(name);
    if (!known) {
      stock.bytes += imageFacts(name).sizeBytes;
      stock.revision++;
    } else if (usedMs <= known.usedMs) return;
    stock.images.set(name, { detectedMs: known?.detectedMs ?? detectedMs, usedMs });
  }

  /** The images that the node says it has. */
  observeNode({ metadata, status }: Node): void {
    for (const image of status?.images ?? []) {
      const tag = tagOf(image);
      if (tag !== undefined) this.add(metadata.name ?? '', tag, 0);
    }
  }

  /** What the node has reported no longer is gone, unless the report was too short for all. */
  observeChange(previous: Node, node: Node): void {
    const reported = node.status?.images ?? [];
    if (reported.length >= MAX_REPORTED) return;
    const left = new Set(reported.map(tagOf));
    for (const image of previous.status?.images ?? []) {
      const tag = tagOf(image);
      if (tag !== undefined && !left.has(tag)) this.remove(node.metadata.name ?? '', tag);
    }
  }

  /**
   * The images that the Pod's containers have been started from.
   *
   * @param goneMs When the Pod has gone, and with it the use of its images. @default it is there
   */
  observePod({ spec, status }: Pod, goneMs = 0): void {
    const nodeName = spec?.nodeName;
    if (!nodeName) return;
    for (const { image, imageID, lastState, state } of statusesOf(status)) {
      if (imageID === '' || image === undefined) continue;
      const ended = state?.terminated ?? lastState?.terminated;
      const startedMs = Date.parse(state?.running?.startedAt ?? ended?.startedAt ?? '') || 0;
      const endedMs = Date.parse(ended?.finishedAt ?? '') || 0;
      this.add(nodeName, image, Math.max(startedMs, endedMs, goneMs), startedMs);
    }
  }

  remove(nodeName: string, image: string): void {
    const stock = this.#stocks.get(nodeName);
    if (!stock?.images.delete(image)) return;
    stock.bytes -= imageFacts(image).sizeBytes;
    stock.revision++;
  }

  forgetNode(nodeName: string): void {
    this.#stocks.delete(nodeName);
  }

  /** The node's images and when each was last used. */
  of(nodeName: string): ReadonlyMap<string, ImageUse> {
    return this.#stocks.get(nodeName)?.images ?? NO_IMAGES;
  }

  /** How much room the node's images take. */
  bytesOn(nodeName: string): number {
    return this.#stocks.get(nodeName)?.bytes ?? 0;
  }

  /** Another number whenever the node holds other images than before. */
  revisionOf(nodeName: string): number {
    return this.#stocks.get(nodeName)?.revision ?? 0;
  }

  #find(nodeName: string, image: string): ImageUse | undefined {
    return this.#stocks.get(nodeName)?.images.get(withDefaultTag(image));
  }

  #of(nodeName: string): NodeStock {
    let stock = this.#stocks.get(nodeName);
    if (!stock) {
      stock = { images: new Map(), bytes: 0, revision: 0 };
      this.#stocks.set(nodeName, stock);
    }
    return stock;
  }
}

/** Images as a node's status lists them. */
export function reportedImages(images: ReadonlyMap<string, unknown>): ContainerImage[] {
  const all = [...images.keys()].map((image) => ({ image, ...imageFacts(image) }));
  all.sort((a, b) => b.sizeBytes - a.sizeBytes || (a.image < b.image ? -1 : 1));
  return all
    .slice(0, MAX_REPORTED)
    .map(({ id, image, sizeBytes }) => ({ names: [id, image], sizeBytes }));
}

/** Whether the node's status lists the images. */
export function areReported(images: ReadonlyMap<string, unknown>, { status }: Node): boolean {
  const reported = status?.images ?? [];
  if (reported.length !== Math.min(images.size, MAX_REPORTED)) return false;
  return reported.every((image) => images.has(tagOf(image) ?? ''));
}

function tagOf({ names = [] }: ContainerImage): string | undefined {
  return names.find((name) => !name.includes('@'));
}
