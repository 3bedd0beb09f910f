import { startNotes } from '../notes.ts';
import type { PodStage } from '../stage.ts';
import { containerSlots, currentInit, hasStartedMain } from '../status/container-slots.ts';
import { runningStatus } from '../status/container-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { nextPodStatus } from '../status/pod-status.ts';
import { isHeldBack } from '../status/readiness.ts';
import { sandboxAddresses } from './sandbox.ts';

/** Everything before the main containers is done: they start. */
export const podRunning: PodStage = {
  name: 'pod-running',
  matches: (pod) => {
    if (pod.status?.startTime === undefined) return false;
    if (pod.metadata.deletionTimestamp !== undefined || isTerminal(pod)) return false;
    const slots = containerSlots(pod);
    return currentInit(slots) === undefined && !hasStartedMain(slots);
  },
  delay: { ms: 20, jitterMs: 60 },
  next: (pod, ctx) => {
    const { readyWithRunning } = ctx.settings;
    const main = containerSlots(pod).filter(({ kind }) => kind === 'main');
    const status = nextPodStatus(
      pod,
      ctx.nowMs,
      (slot) => {
        if (slot.kind !== 'main') return undefined;
        return runningStatus(slot, { ...ctx, ready: readyWithRunning && !isHeldBack(pod, slot) });
      },
      sandboxAddresses(pod, ctx),
    );
    return {
      status,
      events: main.flatMap((slot) => startNotes(slot, slot.container.image ?? '')),
    };
  },
};
