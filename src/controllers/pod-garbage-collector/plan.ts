/** Pods that nobody will end. Pure. */
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { isNodeReady, TAINT_OUT_OF_SERVICE } from '../shared/nodes.ts';

export const REASON_DELETION_BY_POD_GC = 'DeletionByPodGC';

/** Why a Pod is removed by force: `orphaned` lost its node; the others are not worth a reason. */
export type Cause = 'orphaned' | 'out-of-service' | 'unscheduled' | 'excess';

/** Whether the Pod was deleted before it had a node: no kubelet will confirm it. */
export function isUnscheduledTerminating({ metadata, spec }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined && !spec?.nodeName;
}

/** Whether somebody has declared the Node dead: its terminating Pods need not be waited for. */
export function isOutOfService(node: Node): boolean {
  if (isNodeReady(node)) return false;
  return node.spec?.taints?.some(({ key }) => key === TAINT_OUT_OF_SERVICE) ?? false;
}

/** The ended Pods beyond the threshold, oldest first; evicted ones before all others. */
export function selectExcess(ended: readonly Pod[], threshold: number): readonly Pod[] {
  if (threshold <= 0 || ended.length <= threshold) return [];
  return [...ended].sort(compareForRemoval).slice(0, ended.length - threshold);
}

function compareForRemoval(a: Pod, b: Pod): number {
  return (
    Number(isEvicted(b)) - Number(isEvicted(a)) ||
    compareText(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    compareText(a.metadata.name ?? '', b.metadata.name ?? '')
  );
}

function isEvicted({ status }: Pod): boolean {
  return status?.phase === 'Failed' && status.reason === 'Evicted';
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
