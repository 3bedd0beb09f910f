/** What a DeviceTaintRule's status says of the evictions that it causes. Pure. */

import { toRfc3339 } from '../../lib/clock.ts';
import { numbered } from '../../lib/numbered.ts';
import { findCondition } from '../../scheme/conditions.ts';
import type { Condition } from '../../scheme/generated/types/meta-v1.ts';
import type { DeviceTaintRule } from '../../scheme/generated/types/resource-v1beta2.ts';

export const CONDITION_EVICTION_IN_PROGRESS = 'EvictionInProgress';

const REASON_PODS_PENDING = 'PodsPendingEviction';
const REASON_COMPLETED = 'Completed';
const REASON_NOT_STARTED = 'NotStarted';
const REASON_NO_EFFECT = 'NoEffect';
const REASON_OTHER_EFFECT = 'OtherEffect';

/** The status is written so often at the most: it tells how an eviction gets on, not of each Pod. */
export const STATUS_PERIOD_MS = 10_000;

export interface RuleCounts {
  /** Pods that are to go by the rule or, while it has no effect, that would go if it had. */
  readonly pendingPods: number;
  readonly pendingNamespaces: number;
  /** Devices that the rule selects: that drivers publish, and that claims have. */
  readonly publishedDevices: number;
  readonly allocatedDevices: number;
  /** Pods that have gone by the rule. */
  readonly evictedPods: number;
}

type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>;

/** How long the condition stays as it is; 0 when it is to be written anew. */
export function statusDueInMs({ metadata, status }: DeviceTaintRule, nowMs: number): number {
  const current = findCondition(status?.conditions, CONDITION_EVICTION_IN_PROGRESS);
  if (current?.observedGeneration !== metadata.generation) return 0;
  const writtenMs = Date.parse(current?.lastTransitionTime ?? '') || 0;
  return Math.max(0, writtenMs + STATUS_PERIOD_MS - nowMs);
}

/** The rule with its condition; the same object when it says so already. Each change of it counts as a transition. */
export function withEvictionCondition(
  rule: DeviceTaintRule,
  counts: RuleCounts,
  nowMs: number,
): DeviceTaintRule {
  const conditions = rule.status?.conditions ?? [];
  const current = findCondition(conditions, CONDITION_EVICTION_IN_PROGRESS);
  const verdict = verdictOf(rule, counts);
  const message = [verdict.message, evictedText(counts)].filter(Boolean).join(' ');
  const isSame =
    current?.status === verdict.status &&
    current.reason === verdict.reason &&
    current.message === message &&
    current.observedGeneration === rule.metadata.generation;
  if (isSame) return rule;
  const next: Condition = {
    ...verdict,
    message,
    type: CONDITION_EVICTION_IN_PROGRESS,
    lastTransitionTime: toRfc3339(nowMs),
    ...(rule.metadata.generation ? { observedGeneration: rule.metadata.generation } : {}),
  };
  const others = conditions.filter((condition) => condition !== current);
  return { ...rule, status: { ...rule.status, conditions: [...others, next] } };
}

function verdictOf({ spec }: DeviceTaintRule, counts: RuleCounts): Verdict {
  switch (spec.taint.effect) {
    case 'NoExecute':
      return evictionVerdict(counts);
    case 'None':
      return { status: 'False', reason: REASON_NO_EFFECT, message: preview(counts) };
    default:
      return {
        status: 'False',
        reason: REASON_OTHER_EFFECT,
        message: 'Eviction only happens for the NoExecute effect.',
      };
  }
}

function evictionVerdict({ evictedPods, pendingNamespaces, pendingPods }: RuleCounts): Verdict {
  if (pendingPods > 0) {
    const need = pendingPods === 1 ? '1 pod needs' : `${pendingPods} pods need`;
    const message = `${need} to be evicted in ${namespacesText(pendingNamespaces)}.`;
    return { status: 'True', reason: REASON_PODS_PENDING, message };
  }
  const reason = evictedPods > 0 ? REASON_COMPLETED : REASON_NOT_STARTED;
  return { status: 'False', reason, message: '' };
}

function preview(counts: RuleCounts): string {
  const { allocatedDevices, pendingNamespaces, pendingPods, publishedDevices } = counts;
  return (
    `${numbered(publishedDevices, 'published device')} selected. ` +
    `${numbered(allocatedDevices, 'allocated device')} selected. ` +
    `${numbered(pendingPods, 'pod')} would be evicted in ${namespacesText(pendingNamespaces)} ` +
    'if the effect was NoExecute. This information will not be updated again. ' +
    'Recreate the DeviceTaintRule to trigger an update.'
  );
}

function evictedText({ evictedPods }: RuleCounts): string {
  return evictedPods > 0
    ? `${numbered(evictedPods, 'pod')} evicted since starting the controller.`
    : '';
}

function namespacesText(count: number): string {
  return count === 1 ? '1 namespace' : `${count} different namespaces`;
}
