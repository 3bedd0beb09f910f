import { exponentialBackoffMs } from '../../lib/backoff.ts';
import type { ContainerStateTerminated, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { ContainerSlot } from './container-slots.ts';

/** The kubelet's wait between restarts of a container that keeps ending. */
const CRASH_LOOP_BACKOFF = { baseMs: 10_000, maxMs: 300_000 };
/** A container that ran this long begins anew. */
const BACKOFF_RESET_MS = 10 * 60_000;

/** Whether a container that ended like this is started again. */
export function isRestarted(pod: Pod, { kind }: ContainerSlot, exitCode: number): boolean {
  const policy = pod.spec?.restartPolicy ?? 'Always';
  if (kind === 'sidecar') return true;
  if (exitCode === 0) return kind === 'main' && policy === 'Always';
  return policy !== 'Never';
}

/** How long after its end a container that has been restarted `restartCount` times waits; the first time not at all. */
export function restartBackoffMs(restartCount: number, ended: ContainerStateTerminated): number {
  if (restartCount === 0) return 0;
  const ranMs = Date.parse(ended.finishedAt ?? '') - Date.parse(ended.startedAt ?? '');
  return ranMs >= BACKOFF_RESET_MS ? 0 : exponentialBackoffMs(restartCount, CRASH_LOOP_BACKOFF);
}
