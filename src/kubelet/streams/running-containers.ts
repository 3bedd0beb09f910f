import type { ApiClient } from '../../apiserver/client.ts';
import type { ContainerRun } from '../../lib/container-log.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type { Container, ContainerStatus, Pod } from '../../scheme/generated/types/core-v1.ts';

/** A container that runs, and which run of it that is. */
export interface RunningContainer {
  readonly pod: Pod;
  readonly container: Container;
  /** The container's id. */
  readonly runId: string;
  /** Its name in logs. */
  readonly run: ContainerRun;
}

/** Every container of the Pod that runs: main ones first. */
export function runningContainers(pod: Pod): RunningContainer[] {
  const { spec, status } = pod;
  const containers: readonly Container[] = [
    ...(spec?.containers ?? []),
    ...(spec?.initContainers ?? []),
    ...((spec?.ephemeralContainers ?? []) as readonly Container[]),
  ];
  const statuses: readonly ContainerStatus[] = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ];
  return containers.flatMap((container) => {
    const own = statuses.find(({ name }) => name === container.name);
    if (!own?.state?.running || !own.containerID) return [];
    const { containerID: runId, name, restartCount } = own;
    const run = { podUid: pod.metadata.uid ?? '', container: name, restartCount };
    return [{ pod, container, runId, run }];
  });
}

/** Does `work` with a signal that aborts when the container's run is over, or `signal` aborts. */
export async function whileRunning<T>(
  pods: ApiClient,
  { pod, runId }: RunningContainer,
  signal: AbortSignal,
  work: (life: AbortSignal) => Promise<T>,
): Promise<T> {
  const { name, namespace = '', resourceVersion = '' } = pod.metadata;
  const over = new AbortController();
  const isRunning = (current: Pod): boolean =>
    runningContainers(current).some((running) => running.runId === runId);
  const watch = await pods.watch(
    corePods,
    { namespace, fieldSelector: `metadata.name=${name}`, resourceVersion },
    {
      onEvents: (events) => {
        const isOver = events.some(
          ({ object, type }) => type === 'DELETED' || (type !== 'BOOKMARK' && !isRunning(object)),
        );
        if (isOver) over.abort();
      },
      // Who cannot see whether the container still runs lets go of it.
      onClose: () => over.abort(),
    },
  );
  try {
    return await work(AbortSignal.any([signal, over.signal]));
  } finally {
    watch.stop();
  }
}
