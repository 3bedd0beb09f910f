import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';

/** What decides, beside the time and the simulation, whether a node has anything to do. */
export interface Surroundings {
  readonly node: Node;
  /** Those that are bound to it: another array whenever one of them has changed. */
  readonly pods: readonly Pod[];
  /** Counts the changes of what images it holds. */
  readonly imagesRevision: number;
}

interface Rest extends Surroundings {
  readonly untilMs: number;
}

/**
 * The nodes whose last look at themselves found nothing to do, and nothing that passes with time. Until something around
 * them changes, or their next report is due, their heartbeat is the renewal of a Lease: most nodes, most of the time.
 */
export class RestingNodes {
  readonly #rests = new Map<string, Rest>();

  /** The node has nothing to do until `untilMs`, as long as what is around it stays as it is. */
  rest(surroundings: Surroundings, untilMs: number): void {
    this.#rests.set(surroundings.node.metadata.name ?? '', { ...surroundings, untilMs });
  }

  isResting({ imagesRevision, node, pods }: Surroundings, nowMs: number): boolean {
    const rest = this.#rests.get(node.metadata.name ?? '');
    return (
      rest !== undefined &&
      rest.node === node &&
      rest.pods === pods &&
      rest.imagesRevision === imagesRevision &&
      nowMs < rest.untilMs
    );
  }

  forget(nodeName: string): void {
    this.#rests.delete(nodeName);
  }

  /** The simulation has changed: every node looks again. */
  wakeAll(): void {
    this.#rests.clear();
  }
}
