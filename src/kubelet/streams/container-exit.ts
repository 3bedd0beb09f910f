import type { ApiClient } from '../../apiserver/client.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ContainerLog } from '../../lib/container-log.ts';
import { isApiError } from '../../scheme/errors.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type {
  Container,
  ContainerStatus,
  Pod,
  PodStatus,
} from '../../scheme/generated/types/core-v1.ts';
import { linesOfTransition } from '../logs/lines-of-transition.ts';
import { isRunning } from '../status/container-slots.ts';
import { terminatedStatus } from '../status/container-status.ts';
import { nextPodStatus } from '../status/pod-status.ts';

/** Others may write the Pod's status at the same time. */
const MAX_ATTEMPTS = 5;

interface Reporter {
  /** Of the kubelet of the Pod's node. */
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly containerLog: ContainerLog;
}

interface EndedContainer {
  readonly pod: Pod;
  readonly container: Container;
  /** The id of the run that has ended. */
  readonly runId: string;
}

/** Writes into the Pod's status that the container's main process has ended; what follows is the kubelet's. */
export async function reportExit(
  { client, clock, containerLog }: Reporter,
  { container, pod, runId }: EndedContainer,
  exitCode: number,
): Promise<void> {
  const { name = '', namespace } = pod.metadata;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    try {
      const current = await client.get(corePods, { namespace, name });
      const nowMs = clock.now();
      const status = statusAfterExit(current, { name: container.name, runId, exitCode, nowMs });
      if (!status) return;
      await client.update(corePods, { ...current, status }, { subresource: 'status' });
      for (const line of linesOfTransition(current, status, nowMs)) containerLog.write(line);
      return;
    } catch (thrown) {
      if (isApiError(thrown, 'NotFound')) return;
      if (!isApiError(thrown, 'Conflict')) throw thrown;
    }
  }
}

interface Exit {
  readonly name: string;
  readonly runId: string;
  readonly exitCode: number;
  readonly nowMs: number;
}

/** Undefined where that run is over already. */
export function statusAfterExit(
  pod: Pod,
  { exitCode, name, nowMs, runId }: Exit,
): PodStatus | undefined {
  const isMeant = (status: ContainerStatus | undefined): boolean =>
    status?.name === name && status.containerID === runId && status.state?.running !== undefined;
  const ended = (status: ContainerStatus, kind: 'main'): ContainerStatus =>
    terminatedStatus({ kind, status, name, container: { name } }, exitCode, nowMs);
  const ephemeral = pod.status?.ephemeralContainerStatuses ?? [];
  if (ephemeral.some(isMeant)) {
    const statuses = ephemeral.map((status) => (isMeant(status) ? ended(status, 'main') : status));
    return { ...pod.status, ephemeralContainerStatuses: statuses };
  }
  let isFound = false;
  const status = nextPodStatus(pod, nowMs, (slot) => {
    if (!slot.status || !isRunning(slot) || !isMeant(slot.status)) return undefined;
    isFound = true;
    return terminatedStatus({ ...slot, status: slot.status }, exitCode, nowMs);
  });
  return isFound ? status : undefined;
}
