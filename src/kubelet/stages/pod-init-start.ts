import type { PodStage } from '../stage.ts';
import { startContainer } from '../start.ts';
import type { ContainerSlot } from '../status/container-slots.ts';
import { nextPodStatus } from '../status/pod-status.ts';
import { sandboxAddresses, sandboxProblem } from './sandbox.ts';
import { isStartDue, startDelayMs, waitingInit } from './starting.ts';

/** The next init container or sidecar starts. */
export const podInitStart: PodStage = {
  name: 'pod-init-start',
  readsSources: true,
  matches: (pod) => waitingInit(pod) !== undefined,
  delay: (pod, ctx) =>
    startDelayMs(pod, [waitingInit(pod) as ContainerSlot], ctx, { ms: 20, jitterMs: 30 }),
  next: (pod, ctx) => {
    const init = waitingInit(pod) as ContainerSlot;
    const problem = sandboxProblem(pod, ctx);
    if (problem) return problem;
    if (!isStartDue(pod, init, ctx)) return {};
    const { notes, status: started, waits } = startContainer(pod, init, ctx);
    const status = nextPodStatus(
      pod,
      ctx.nowMs,
      (slot) => (slot.name === init.name ? started : undefined),
      sandboxAddresses(pod, ctx),
    );
    return { status, events: notes, ...(waits ? { waits } : {}) };
  },
};
