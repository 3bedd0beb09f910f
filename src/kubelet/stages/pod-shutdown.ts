import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { isShuttingDown, shutdownStartMs, shutdownTurn } from '../nodes/node-shutdown.ts';
import { drawDelay, type PodContext, type PodStage } from '../stage.ts';
import { EXIT_CODE_KILLED } from '../status/container-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { failPod } from './fail-pod.ts';
import {
  isSlowStopUnsaid,
  STOP_DELAY,
  slowestStopMs,
  stoppedCode,
  tellToStop,
  toldToStopMs,
} from './pod-terminate.ts';

const REASON_TERMINATED = 'Terminated';
const MESSAGE = 'Pod was terminated in response to imminent node shutdown.';

function turnOf(pod: Pod, { neighbours, node, nowMs }: PodContext) {
  return shutdownTurn(pod, { neighbours: neighbours(), node, nowMs });
}

function isOver(pod: Pod, { node }: PodContext): boolean {
  return (
    isShuttingDown(node) &&
    shutdownStartMs(node) !== undefined &&
    pod.status?.startTime !== undefined &&
    pod.metadata.deletionTimestamp === undefined &&
    !isTerminal(pod)
  );
}

/** Its node shuts down, and it is the turn of a Pod that takes its time to stop: it has been told to. */
export const podShutdownStop: PodStage = {
  name: 'pod-shutdown-stop',
  matches: (pod, ctx) => isOver(pod, ctx) && isSlowStopUnsaid(pod, ctx),
  delay: (pod, ctx) => turnOf(pod, ctx).fromMs - ctx.nowMs,
  next: tellToStop,
};

/** Its node shuts down: the Pod is stopped when it is its turn, within the time that is left to it. */
export const podShutdown: PodStage = {
  name: 'pod-shutdown',
  matches: isOver,
  delay: (pod, ctx) => {
    const { fromMs, graceMs } = turnOf(pod, ctx);
    const stopMs = Math.min(graceMs, slowestStopMs(pod) + drawDelay(STOP_DELAY, ctx));
    return (toldToStopMs(ctx) ?? fromMs) + stopMs - ctx.nowMs;
  },
  next: (pod, ctx) => {
    const isKilled = slowestStopMs(pod) > turnOf(pod, ctx).graceMs;
    const ending = isKilled ? EXIT_CODE_KILLED : stoppedCode(pod);
    const failure = { reason: REASON_TERMINATED, message: MESSAGE, ending };
    const { events, status } = failPod(pod, failure, ctx.nowMs);
    return toldToStopMs(ctx) === undefined ? { status, events } : { status };
  },
};
