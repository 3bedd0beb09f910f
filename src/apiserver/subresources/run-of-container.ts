import { type ApiError, badRequest } from '../../scheme/errors.ts';
import type { ContainerStatus, Pod } from '../../scheme/generated/types/core-v1.ts';

interface NamedContainer {
  readonly name: string;
}

/** The container that is meant: the named one, or the only one there is. @throws {ApiError} BadRequest */
export function containerOf({ metadata, spec }: Pod, wanted: string | undefined): string {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = spec ?? {};
  const main: readonly NamedContainer[] = containers;
  if (wanted) {
    const all = [...main, ...initContainers, ...ephemeralContainers];
    if (all.some(({ name }) => name === wanted)) return wanted;
    throw badRequest(`container ${wanted} is not valid for pod ${metadata.name}`);
  }
  const [first] = main;
  if (first && main.length === 1) return first.name;
  throw badRequest(
    `a container name must be specified for pod ${metadata.name}` +
      choices(', choose one of', main) +
      choices(' or one of the init containers', initContainers) +
      choices(' or one of the ephemeral containers', ephemeralContainers),
  );
}

function choices(words: string, containers: readonly NamedContainer[]): string {
  if (containers.length === 0) return '';
  return `${words}: [${containers.map(({ name }) => name).join(' ')}]`;
}

/** Which run of the container has the log, counted by the restarts before it. @throws {ApiError} BadRequest */
export function restartCountOf(pod: Pod, container: string, previous: boolean): number {
  const status = statusOf(pod, container);
  const which = `container "${container}" in pod "${pod.metadata.name}"`;
  if (!status) throw badRequest(`${which} is not available`);
  const { lastState, restartCount, state } = status;
  const hasBegun = state?.running !== undefined || state?.terminated !== undefined;
  // A container that waits for its restart still counts the restarts of the run that has ended.
  if (previous && !lastState?.terminated)
    throw badRequest(`previous terminated ${which} not found`);
  if (previous) return hasBegun ? restartCount - 1 : restartCount;
  if (hasBegun || lastState?.terminated) return restartCount;
  throw waits(which, status);
}

/** Whether this run of the container prints no more. */
export function hasRunEnded(
  pod: Pod,
  { container, restartCount }: { readonly container: string; readonly restartCount: number },
): boolean {
  const status = statusOf(pod, container);
  return !status || status.restartCount !== restartCount || status.state?.running === undefined;
}

function waits(which: string, { state }: ContainerStatus): ApiError {
  const reason = state?.waiting?.reason;
  return badRequest(
    reason
      ? `${which} is waiting to start: ${reason}`
      : `${which} is waiting to start - no logs yet`,
  );
}

function statusOf({ status }: Pod, container: string): ContainerStatus | undefined {
  const lists = [
    status?.containerStatuses,
    status?.initContainerStatuses,
    status?.ephemeralContainerStatuses,
  ];
  return lists.flatMap((list) => list ?? []).find(({ name }) => name === container);
}
