import type { NodeRejection } from './pod-plan.ts';

/** Kubernetes' message when a cluster has no node at all. */
export const NO_NODES_MESSAGE = 'no nodes available to schedule pods';

/** Why no node took a pod: the text for people, and the plugins whose hints decide when to try again. */
export interface Diagnosis {
  readonly message: string;
  readonly rejectedBy: ReadonlySet<string>;
}

/** `0/3 nodes are available: 1 Insufficient memory, 2 Insufficient cpu.`, as Kubernetes words and sorts it. */
export function diagnose(nodeCount: number, rejections: Iterable<NodeRejection>): Diagnosis {
  const rejectedBy = new Set<string>();
  const counts = new Map<string, number>();
  for (const { plugin, reasons } of rejections) {
    rejectedBy.add(plugin);
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  if (nodeCount === 0) return { message: NO_NODES_MESSAGE, rejectedBy };
  const reasons = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return { message: `0/${nodeCount} nodes are available: ${reasons.join(', ')}.`, rejectedBy };
}
