import type { ContainerLine, ContainerRun } from '../../lib/container-log.ts';
import type {
  ContainerStateTerminated,
  ContainerStatus,
  Pod,
  PodStatus,
} from '../../scheme/generated/types/core-v1.ts';
import { declaredLines } from '../annotations.ts';
import { statusesOf } from '../status/container-slots.ts';

/** The line of a container's start comes first in its millisecond, what annotations declare follows, its end comes last. */
const START_NUMBER = 0;
const FIRST_DECLARED_NUMBER = 1;
const STOP_NUMBER = 1_000_000;

/** What containers print as the Pod's status becomes `next`: when they start and when they stop, whichever stage it is. */
export function linesOfTransition(pod: Pod, next: PodStatus, nowMs: number): ContainerLine[] {
  const before = new Map(statusesOf(pod.status).map((status) => [status.name, status]));
  return statusesOf(next).flatMap((status) => [
    ...linesOfStop(pod, before.get(status.name), status, nowMs),
    ...linesOfStart(pod, before.get(status.name), status, nowMs),
  ]);
}

/** What annotations declare, printed by one run at `timeMs`. */
export function declaredLinesAt(
  pod: Pod,
  status: ContainerStatus,
  timeMs: number,
): ContainerLine[] {
  const run = runOf(pod, status);
  return declaredLines(pod, status.name).map((text, index) => ({
    ...run,
    timeMs,
    number: FIRST_DECLARED_NUMBER + index,
    stream: 'stdout',
    text,
  }));
}

function runOf({ metadata }: Pod, { name, restartCount }: ContainerStatus): ContainerRun {
  return { podUid: metadata.uid ?? '', container: name, restartCount };
}

function linesOfStart(
  pod: Pod,
  before: ContainerStatus | undefined,
  status: ContainerStatus,
  nowMs: number,
): ContainerLine[] {
  if (!status.state?.running || status.containerID === before?.containerID) return [];
  const text = `Container ${status.name} started from image ${status.image}`;
  const at = { timeMs: nowMs, number: START_NUMBER, stream: 'stdout', text } as const;
  return [{ ...runOf(pod, status), ...at }, ...declaredLinesAt(pod, status, nowMs)];
}

function linesOfStop(
  pod: Pod,
  before: ContainerStatus | undefined,
  status: ContainerStatus,
  nowMs: number,
): ContainerLine[] {
  const ended = before?.state?.running && endOf(status, before.containerID);
  if (!before || !ended) return [];
  const text = `Container ${before.name} stopped with exit code ${ended.exitCode}`;
  const stream = ended.exitCode === 0 ? 'stdout' : 'stderr';
  return [{ ...runOf(pod, before), timeMs: nowMs, number: STOP_NUMBER, stream, text }];
}

/** How the run of this id has ended, also when another has taken its place. */
function endOf(
  { lastState, state }: ContainerStatus,
  containerID: string | undefined,
): ContainerStateTerminated | undefined {
  return [state?.terminated, lastState?.terminated].find(
    (terminated) => terminated && terminated.containerID === containerID,
  );
}
