import type { ContainerImage, Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { statusesOf } from '../status/container-slots.ts';
import { withDefaultTag } from './image-name.ts';
import { imageFacts } from './image-size.ts';

/** As many as a kubelet reports of, the largest first. */
const MAX_REPORTED = 50;
const NO_IMAGES: ReadonlyMap<string, number> = new Map();

/**
 * Which images the nodes hold, in memory: what they reported, and what their Pods have been started from. A kubelet that
 * starts again knows the same from the same objects.
 */
export class NodeImages {
  /** By node, then by image: when a container was last started from it. */
  readonly #images = new Map<string, Map<string, number>>();

  has(nodeName: string, image: string): boolean {
    return this.#images.get(nodeName)?.has(withDefaultTag(image)) ?? false;
  }

  add(nodeName: string, image: string, usedMs: number): void {
    const images = this.#of(nodeName);
    const name = withDefaultTag(image);
    images.set(name, Math.max(usedMs, images.get(name) ?? 0));
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

  /** The images that the Pod's containers have been started from. */
  observePod({ spec, status }: Pod): void {
    const nodeName = spec?.nodeName;
    if (!nodeName) return;
    for (const { image, imageID, state } of statusesOf(status)) {
      if (imageID === '' || image === undefined) continue;
      this.add(nodeName, image, Date.parse(state?.running?.startedAt ?? '') || 0);
    }
  }

  remove(nodeName: string, image: string): void {
    this.#images.get(nodeName)?.delete(image);
  }

  forgetNode(nodeName: string): void {
    this.#images.delete(nodeName);
  }

  /** The node's images and when each was last used. */
  of(nodeName: string): ReadonlyMap<string, number> {
    return this.#images.get(nodeName) ?? NO_IMAGES;
  }

  #of(nodeName: string): Map<string, number> {
    let images = this.#images.get(nodeName);
    if (!images) {
      images = new Map();
      this.#images.set(nodeName, images);
    }
    return images;
  }
}

/** Images as a node's status lists them. */
export function reportedImages(images: ReadonlyMap<string, number>): ContainerImage[] {
  const all = [...images.keys()].map((image) => ({ image, ...imageFacts(image) }));
  all.sort((a, b) => b.sizeBytes - a.sizeBytes || (a.image < b.image ? -1 : 1));
  return all
    .slice(0, MAX_REPORTED)
    .map(({ id, image, sizeBytes }) => ({ names: [id, image], sizeBytes }));
}

/** Whether the node's status lists the images. */
export function areReported(images: ReadonlyMap<string, number>, { status }: Node): boolean {
  const reported = status?.images ?? [];
  if (reported.length !== Math.min(images.size, MAX_REPORTED)) return false;
  return reported.every((image) => images.has(tagOf(image) ?? ''));
}

function tagOf({ names = [] }: ContainerImage): string | undefined {
  return names.find((name) => !name.includes('@'));
}
