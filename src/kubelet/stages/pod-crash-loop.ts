import { formatGoDuration } from '../../scheme/duration.ts';
import type {
  ContainerStateTerminated,
  ContainerStatus,
  Node,
  Pod,
} from '../../scheme/generated/types/core-v1.ts';
import { backOffNote, podTitle } from '../notes.ts';
import { drawDelay, type PodContext, type PodStage } from '../stage.ts';
import { startAll, startContainer } from '../start.ts';
import { type ContainerSlot, containerSlots } from '../status/container-slots.ts';
import { REASON_CRASH_LOOP_BACK_OFF } from '../status/container-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { nextPodStatus } from '../status/pod-status.ts';
import { isRestarted, restartBackoffMs } from '../status/restarts.ts';
import { isWholeRestartPending } from './pod-restart-all.ts';

const RESTART_DELAY = { ms: 50, jitterMs: 50 };

interface Restart {
  readonly slot: ContainerSlot;
  readonly ended: ContainerStateTerminated;
  readonly backoffMs: number;
  /** It has been said that the container backs off. */
  readonly announced: boolean;
}

/** The containers that ended and will run again. */
function pendingRestarts(pod: Pod, node: Node): Restart[] {
  if (pod.metadata.deletionTimestamp !== undefined || isTerminal(pod)) return [];
  if (isWholeRestartPending(pod)) return [];
  const restarts: Restart[] = [];
  for (const slot of containerSlots(pod)) {
    const { lastState, restartCount = 0, state } = slot.status ?? {};
    const announced = state?.waiting?.reason === REASON_CRASH_LOOP_BACK_OFF;
    const ended = announced ? lastState?.terminated : state?.terminated;
    if (!ended || !isRestarted(pod, slot, ended.exitCode)) continue;
    const backoffMs = restartBackoffMs(restartCount, ended, node);
    restarts.push({ slot, ended, announced, backoffMs });
  }
  return restarts;
}

const mustAnnounce = ({ announced, backoffMs }: Restart): boolean => !announced && backoffMs > 0;

const restartMs = ({ backoffMs, ended }: Restart): number =>
  Date.parse(ended.finishedAt ?? '') + backoffMs;

/** A container that keeps ending: it waits before it is started again, and says so. */
export const podCrashLoopBackOff: PodStage = {
  name: 'pod-crash-loop-back-off',
  matches: (pod, { node }) => pendingRestarts(pod, node).some(mustAnnounce),
  delay: { ms: 50, jitterMs: 50 },
  next: (pod, { node, nowMs }) => {
    const backingOff = pendingRestarts(pod, node).filter(mustAnnounce);
    const status = nextPodStatus(pod, nowMs, ({ name }) => {
      const restart = backingOff.find(({ slot }) => slot.name === name);
      return restart ? waitingForRestart(pod, restart) : undefined;
    });
    return { status, events: backingOff.map(({ slot }) => backOffNote(slot, pod)) };
  },
};

function waitingForRestart(pod: Pod, { backoffMs, ended, slot }: Restart): ContainerStatus {
  const wait = formatGoDuration(backoffMs);
  return {
    ...(slot.status as ContainerStatus),
    ready: false,
    started: false,
    lastState: { terminated: ended },
    state: {
      waiting: {
        reason: REASON_CRASH_LOOP_BACK_OFF,
        message: `back-off ${wait} restarting failed container=${slot.name} pod=${podTitle(pod)}`,
      },
    },
  };
}

const isDue = (restart: Restart, nowMs: number): boolean =>
  !mustAnnounce(restart) && restartMs(restart) <= nowMs;

/** A container that ended is started again: the first time at once, later after its back-off. */
export const podContainerRestart: PodStage = {
  name: 'pod-container-restart',
  matches: (pod, { node }) => pendingRestarts(pod, node).some((restart) => !mustAnnounce(restart)),
  delay: (pod, ctx) => {
    const delays = pendingRestarts(pod, ctx.node)
      .filter((restart) => !mustAnnounce(restart))
      .map((restart) => restartDelayMs(restart, ctx));
    return Math.min(...delays);
  },
  readsSources: true,
  next: (pod, ctx) => {
    const due = pendingRestarts(pod, ctx.node).filter((restart) => isDue(restart, ctx.nowMs));
    const starts = new Map(
      due.map(({ slot }) => [slot.name, startContainer(pod, slot, ctx)] as const),
    );
    const status = nextPodStatus(pod, ctx.nowMs, ({ name }) => starts.get(name)?.status);
    return { status, ...startAll(starts) };
  },
};

function restartDelayMs(restart: Restart, ctx: PodContext): number {
  return restart.backoffMs === 0 ? drawDelay(RESTART_DELAY, ctx) : restartMs(restart) - ctx.nowMs;
}
