/** Which Pods of a StatefulSet the rollout deletes next, to be made again of the new revision. Pure. */
import type { StatefulSet } from '../../scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { scaledIntOrPercent } from '../../scheme/int-or-string.ts';
import { isGoing, isHealthy } from './health.ts';
import { desiredReplicas, revisionOf } from './identity.ts';
import type { Replica, StatefulPlanInput } from './places.ts';

/**
 * From the highest ordinal down to the partition, as many as may be unavailable. In a parallel set, old Pods that are not
 * available go at once: deleting them makes nothing worse, and waiting for them might never end.
 */
export function planUpdate(
  { set, update, nowMs }: StatefulPlanInput,
  replicas: readonly Replica[],
  ordered: boolean,
): readonly Pod[] {
  const { type, rollingUpdate } = set.spec?.updateStrategy ?? {};
  if (type === 'OnDelete') return [];
  const isWell = (pod: Pod): boolean => isHealthy(pod, set, nowMs);
  const unavailable = replicas.filter(({ pod }) => !pod || !isWell(pod)).length;
  let budget = maxUnavailable(set) - unavailable;
  const remove: Pod[] = [];
  for (const { pod } of replicas.slice(rollingUpdate?.partition ?? 0).reverse()) {
    if (!pod || isGoing(pod) || revisionOf(pod) === update.metadata.name) continue;
    const isFree = !ordered && !isWell(pod);
    if (isFree) remove.push(pod);
    else if (budget > 0) {
      remove.push(pod);
      budget--;
    }
  }
  return remove;
}

/** How many Pods a rollout may make unavailable at once: at least one. Fractions of Pods do not count. */
function maxUnavailable(set: StatefulSet): number {
  const { maxUnavailable: limit = 1 } = set.spec?.updateStrategy?.rollingUpdate ?? {};
  return Math.max(1, scaledIntOrPercent(limit, { total: desiredReplicas(set), round: 'down' }));
}
