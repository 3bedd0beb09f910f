import type { DaemonSet } from '../../scheme/generated/types/apps-v1.ts';
import { type IntOrString, scaledIntOrPercent } from '../../scheme/int-or-string.ts';

export interface RolloutLimits {
  /** How many nodes may lack an available Pod because of the rollout. */
  readonly maxUnavailable: number;
  /** How many nodes may have a Pod of the new template beside an available one of the old. */
  readonly maxSurge: number;
}

export function isRollingUpdate({ spec }: DaemonSet): boolean {
  return spec?.updateStrategy?.type !== 'OnDelete';
}

/** Whether a node may have two Pods for a while. */
export function allowsSurge(daemonSet: DaemonSet): boolean {
  return isRollingUpdate(daemonSet) && rolloutLimits(daemonSet, 1).maxSurge > 0;
}

/** @param desiredNodes What 100 % is; fractions are rounded up. */
export function rolloutLimits({ spec }: DaemonSet, desiredNodes: number): RolloutLimits {
  const { maxUnavailable = 1, maxSurge = 0 } = spec?.updateStrategy?.rollingUpdate ?? {};
  const scaled = (value: IntOrString): number =>
    scaledIntOrPercent(value, { total: desiredNodes, round: 'up' });
  const limits = { maxUnavailable: scaled(maxUnavailable), maxSurge: scaled(maxSurge) };
  const isStuck = limits.maxUnavailable === 0 && limits.maxSurge === 0;
  return isStuck && desiredNodes > 0 ? { ...limits, maxUnavailable: 1 } : limits;
}
