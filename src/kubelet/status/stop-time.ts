/** How long a container takes to stop, and how long it may. Pure. */
import type { Pod, Probe } from '../../scheme/generated/types/core-v1.ts';
import { ANNOTATION_STOP_DELAY, declaredDelayMs } from '../annotations.ts';
import type { ContainerSlot } from './container-slots.ts';
import { EXIT_CODE_KILLED, EXIT_CODE_TERMINATED } from './container-status.ts';

const DEFAULT_GRACE_SECONDS = 30;

/** Stops that take this long are spoken of when they begin; of others it is said when they are done. */
export const SLOW_STOP_MS = 2_000;

/** How long a container takes to stop: its preStop hook sleeps, then it does what it was declared to do. */
export function stopMs(pod: Pod, { container, name }: ContainerSlot): number {
  const hookMs = (container.lifecycle?.preStop?.sleep?.seconds ?? 0) * 1_000;
  return hookMs + (declaredDelayMs(pod, ANNOTATION_STOP_DELAY, name) ?? 0);
}

/** The end of a container that a probe has condemned. */
export interface Kill {
  /** How long after it was told to stop. */
  readonly afterMs: number;
  readonly exitCode: number;
}

/** It ends by itself when it is told to, or at the end of the probe's grace period, or else of the Pod's. */
export function killBy(pod: Pod, slot: ContainerSlot, probe: Probe | undefined): Kill {
  const graceSeconds =
    probe?.terminationGracePeriodSeconds ??
    pod.spec?.terminationGracePeriodSeconds ??
    DEFAULT_GRACE_SECONDS;
  const graceMs = graceSeconds * 1_000;
  const afterMs = stopMs(pod, slot);
  return afterMs > graceMs
    ? { afterMs: graceMs, exitCode: EXIT_CODE_KILLED }
    : { afterMs, exitCode: EXIT_CODE_TERMINATED };
}

/** What is said when a container that takes its time is told to stop. */
export function killAnnouncement({ status }: ContainerSlot): string {
  return `killing ${status?.containerID}`;
}
