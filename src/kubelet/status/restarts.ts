import { type BackoffOptions, exponentialBackoffMs } from '../../lib/backoff.ts';
import { isContainerRestarted, restartsAllContainers } from '../../scheme/container-restarts.ts';
import { parseGoDuration } from '../../scheme/duration.ts';
import type { ContainerStateTerminated, Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { type ContainerSlot, isResetStatus } from './container-slots.ts';

/** On a Node: the longest wait between restarts of a container that keeps ending, from `1s` to `5m`. @default 5m */
const ANNOTATION_MAX_RESTART_PERIOD = 'orrery.dev/max-container-restart-period';
/** The kubelet's wait between restarts of a container that keeps ending. */
const CRASH_LOOP_BACKOFF: BackoffOptions = { baseMs: 10_000, maxMs: 300_000 };
const MIN_RESTART_PERIOD_MS = 1_000;
/** A container that ran this long begins anew. */
const BACKOFF_RESET_MS = 10 * 60_000;

/** Whether a container that ended like this is started again. Sidecars always are, and init containers that did their work never. */
export function isRestarted(
  pod: Pod,
  { container, kind }: Pick<ContainerSlot, 'container' | 'kind'>,
  exitCode: number,
): boolean {
  if (kind === 'sidecar') return true;
  if (exitCode === 0 && kind === 'init') return false;
  return isContainerRestarted(container, pod.spec?.restartPolicy, exitCode);
}

/** Whether the container has ended in a way that restarts the whole Pod. */
export function restartsAll({ container, status }: ContainerSlot): boolean {
  const exitCode = status?.state?.terminated?.exitCode;
  return exitCode !== undefined && restartsAllContainers(container, exitCode);
}

/** How long after its end a container that has been restarted `restartCount` times waits; the first time not at all. */
export function restartBackoffMs(
  restartCount: number,
  ended: ContainerStateTerminated,
  node: Node,
): number {
  if (restartCount === 0 || ranMs(ended) >= BACKOFF_RESET_MS) return 0;
  return exponentialBackoffMs(restartCount, backoffOf(node));
}

/** What the node's annotation says of it, where that is a period that a kubelet takes. */
function backoffOf({ metadata: { annotations } }: Node): BackoffOptions {
  const text = annotations?.[ANNOTATION_MAX_RESTART_PERIOD];
  const maxMs = text === undefined ? undefined : parseGoDuration(text);
  if (maxMs === undefined || maxMs < MIN_RESTART_PERIOD_MS || maxMs > CRASH_LOOP_BACKOFF.maxMs) {
    return CRASH_LOOP_BACKOFF;
  }
  return { baseMs: Math.min(CRASH_LOOP_BACKOFF.baseMs, maxMs), maxMs };
}

function ranMs({ finishedAt, startedAt }: ContainerStateTerminated): number {
  return Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '');
}

/**
 * From when on the containers of a Pod that restarts as a whole may start, in milliseconds since the epoch; undefined when it
 * does not restart. The first time at once, later after the back-off of a container that keeps ending: what has been
 * restarted least often tells how often all were.
 */
export function wholeRestartMs(slots: readonly ContainerSlot[], node: Node): number | undefined {
  let restartCount = Number.POSITIVE_INFINITY;
  let longest: ContainerStateTerminated | undefined;
  for (const { status } of slots) {
    const ended = status?.lastState?.terminated;
    if (!ended || !isResetStatus(status)) continue;
    restartCount = Math.min(restartCount, status?.restartCount ?? 0);
    if (!longest || ranMs(ended) > ranMs(longest)) longest = ended;
  }
  if (!longest) return undefined;
  return Date.parse(longest.finishedAt ?? '') + restartBackoffMs(restartCount - 1, longest, node);
}
