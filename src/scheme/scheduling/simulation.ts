import type { ReasonCount, Victim } from './decision.ts';

/** How many Pods can be asked about at once. */
export const MAX_SIMULATED_PODS = 10_000;

/** Why a simulation placed no more Pods: all have a node, no node takes the next one, or time was up. */
export type SimulationEnd = 'AllFit' | 'NoNodeFits' | 'TimeLimit';

/** How many of the Pods would go to one node. */
export interface SimulatedPlacement {
  readonly nodeName: string;
  readonly count: number;
}

/** What stops the first Pod that would find no node. */
export interface SimulatedObstacle {
  /** As its `PodScheduled` condition would say it. */
  readonly message: string;
  /** Most nodes first. */
  readonly reasons: readonly ReasonCount[];
  /** Where room would be made for it, and at whose cost; nothing where that would not help. */
  readonly preemption?: { readonly nodeName: string; readonly victims: readonly Victim[] };
}

/** Where copies of a Pod would go, were they created now. */
export interface SchedulingSimulation {
  readonly schedulerName: string;
  /** How many Pods were asked about. */
  readonly count: number;
  /** How many of them would find a node. */
  readonly fits: number;
  readonly end: SimulationEnd;
  /** Most Pods first. */
  readonly placements: readonly SimulatedPlacement[];
  readonly obstacle?: SimulatedObstacle;
  /** How many nodes there are. */
  readonly nodes: number;
  readonly durationMs: number;
}
