import type { NodeInfo } from './node-info.ts';
import { addTo } from './topology/pod-counts.ts';

/** How many nodes have each image. */
export class ImageSpread {
  readonly #nodes = new Map<string, number>();

  nodesWith(image: string): number {
    return this.#nodes.get(image) ?? 0;
  }

  add({ imageBytes }: NodeInfo): void {
    for (const image of imageBytes.keys()) addTo(this.#nodes, image, 1);
  }

  remove({ imageBytes }: NodeInfo): void {
    for (const image of imageBytes.keys()) addTo(this.#nodes, image, -1);
  }
}
