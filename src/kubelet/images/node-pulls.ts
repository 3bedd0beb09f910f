import type { Node } from '../../scheme/generated/types/core-v1.ts';
import type { PodContext } from '../stage.ts';

/** On a Node: how many images it pulls at the same time. @default 1: one after another */
const ANNOTATION_MAX_PARALLEL = 'orrery.dev/max-parallel-image-pulls';
/** Who asked for a pull that ended this short a time ago does not need another one. */
const FRESH_MS = 5_000;
/** Pulls that are over are forgotten when there are so many. */
const MAX_KNOWN = 64;

interface Pull {
  readonly askedMs: number;
  readonly startMs: number;
  readonly endMs: number;
}

export interface PullRequest {
  readonly image: string;
  readonly durationMs: number;
  readonly nowMs: number;
}

/**
 * When nodes pull which images, in memory: a node has a line of its own, in which those that Pods ask for wait for each other. A
 * kubelet that starts again pulls anew what it has not got.
 */
export class NodePulls {
  readonly #byNode = new Map<string, Map<string, Pull>>();

  /** Milliseconds until the node has the image, which is pulled from now on if it is not already. */
  leftMs({ metadata }: Node, { durationMs, image, nowMs }: PullRequest): number {
    const pulls = this.#of(metadata.name ?? '');
    const known = pulls.get(image);
    const isSame = known && known.endMs - known.startMs === durationMs;
    if (isSame && nowMs < known.endMs + FRESH_MS) return Math.max(0, known.endMs - nowMs);
    const isGoingOn = known && nowMs < known.endMs;
    const askedMs = isGoingOn ? known.askedMs : nowMs;
    pulls.delete(image);
    const startMs = isGoingOn ? known.startMs : freeMs(pulls, nowMs, parallelOf(metadata));
    const pull = { askedMs, startMs, endMs: startMs + durationMs };
    if (pulls.size >= MAX_KNOWN) forgetEnded(pulls, nowMs);
    pulls.set(image, pull);
    return Math.max(0, pull.endMs - nowMs);
  }

  /** What the Pods of a node are told of its pulls. */
  on(node: Node, nowMs: number): PodContext['pulls'] {
    return {
      leftMs: (image, durationMs) => this.leftMs(node, { image, durationMs, nowMs }),
      waitedMs: (image) => this.waitedMs(node.metadata.name ?? '', image),
    };
  }

  /** How long the latest pull of the image waited for others. */
  waitedMs(nodeName: string, image: string): number {
    const pull = this.#byNode.get(nodeName)?.get(image);
    return pull ? pull.startMs - pull.askedMs : 0;
  }

  forgetNode(nodeName: string): void {
    this.#byNode.delete(nodeName);
  }

  #of(nodeName: string): Map<string, Pull> {
    let pulls = this.#byNode.get(nodeName);
    if (!pulls) {
      pulls = new Map();
      this.#byNode.set(nodeName, pulls);
    }
    return pulls;
  }
}

/** When fewer than `parallel` others are going on. */
function freeMs(pulls: ReadonlyMap<string, Pull>, nowMs: number, parallel: number): number {
  const ends = [...pulls.values()].map(({ endMs }) => endMs).sort((a, b) => b - a);
  return Math.max(nowMs, ends[parallel - 1] ?? nowMs);
}

function parallelOf({ annotations }: Node['metadata']): number {
  const text = annotations?.[ANNOTATION_MAX_PARALLEL];
  return text !== undefined && /^[1-9]\d{0,3}$/.test(text) ? Number(text) : 1;
}

function forgetEnded(pulls: Map<string, Pull>, nowMs: number): void {
  for (const [image, { endMs }] of pulls) if (endMs + FRESH_MS <= nowMs) pulls.delete(image);
}
