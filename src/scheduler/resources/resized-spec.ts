import { findCondition } from '../../scheme/conditions.ts';
import type {
  Container,
  ContainerStatus,
  Pod,
  PodSpec,
  ResourceRequirements,
} from '../../scheme/generated/types/core-v1.ts';
import { compareQuantities } from '../../scheme/quantity.ts';

const CONDITION_RESIZE_PENDING = 'PodResizePending';
const CONDITION_RESIZE_IN_PROGRESS = 'PodResizeInProgress';
const REASON_INFEASIBLE = 'Infeasible';

type Requests = Readonly<Record<string, string>>;

/** Whether the pod's containers are to have other resources than they have. */
export function isResizing({ status }: Pod): boolean {
  const conditions = status?.conditions;
  return Boolean(
    findCondition(conditions, CONDITION_RESIZE_PENDING) ??
      findCondition(conditions, CONDITION_RESIZE_IN_PROGRESS),
  );
}

/**
 * The spec with what a pod that is being resized holds of its node: the greater of what it has, what it was granted and what
 * it wants. A wish that the node can never grant does not count.
 */
export function resizedSpec(pod: Pod): PodSpec | undefined {
  const { spec, status } = pod;
  if (!spec || !isResizing(pod)) return spec;
  const pending = findCondition(status?.conditions, CONDITION_RESIZE_PENDING);
  const isInfeasible = pending?.reason === REASON_INFEASIBLE;
  const resize = (container: Container, statuses: readonly ContainerStatus[] | undefined) => {
    const own = statuses?.find(({ name }) => name === container.name);
    return own ? held(container, own, isInfeasible) : container;
  };
  const { containers, initContainers } = spec;
  return {
    ...spec,
    ...(spec.resources ? { resources: heldOf(spec.resources, status ?? {}, isInfeasible) } : {}),
    containers: containers.map((each) => resize(each, status?.containerStatuses)),
    ...(initContainers
      ? {
          initContainers: initContainers.map((each) => resize(each, status?.initContainerStatuses)),
        }
      : {}),
  };
}

function held(container: Container, status: ContainerStatus, isInfeasible: boolean): Container {
  return { ...container, resources: heldOf(container.resources ?? {}, status, isInfeasible) };
}

/** The same of a container and of the Pod as a whole. */
function heldOf(
  resources: ResourceRequirements,
  status: Pick<ContainerStatus, 'allocatedResources' | 'resources'>,
  isInfeasible: boolean,
): ResourceRequirements {
  const has = greatest(status.allocatedResources ?? {}, status.resources?.requests ?? {});
  const wanted = resources.requests ?? {};
  const requests = isInfeasible && Object.keys(has).length > 0 ? has : greatest(has, wanted);
  return { ...resources, requests };
}

function greatest(a: Requests, b: Requests): Record<string, string> {
  const most: Record<string, string> = { ...a };
  for (const [name, quantity] of Object.entries(b)) {
    const other = most[name];
    if (other === undefined || compareQuantities(quantity, other) > 0) most[name] = quantity;
  }
  return most;
}
