/** What is asked about scheduling, and what callers are told. */
import type { ApiError } from '../../scheme/errors.ts';
import type { SchedulingDecision, Victim } from '../../scheme/scheduling/decision.ts';
import type {
  SchedulingSimulation,
  SimulatedObstacle,
} from '../../scheme/scheduling/simulation.ts';

/** Which Pod: there may have been others of its name. */
export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface DecisionRequest {
  readonly pods: readonly PodIdentity[];
  /** At most so many of each Pod: the newest. */
  readonly limit: number;
  /** Whether what the plugins said about nodes is wanted. */
  readonly withDetail: boolean;
}

/** A Pod that was taken off its node; without its place where the caller may not get it. */
export type ToldVictim = Pick<Victim, 'priority'> & Partial<Victim>;

export interface ToldDecision extends Omit<SchedulingDecision, 'victims'> {
  readonly victims?: readonly ToldVictim[];
}

/** In the order of the Pods that are asked about: what was decided, newest first, or why the caller may not know. */
export type DecisionsOfPods = readonly (readonly ToldDecision[] | ApiError)[];

export interface SimulationRequest {
  /** A manifest of a Pod or of a workload, or the name of a Pod that is there. */
  readonly of:
    | { readonly manifest: unknown }
    | { readonly pod: { readonly namespace: string; readonly name: string } };
  /** Where a manifest that names no namespace belongs. */
  readonly namespace: string;
  /** @default as many as the manifest asks for, or 1 */
  readonly count?: number | undefined;
  readonly onWarning?: (warning: string) => void;
}

export type ToldObstacle = Omit<SimulatedObstacle, 'preemption'> & {
  readonly preemption?: { readonly nodeName: string; readonly victims: readonly ToldVictim[] };
};

export interface ToldSimulation extends Omit<SchedulingSimulation, 'obstacle'> {
  readonly namespace: string;
  readonly obstacle?: ToldObstacle;
}
