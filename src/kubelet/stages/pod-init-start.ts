import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { startNotes } from '../notes.ts';
import type { PodStage } from '../stage.ts';
import {
  type ContainerSlot,
  containerSlots,
  currentInit,
  hasStartedMain,
} from '../status/container-slots.ts';
import { runningStatus } from '../status/container-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { nextPodStatus } from '../status/pod-status.ts';
import { sandboxAddresses } from './sandbox.ts';

/** The init container or sidecar whose turn it is and that has never run. */
function waitingInit(pod: Pod): ContainerSlot | undefined {
  if (pod.status?.startTime === undefined || isTerminal(pod)) return undefined;
  const slots = containerSlots(pod);
  const init = currentInit(slots);
  if (!init || hasStartedMain(slots)) return undefined;
  return init.status?.containerID === undefined ? init : undefined;
}

/** The next init container or sidecar starts. */
export const podInitStart: PodStage = {
  name: 'pod-init-start',
  matches: (pod) => pod.metadata.deletionTimestamp === undefined && waitingInit(pod) !== undefined,
  delay: { ms: 20, jitterMs: 30 },
  next: (pod, ctx) => {
    const init = waitingInit(pod) as ContainerSlot;
    const status = nextPodStatus(
      pod,
      ctx.nowMs,
      (slot) => (slot.name === init.name ? runningStatus(slot, ctx) : undefined),
      sandboxAddresses(pod, ctx),
    );
    return { status, events: startNotes(init, init.container.image ?? '') };
  },
};
