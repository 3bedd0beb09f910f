import type { Deployment } from '../../scheme/generated/types/apps-v1.ts';
import { scaledIntOrPercent } from '../../scheme/int-or-string.ts';

/** Kubernetes' "no limit" for revisionHistoryLimit and progressDeadlineSeconds. */
export const UNLIMITED = 2_147_483_647;

const DEFAULT_ROLLING = '25%';

export function desiredReplicas(deployment: Deployment): number {
  return deployment.spec?.replicas ?? 1;
}

export function isRollingUpdate(deployment: Deployment): boolean {
  return deployment.spec?.strategy?.type !== 'Recreate';
}

/** How many Pods a rolling update may have beyond the desired number. */
export function maxSurge(deployment: Deployment): number {
  return isRollingUpdate(deployment) ? limits(deployment).surge : 0;
}

/** How many of the desired Pods may be unavailable during a rolling update. */
export function maxUnavailable(deployment: Deployment): number {
  if (!isRollingUpdate(deployment)) return 0;
  return Math.min(limits(deployment).unavailable, desiredReplicas(deployment));
}

export function hasProgressDeadline(deployment: Deployment): boolean {
  const deadline = deployment.spec?.progressDeadlineSeconds;
  return deadline !== undefined && deadline !== UNLIMITED;
}

function limits(deployment: Deployment): { surge: number; unavailable: number } {
  const rolling = deployment.spec?.strategy?.rollingUpdate;
  const total = desiredReplicas(deployment);
  const surge = scaledIntOrPercent(rolling?.maxSurge ?? DEFAULT_ROLLING, { total, round: 'up' });
  const unavailable = scaledIntOrPercent(rolling?.maxUnavailable ?? DEFAULT_ROLLING, {
    total,
    round: 'down',
  });
  // With neither, no Pod could ever be replaced: percentages of few Pods may well round down to that.
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}
