import { exponentialBackoffMs } from '../../lib/backoff.ts';
import type {
  ContainerRestartRule,
  ContainerStateTerminated,
  Pod,
} from '../../scheme/generated/types/core-v1.ts';
import type { ContainerSlot } from './container-slots.ts';

/** The kubelet's wait between restarts of a container that keeps ending. */
const CRASH_LOOP_BACKOFF = { baseMs: 10_000, maxMs: 300_000 };
/** A container that ran this long begins anew. */
const BACKOFF_RESET_MS = 10 * 60_000;

/**
 * Whether a container that ended like this is started again: by the first of its own rules that the exit code meets, else by
 * its own policy, else by the Pod's.
 */
export function isRestarted(
  pod: Pod,
  { container, kind }: Pick<ContainerSlot, 'container' | 'kind'>,
  exitCode: number,
): boolean {
  if (kind === 'sidecar') return true;
  if (exitCode === 0 && kind === 'init') return false;
  if (container.restartPolicyRules?.some((rule) => isMet(rule, exitCode))) return true;
  const policy = container.restartPolicy ?? pod.spec?.restartPolicy ?? 'Always';
  return exitCode === 0 ? policy === 'Always' : policy !== 'Never';
}

/** Every rule restarts; those that are for all containers of the Pod restart this one alone. */
function isMet({ exitCodes }: ContainerRestartRule, exitCode: number): boolean {
  const isListed = exitCodes?.values?.includes(exitCode) === true;
  return exitCodes?.operator === 'NotIn' ? !isListed : isListed;
}

/** How long after its end a container that has been restarted `restartCount` times waits; the first time not at all. */
export function restartBackoffMs(restartCount: number, ended: ContainerStateTerminated): number {
  if (restartCount === 0) return 0;
  const ranMs = Date.parse(ended.finishedAt ?? '') - Date.parse(ended.startedAt ?? '');
  return ranMs >= BACKOFF_RESET_MS ? 0 : exponentialBackoffMs(restartCount, CRASH_LOOP_BACKOFF);
}
