/** What is reported of a Node that has fallen silent, and of its Pods. Pure. */
import { toRfc3339 } from '../../lib/clock.ts';
import { findCondition, observedBy } from '../../scheme/conditions.ts';
import type { Node, NodeCondition, Pod } from '../../scheme/generated/types/core-v1.ts';
import { CONDITION_NODE_READY } from '../shared/nodes.ts';
import { CONDITION_POD_READY, isPodReady } from '../shared/pods.ts';

export const REASON_NODE_STATUS_UNKNOWN = 'NodeStatusUnknown';
export const REASON_NODE_STATUS_NEVER_UPDATED = 'NodeStatusNeverUpdated';

/** What the kubelet reports; NetworkUnavailable is others' to say. */
const KUBELET_CONDITIONS = [CONDITION_NODE_READY, 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** The Node with its kubelet's conditions Unknown; the same object when they are already. */
export function withUnknownConditions(node: Node, nowMs: number): Node {
  const now = toRfc3339(nowMs);
  const before = node.status?.conditions ?? [];
  const missing = KUBELET_CONDITIONS.filter((type) => !findCondition(before, type));
  const isKnown = ({ type, status }: NodeCondition): boolean =>
    KUBELET_CONDITIONS.includes(type) && status !== 'Unknown';
  if (missing.length === 0 && !before.some(isKnown)) return node;
  const conditions = before.map((condition) =>
    isKnown(condition)
      ? {
          ...condition,
          status: 'Unknown',
          reason: REASON_NODE_STATUS_UNKNOWN,
          message: 'Kubelet stopped posting node status.',
          lastTransitionTime: now,
        }
      : condition,
  );
  const never = missing.map((type) => ({
    type,
    status: 'Unknown',
    reason: REASON_NODE_STATUS_NEVER_UPDATED,
    message: 'Kubelet never posted node status.',
    lastHeartbeatTime: node.metadata.creationTimestamp,
    lastTransitionTime: now,
  }));
  return { ...node, status: { ...node.status, conditions: [...conditions, ...never] } };
}

/** The Pod as not ready, for one whose node nobody hears from; undefined when it is not ready anyway. */
export function withoutReadiness(pod: Pod, nowMs: number): Pod | undefined {
  if (!isPodReady(pod)) return undefined;
  const conditions = pod.status?.conditions?.map((condition) =>
    condition.type === CONDITION_POD_READY
      ? {
          ...condition,
          status: 'False',
          lastTransitionTime: toRfc3339(nowMs),
          ...observedBy(pod),
        }
      : condition,
  );
  return { ...pod, status: { ...pod.status, conditions } };
}
