/** What the controllers ask about Nodes. All pure. */
import { findCondition } from '../../scheme/conditions.ts';
import type { Node, NodeCondition } from '../../scheme/generated/types/core-v1.ts';

export const LABEL_ZONE = 'topology.kubernetes.io/zone';

export const CONDITION_NODE_READY = 'Ready';

export const TAINT_NOT_READY = 'node.kubernetes.io/not-ready';
export const TAINT_UNREACHABLE = 'node.kubernetes.io/unreachable';
export const TAINT_UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';
export const TAINT_OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

export function nodeReadyCondition(node: Node): NodeCondition | undefined {
  return findCondition(node.status?.conditions, CONDITION_NODE_READY);
}

export function isNodeReady(node: Node): boolean {
  return nodeReadyCondition(node)?.status === 'True';
}
