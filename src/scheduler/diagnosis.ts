import type { NodeRejection, Refusal } from './framework.ts';

/** Kubernetes' message when a cluster has no node at all. */
export const NO_NODES_MESSAGE = 'no nodes available to schedule pods';

/** Why no node took a pod: the text for people, and the plugins whose hints decide when to try again. */
export interface Diagnosis {
  readonly message: string;
  readonly rejectedBy: ReadonlySet<string>;
}

/** `0/3 nodes are available: 1 Insufficient memory, 2 Insufficient cpu.`, as Kubernetes words and sorts it. */
export function diagnose(nodeCount: number, rejections: Iterable<NodeRejection>): Diagnosis {
  if (nodeCount === 0) return { message: NO_NODES_MESSAGE, rejectedBy: new Set() };
  const rejectedBy = new Set<string>();
  const listed = [...rejections];
  for (const { plugin } of listed) rejectedBy.add(plugin);
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
export function countReasons(nodeCount: number, refusals: Iterable<Refusal>): string {
  const counts = new Map<string, number>();
  for (const { reasons } of refusals) {
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const reasons = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${nodeCount} nodes are available: ${reasons.join(', ')}.`;
}
