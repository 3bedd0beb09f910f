import type { ReasonCount } from '../scheme/scheduling/decision.ts';
import type { NodeRejection, Refusal } from './framework.ts';

/** Kubernetes' message when a cluster has no node at all. */
export const NO_NODES_MESSAGE = 'no nodes available to schedule pods';

/** Why no node took a pod: the text for people, and the plugins whose hints decide when to try again. */
export interface Diagnosis {
  readonly message: string;
  readonly rejectedBy: ReadonlySet<string>;
  /** The same by reason: most nodes first. */
  readonly reasons: readonly ReasonCount[];
}

/** A refusal, and how many nodes say it. */
export type CountedRefusal<R extends Refusal = Refusal> = readonly [refusal: R, count: number];

/** Each refusal of one node. */
export function countOnce<R extends Refusal>(refusals: readonly R[]): CountedRefusal<R>[] {
  return refusals.map((refusal) => [refusal, 1]);
}

/** `0/3 nodes are available: 1 Insufficient memory, 2 Insufficient cpu.`, as Kubernetes words and sorts it. */
export function diagnose(
  nodeCount: number,
  rejections: Iterable<CountedRefusal<NodeRejection>>,
): Diagnosis {
  if (nodeCount === 0) {
    return { message: NO_NODES_MESSAGE, rejectedBy: new Set(), reasons: [] };
  }
  const rejectedBy = new Set<string>();
  const tally = new ReasonTally();
  for (const [rejection, count] of rejections) {
    rejectedBy.add(rejection.plugin);
    tally.add(rejection, count);
  }
  return { message: tally.message(nodeCount), rejectedBy, reasons: tally.counts() };
}

/** The same, for a pod that one plugin refuses whatever the node. */
export function diagnoseRefusal(
  nodeCount: number,
  { plugin, reason }: { readonly plugin: string; readonly reason: string },
): Diagnosis {
  return {
    message: `0/${nodeCount} nodes are available: ${reason}.`,
    rejectedBy: new Set([plugin]),
    reasons: [{ plugin, reason, count: nodeCount }],
  };
}

/** How many nodes say what, sorted. */
export function countReasons(nodeCount: number, refusals: Iterable<CountedRefusal>): string {
  const tally = new ReasonTally();
  for (const [{ reasons }, count] of refusals) tally.add({ plugin: '', reasons }, count);
  return tally.message(nodeCount);
}

/** Counts the nodes by the reasons for which they are out of the question. */
export class ReasonTally {
  readonly #counts = new Map<string, { plugin: string; count: number }>();

  add({ plugin, reasons }: NodeRejection, count: number): void {
    for (const reason of reasons) {
      const counted = this.#counts.get(reason);
      if (counted) counted.count += count;
      else this.#counts.set(reason, { plugin, count });
    }
  }

  /** Most nodes first. */
  counts(): readonly ReasonCount[] {
    return [...this.#counts]
      .map(([reason, { plugin, count }]) => ({ plugin, reason, count }))
      .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
  }

  message(nodeCount: number): string {
    const reasons = [...this.#counts].map(([reason, { count }]) => `${count} ${reason}`).sort();
    return `0/${nodeCount} nodes are available: ${reasons.join(', ')}.`;
  }
}
