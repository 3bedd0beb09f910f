import type { ApiClient } from '../../apiserver/client.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ActionRecorder } from '../../machinery/event-recorder.ts';
import { findCondition } from '../../scheme/conditions.ts';
import {
  CONDITION_DISRUPTION_TARGET,
  type Disruption,
  withDisruptionTarget,
} from '../../scheme/disruption-target.ts';
import { isApiError } from '../../scheme/errors.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { DEFAULT_SCHEDULER_NAME } from '../framework.ts';
import type { PodInfo } from '../pod-info.ts';
import type { Candidate } from './candidate.ts';

export const REASON_PREEMPTION = 'PreemptionByScheduler';
export const REASON_PREEMPTED = 'Preempted';
const ACTION_PREEMPTING = 'Preempting';

export interface EvictionTools {
  readonly client: ApiClient;
  readonly events: ActionRecorder;
  readonly clock: Clock;
}

/** Deletes the victims of a candidate, each marked as a target of disruption first. Those that are gone are no error. */
export async function evictVictims(
  preemptor: PodInfo,
  { nodeName, victims }: Candidate,
  tools: EvictionTools,
): Promise<void> {
  await Promise.all(
    victims
      .filter(({ isTerminating }) => !isTerminating)
      .map((victim) => evict(victim.pod, preemptor, nodeName, tools)),
  );
}

async function evict(
  victim: Pod,
  preemptor: PodInfo,
  nodeName: string,
  { client, events, clock }: EvictionTools,
): Promise<void> {
  const { name = '', namespace, uid = '' } = victim.metadata;
  const target = { namespace, name };
  try {
    await mark(victim, { disruption: disruptionBy(preemptor), nowMs: clock.now(), client });
    await client.delete(corePods, target, { preconditions: { uid } });
  } catch (thrown) {
    if (isApiError(thrown, 'NotFound', 'Conflict')) return;
    throw thrown;
  }
  events.record(victim, {
    type: 'Normal',
    reason: REASON_PREEMPTED,
    action: ACTION_PREEMPTING,
    message: `Preempted by pod ${preemptor.uid} on node ${nodeName}`,
    related: preemptor.pod,
  });
}

interface Marking {
  readonly disruption: Disruption;
  readonly nowMs: number;
  readonly client: ApiClient;
}

/** An update of the pod as it is known costs half of a patch; the patch is for one that has changed since. */
async function mark(victim: Pod, { client, disruption, nowMs }: Marking): Promise<void> {
  const marked = withDisruptionTarget(victim, disruption, nowMs);
  if (marked === victim) return;
  try {
    await client.update(corePods, marked, { subresource: 'status' });
  } catch (thrown) {
    if (!isApiError(thrown, 'Conflict')) throw thrown;
    const { name = '', namespace, uid } = victim.metadata;
    const condition = findCondition(marked.status?.conditions, CONDITION_DISRUPTION_TARGET);
    // The uid keeps a namesake from being marked.
    const patch = { metadata: { uid }, status: { conditions: [condition] } };
    const options = { subresource: 'status' } as const;
    await client.patch(corePods, { namespace, name }, { type: 'strategic', patch }, options);
  }
}

/** Whether the pod was made to leave for the sake of another. */
export function isVictim({ status }: Pod): boolean {
  const condition = findCondition(status?.conditions, CONDITION_DISRUPTION_TARGET);
  return condition?.reason === REASON_PREEMPTION;
}

function disruptionBy({ pod }: PodInfo): Disruption {
  const scheduler = pod.spec?.schedulerName ?? DEFAULT_SCHEDULER_NAME;
  return {
    reason: REASON_PREEMPTION,
    message: `${scheduler}: preempting to accommodate a higher priority pod`,
  };
}
