import { withDisruptionTarget } from '../../scheme/disruption-target.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { isPodTerminal } from '../shared/pods.ts';
import { type Cause, REASON_DELETION_BY_POD_GC } from './plan.ts';

const ORPHANED = { reason: REASON_DELETION_BY_POD_GC, message: 'PodGC: node no longer exists' };

/** The Pod as Failed, so that its controller counts it as lost; the same object when it has ended anyway. Pure. */
export function asFailed(pod: Pod, cause: Cause, nowMs: number): Pod {
  if (isPodTerminal(pod)) return pod;
  const { status } = cause === 'orphaned' ? withDisruptionTarget(pod, ORPHANED, nowMs) : pod;
  return { ...pod, status: { ...status, phase: 'Failed', conditions: status?.conditions ?? [] } };
}
