import { toRfc3339 } from '../../lib/clock.ts';
import type { ControllerContext } from '../../machinery/controller.ts';
import { setCondition } from '../../scheme/conditions.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { ignoreNotFound } from './api-errors.ts';
import { CONDITION_DISRUPTION_TARGET } from './pods.ts';

/** Why a Pod is to go, as its condition says it. */
export interface Disruption {
  readonly reason: string;
  readonly message: string;
}

/** The Pod with the reason why it is about to be deleted; the same object when it tells already. Pure. */
export function withDisruptionTarget(pod: Pod, disruption: Disruption, nowMs: number): Pod {
  const before = pod.status?.conditions ?? [];
  const conditions = setCondition(before, {
    type: CONDITION_DISRUPTION_TARGET,
    status: 'True',
    ...disruption,
    lastTransitionTime: toRfc3339(nowMs),
  });
  if (conditions === before) return pod;
  return { ...pod, status: { ...pod.status, conditions: [...conditions] } };
}

/** Says on the Pod why it goes, and deletes it; one that has its name since is left alone. */
export async function evictPod(
  { client, clock }: Pick<ControllerContext, 'client' | 'clock'>,
  pod: Pod,
  disruption: Disruption,
): Promise<void> {
  const { namespace, name = '', uid = '' } = pod.metadata;
  const marked = withDisruptionTarget(pod, disruption, clock.now());
  if (marked !== pod) {
    const updated = await ignoreNotFound(
      client.update(corePods, marked, { subresource: 'status' }),
    );
    if (!updated) return;
  }
  await ignoreNotFound(client.delete(corePods, { namespace, name }, { preconditions: { uid } }));
}
