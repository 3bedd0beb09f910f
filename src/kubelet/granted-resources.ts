import { findCondition } from '../scheme/conditions.ts';
import type {
  Container,
  ContainerStatus,
  Pod,
  PodSpec,
  PodStatus,
  ResourceRequirements,
} from '../scheme/generated/types/core-v1.ts';

export const CONDITION_RESIZE_PENDING = 'PodResizePending';

/** What the Pod may take of its node: its spec, without a resize that the kubelet has not granted. */
export function grantedSpec(pod: Pod): PodSpec | undefined {
  const isPending = findCondition(pod.status?.conditions, CONDITION_RESIZE_PENDING);
  return isPending ? allocatedSpec(pod) : pod.spec;
}

/** The spec with what the kubelet has granted in place of what it asks for. */
export function allocatedSpec({ spec, status }: Pod): PodSpec | undefined {
  if (!spec) return undefined;
  const { initContainers, resources, ...others } = spec;
  return {
    ...others,
    ...grantedWhole(resources, status),
    containers: spec.containers.map((one) => granted(one, status?.containerStatuses)),
    ...(initContainers
      ? { initContainers: initContainers.map((one) => granted(one, status?.initContainerStatuses)) }
      : {}),
  };
}

function grantedWhole(
  resources: ResourceRequirements | undefined,
  status: PodStatus | undefined,
): Pick<PodSpec, 'resources'> {
  if (!resources) return {};
  if (status?.resources === undefined) return status?.startTime === undefined ? { resources } : {};
  return { resources: { requests: status.allocatedResources ?? {} } };
}

function granted(
  container: Container,
  statuses: readonly ContainerStatus[] | undefined,
): Container {
  const status = statuses?.find(({ name }) => name === container.name);
  if (!status?.state?.running) return container;
  const { allocatedResources: requests } = status;
  return { ...container, resources: requests ? { requests } : {} };
}
