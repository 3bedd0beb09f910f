import type { EventNote } from '../../machinery/event-recorder.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { metThresholds, takenBy } from '../eviction/shortages.ts';
import { ImageCollector } from '../images/image-collector.ts';
import { imageGcPolicyOf } from '../images/image-garbage.ts';
import type { NodeImages } from '../images/node-images.ts';
import type { Simulation } from '../simulation/simulation.ts';
import type { Pressures } from './node-status.ts';
import { PressureReports } from './pressure-reports.ts';

/** What a look at a node's resources brings to light. */
export interface ResourceLook {
  readonly pressures: Pressures;
  readonly notes: readonly EventNote[];
  /** Whether time alone changes nothing of it: the next look finds the same while node, Pods, images and simulation are the same. */
  readonly isSteady: boolean;
}

/**
 * What kubelets do about the memory, the disk and the processes of their machines, apart from giving up Pods: they measure them,
 * make room on a disk that is full, and say what they run out of.
 */
export class NodeResources {
  readonly #images: NodeImages;
  readonly #simulation: Simulation;
  readonly #collector: ImageCollector;
  readonly #reports = new PressureReports();

  constructor(images: NodeImages, simulation: Simulation) {
    this.#images = images;
    this.#simulation = simulation;
    this.#collector = new ImageCollector(images);
  }

  forget(nodeName: string): void {
    this.#collector.forget(nodeName);
    this.#reports.forget(nodeName);
  }

  /** @param pods those that are bound to the node */
  look(node: Node, pods: readonly Pod[], nowMs: number): ResourceLook {
    const seen = this.#simulation.isServed
      ? pods.map((pod) => this.#simulation.seen(pod, node))
      : pods;
    const taken = takenBy(seen, nowMs);
    const collection = { node, pods: seen, writtenBytes: taken.diskBytes, nowMs };
    const notes = this.#collector.collect(collection);
    const imageBytes = this.#images.bytesOn(node.metadata.name ?? '');
    const met = metThresholds({ node, pods: seen, imageBytes, nowMs }, taken);
    if (met.some(({ resource }) => resource === 'ephemeral-storage')) {
      this.#collector.removeUnused(collection);
    }
    const { isDeclared } = taken;
    const declared = this.#simulation.pressures(node, nowMs);
    const isSteady =
      !isDeclared &&
      met.length === 0 &&
      !this.#reports.isFollowed(node) &&
      imageGcPolicyOf(node).maximumAgeMs === 0;
    const measured = this.#reports.report({ node, met, declared, isDeclared, nowMs });
    const pressures = measured.length === 0 ? declared : new Set([...declared, ...measured]);
    return { pressures, notes, isSteady };
  }
}
