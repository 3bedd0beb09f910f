import type { PodStage } from '../stage.ts';
import { type Start, startAll, startContainer } from '../start.ts';
import { nextPodStatus } from '../status/pod-status.ts';
import { isHeldBack } from '../status/readiness.ts';
import { sandboxAddresses, sandboxProblem } from './sandbox.ts';
import { isStartDue, startDelayMs, waitingMain } from './starting.ts';

/** Everything before the main containers is done: they start. */
export const podRunning: PodStage = {
  name: 'pod-running',
  readsSources: true,
  matches: (pod) => waitingMain(pod).length > 0,
  delay: (pod, ctx) => startDelayMs(pod, waitingMain(pod), ctx, { ms: 20, jitterMs: 60 }),
  next: (pod, ctx) => {
    const problem = sandboxProblem(pod, ctx);
    if (problem) return problem;
    const { readyWithRunning } = ctx.settings;
    const starts = new Map<string, Start>();
    for (const slot of waitingMain(pod)) {
      if (!isStartDue(pod, slot, ctx)) continue;
      const ready = readyWithRunning && !isHeldBack(pod, slot);
      starts.set(slot.name, startContainer(pod, slot, ctx, ready));
    }
    if (starts.size === 0) return {};
    const status = nextPodStatus(
      pod,
      ctx.nowMs,
      ({ name }) => starts.get(name)?.status,
      sandboxAddresses(pod, ctx),
    );
    return { status, ...startAll(starts) };
  },
};
