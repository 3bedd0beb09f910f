/** What a Deployment does next with its ReplicaSets. Pure: a decision from what is there, one step at a time. */
import type { Deployment, ReplicaSet } from '../../scheme/generated/types/apps-v1.ts';
import { desiredReplicas, isRollingUpdate } from './limits.ts';
import { buildNewReplicaSet, syncCurrentReplicaSet, withReplicas } from './new-replica-set.ts';
import { isActive, type ReplicaSets, replicasOf, sumOf } from './replica-sets.ts';
import { planNewSize, planOldSizes } from './rolling-update.ts';
import { isScalingEvent, planScaling, type Scaling } from './scaling.ts';

export type DeploymentStep =
  | { readonly type: 'create'; readonly replicaSet: ReplicaSet }
  | { readonly type: 'update'; readonly previous: ReplicaSet; readonly replicaSet: ReplicaSet };

export interface DeploymentPlanInput {
  readonly deployment: Deployment;
  readonly sets: ReplicaSets;
  /** Whether Pods of old ReplicaSets still run, or are being deleted; asked only for the Recreate strategy. */
  readonly hasOldPods: () => boolean;
}

/** The steps to take now; none when the ReplicaSets are as they should be for the moment. */
export function planDeployment(input: DeploymentPlanInput): readonly DeploymentStep[] {
  const { deployment, sets } = input;
  if (deployment.metadata.deletionTimestamp) return [];
  const { current } = sets;
  if (current) {
    const synced = syncCurrentReplicaSet(deployment, current, sets.old);
    if (synced !== current) return [{ type: 'update', previous: current, replicaSet: synced }];
  }
  if (deployment.spec?.paused || isScalingEvent(deployment, sets)) {
    const steps = toSteps(deployment, planScaling(deployment, sets));
    if (deployment.spec?.paused || steps.length > 0) return steps;
  }
  return isRollingUpdate(deployment) ? planRolling(deployment, sets) : planRecreate(input);
}

function planRolling(deployment: Deployment, sets: ReplicaSets): readonly DeploymentStep[] {
  const { current, all } = sets;
  if (!current) return [{ type: 'create', replicaSet: buildNewReplicaSet(deployment, sets) }];
  const size = planNewSize(deployment, current, all);
  if (size !== replicasOf(current)) {
    return toSteps(deployment, [{ replicaSet: current, replicas: size }]);
  }
  return toSteps(deployment, planOldSizes(deployment, current, sets));
}

/** All old Pods go, and are gone, before the first new one comes. */
function planRecreate({
  deployment,
  sets,
  hasOldPods,
}: DeploymentPlanInput): readonly DeploymentStep[] {
  const active = sets.old.filter(isActive);
  if (active.length > 0) {
    return toSteps(
      deployment,
      active.map((replicaSet) => ({ replicaSet, replicas: 0 })),
    );
  }
  if (sumOf(sets.old, ({ status }) => status?.replicas ?? 0) > 0 || hasOldPods()) return [];
  const { current } = sets;
  if (!current) return [{ type: 'create', replicaSet: buildNewReplicaSet(deployment, sets) }];
  const desired = desiredReplicas(deployment);
  if (replicasOf(current) === desired) return [];
  return toSteps(deployment, [{ replicaSet: current, replicas: desired }]);
}

function toSteps(deployment: Deployment, scalings: readonly Scaling[]): readonly DeploymentStep[] {
  return scalings.flatMap(({ replicaSet: previous, replicas }) => {
    const replicaSet = withReplicas(deployment, previous, replicas);
    return replicaSet === previous ? [] : [{ type: 'update', previous, replicaSet }];
  });
}
