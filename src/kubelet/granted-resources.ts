import { findCondition } from '../scheme/conditions.ts';
import type {
  Container,
  ContainerStatus,
  Pod,
  PodSpec,
} from '../scheme/generated/types/core-v1.ts';

export const CONDITION_RESIZE_PENDING = 'PodResizePending';

/** What the Pod may take of its node: its spec, without a resize that the kubelet has not granted. */
export function grantedSpec({ spec, status }: Pod): PodSpec | undefined {
  if (!spec || !findCondition(status?.conditions, CONDITION_RESIZE_PENDING)) return spec;
  const { initContainers } = spec;
  return {
    ...spec,
    containers: spec.containers.map((one) => granted(one, status?.containerStatuses)),
    ...(initContainers
      ? { initContainers: initContainers.map((one) => granted(one, status?.initContainerStatuses)) }
      : {}),
  };
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
