import type { Pod, PodStatus } from '../../scheme/generated/types/core-v1.ts';
import { type ContainerSlot, currentInit, hasStartedMain, isRunning } from './container-slots.ts';
import { isRestarted, restartsAll } from './restarts.ts';

type Phase = NonNullable<PodStatus['phase']>;

/** Whether a container has ended and stays so. */
export function hasEnded(pod: Pod, slot: ContainerSlot): boolean {
  const terminated = slot.status?.state?.terminated;
  if (!terminated) return false;
  return (
    pod.metadata.deletionTimestamp !== undefined || !isRestarted(pod, slot, terminated.exitCode)
  );
}

/** The Pod in one word, from what its containers do. */
export function podPhase(pod: Pod, slots: readonly ContainerSlot[]): Phase {
  if (pod.metadata.deletionTimestamp === undefined && slots.some(restartsAll)) {
    return hasStartedMain(slots) ? 'Running' : 'Pending';
  }
  if (!hasStartedMain(slots)) {
    if (slots.some((slot) => isFailedInit(pod, slot))) return 'Failed';
    if (currentInit(slots)) return 'Pending';
  }
  const main = slots.filter(({ kind }) => kind === 'main');
  if (main.every((slot) => hasEnded(pod, slot))) {
    const failed = main.some(({ status }) => status?.state?.terminated?.exitCode !== 0);
    return failed ? 'Failed' : 'Succeeded';
  }
  const begun = main.some((slot) => isRunning(slot) || slot.status?.containerID !== undefined);
  return begun ? 'Running' : 'Pending';
}

function isFailedInit(pod: Pod, slot: ContainerSlot): boolean {
  const exitCode = slot.status?.state?.terminated?.exitCode ?? 0;
  return slot.kind === 'init' && exitCode !== 0 && hasEnded(pod, slot);
}

/** Whether the Pod is over: nothing runs in it again. */
export function isTerminal({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
