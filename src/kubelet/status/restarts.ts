import { exponentialBackoffMs } from '../../lib/backoff.ts';
import type {
  ContainerRestartRule,
  ContainerStateTerminated,
  Pod,
} from '../../scheme/generated/types/core-v1.ts';
import { type ContainerSlot, isResetStatus } from './container-slots.ts';

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

function isMet({ exitCodes }: ContainerRestartRule, exitCode: number): boolean {
  const isListed = exitCodes?.values?.includes(exitCode) === true;
  return exitCodes?.operator === 'NotIn' ? !isListed : isListed;
}

const RESTART_ALL_CONTAINERS = 'RestartAllContainers';

/** Whether a container of the Pod has a rule by which its end restarts all of them. */
export function mayRestartAll({ spec }: Pod): boolean {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].some(
    ({ restartPolicyRules: rules = [] }) =>
      rules.some(({ action }) => action === RESTART_ALL_CONTAINERS),
  );
}

/** Whether the container has ended in a way that restarts the whole Pod: by the first of its rules that the exit code meets. */
export function restartsAll({ container, status }: ContainerSlot): boolean {
  const exitCode = status?.state?.terminated?.exitCode;
  if (exitCode === undefined) return false;
  const rule = container.restartPolicyRules?.find((one) => isMet(one, exitCode));
  return rule?.action === RESTART_ALL_CONTAINERS;
}

/** How long after its end a container that has been restarted `restartCount` times waits; the first time not at all. */
export function restartBackoffMs(restartCount: number, ended: ContainerStateTerminated): number {
  if (restartCount === 0) return 0;
  return ranMs(ended) >= BACKOFF_RESET_MS
    ? 0
    : exponentialBackoffMs(restartCount, CRASH_LOOP_BACKOFF);
}

function ranMs({ finishedAt, startedAt }: ContainerStateTerminated): number {
  return Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '');
}

/**
 * From when on the containers of a Pod that restarts as a whole may start, in milliseconds since the epoch; undefined when it
 * does not restart. The first time at once, later after the back-off of a container that keeps ending: what has been
 * restarted least often tells how often all were.
 */
export function wholeRestartMs(slots: readonly ContainerSlot[]): number | undefined {
  let restartCount = Number.POSITIVE_INFINITY;
  let longest: ContainerStateTerminated | undefined;
  for (const { status } of slots) {
    const ended = status?.lastState?.terminated;
    if (!ended || !isResetStatus(status)) continue;
    restartCount = Math.min(restartCount, status?.restartCount ?? 0);
    if (!longest || ranMs(ended) > ranMs(longest)) longest = ended;
  }
  if (!longest) return undefined;
  return Date.parse(longest.finishedAt ?? '') + restartBackoffMs(restartCount - 1, longest);
}
