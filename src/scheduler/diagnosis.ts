import type { NodeRejection, Refusal } from './framework.ts';

/** Kubernetes' message when a cluster has no node at all. */
export const NO_NODES_MESSAGE = 'no nodes available to schedule pods';

/** Why no node took a pod: the text for people, and the plugins whose hints decide when to try again. */
export interface Diagnosis {
  readonly message: string;
  readonly rejectedBy: ReadonlySet<string>;
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
  if (nodeCount === 0) return { message: NO_NODES_MESSAGE, rejectedBy: new Set() };
  const rejectedBy = new Set<string>();
  const listed = [...rejections];
  for (const [{ plugin }] of listed) rejectedBy.add(plugin);
  return { message: countReasons(nodeCount, listed), rejectedBy };
}

/** The same, for a pod that one plugin refuses whatever the node. */
export function diagnoseRefusal(
  nodeCount: number,
  { plugin, reason }: { readonly plugin: string; readonly reason: string },
): Diagnosis {
  return {
    message: `0/${nodeCount} nodes are available: ${reason}.`,
    rejectedBy: new Set([plugin]),
  };
}

/** How many nodes say what, sorted. */
export function countReasons(nodeCount: number, refusals: Iterable<CountedRefusal>): string {
  const counts = new Map<string, number>();
  for (const [{ reasons }, count] of refusals) {
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + count);
  }
  const reasons = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${nodeCount} nodes are available: ${reasons.join(', ')}.`;
}
