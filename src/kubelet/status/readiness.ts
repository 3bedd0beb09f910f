import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { mayBecomeReady } from '../annotations.ts';
import { type ContainerSlot, isRunning } from './container-slots.ts';

/** When a running container's flags change by themselves: undefined is never, or has been. */
export interface ReadinessTimes {
  readonly startedMs: number | undefined;
  readonly readyMs: number | undefined;
}

const secondsToMs = (seconds: number | undefined): number => (seconds ?? 0) * 1_000;

/**
 * A simulated probe succeeds at its first try, which is `initialDelaySeconds` after the container's start; the readiness
 * probe waits for the startup probe.
 */
export function readinessTimes(pod: Pod, slot: ContainerSlot): ReadinessTimes {
  const { container, kind, status } = slot;
  if (kind === 'init' || !isRunning(slot) || !status)
    return { startedMs: undefined, readyMs: undefined };
  const runningSinceMs = Date.parse(status.state?.running?.startedAt ?? '');
  const startedMs = runningSinceMs + secondsToMs(container.startupProbe?.initialDelaySeconds);
  const probedMs = runningSinceMs + secondsToMs(container.readinessProbe?.initialDelaySeconds);
  const becomesReady = !status.ready && mayBecomeReady(pod, container.name);
  return {
    startedMs: status.started ? undefined : startedMs,
    readyMs: becomesReady ? Math.max(startedMs, probedMs) : undefined,
  };
}

/** Whether a probe of the container keeps it from being ready the moment that it runs. */
export function isHeldBack(pod: Pod, { container }: ContainerSlot): boolean {
  return (
    container.startupProbe !== undefined ||
    secondsToMs(container.readinessProbe?.initialDelaySeconds) > 0 ||
    !mayBecomeReady(pod, container.name)
  );
}
