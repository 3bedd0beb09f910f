import type { Container, Node, Pod } from './generated/types/core-v1.ts';
import { quantityMilliValue, quantityValue } from './quantity.ts';

/** Amounts of resources as plain numbers, for whoever counts what fits where. */
export interface ResourceVector {
  milliCpu: number;
  memoryBytes: number;
  ephemeralStorageBytes: number;
  /** Extended resources, huge pages and attachable volumes, by name. */
  readonly scalars: Map<string, number>;
}

type ResourceList = Readonly<Record<string, string>>;

export function emptyResources(): ResourceVector {
  return { milliCpu: 0, memoryBytes: 0, ephemeralStorageBytes: 0, scalars: new Map() };
}

/** Adds `amount` to `total`, or takes it away with `sign` -1. */
export function accumulate(total: ResourceVector, amount: ResourceVector, sign: 1 | -1 = 1): void {
  total.milliCpu += sign * amount.milliCpu;
  total.memoryBytes += sign * amount.memoryBytes;
  total.ephemeralStorageBytes += sign * amount.ephemeralStorageBytes;
  for (const [name, value] of amount.scalars) {
    total.scalars.set(name, (total.scalars.get(name) ?? 0) + sign * value);
  }
}

/** Raises each amount of `total` to at least that of `other`. */
function raiseTo(total: ResourceVector, other: ResourceVector): void {
  total.milliCpu = Math.max(total.milliCpu, other.milliCpu);
  total.memoryBytes = Math.max(total.memoryBytes, other.memoryBytes);
  total.ephemeralStorageBytes = Math.max(total.ephemeralStorageBytes, other.ephemeralStorageBytes);
  for (const [name, value] of other.scalars) {
    total.scalars.set(name, Math.max(total.scalars.get(name) ?? 0, value));
  }
}

/** Reads a `ResourceList`. `pods` is left out: pods are counted, not requested. */
export function toResourceVector(list: ResourceList | undefined): ResourceVector {
  const vector = emptyResources();
  for (const name in list) setAmount(vector, name, list[name] as string);
  return vector;
}

function setAmount(vector: ResourceVector, name: string, quantity: string): void {
  if (name === 'cpu') vector.milliCpu = quantityMilliValue(quantity);
  else if (name === 'memory') vector.memoryBytes = quantityValue(quantity);
  else if (name === 'ephemeral-storage') vector.ephemeralStorageBytes = quantityValue(quantity);
  else if (name !== 'pods') vector.scalars.set(name, quantityValue(quantity));
}

/**
 * What a pod asks its node for: the greater of what its containers need together and what any moment of its init phase
 * needs, plus overhead. Sidecars (init containers with restartPolicy Always) count from their start on. Requests of the pod
 * as a whole (`spec.resources`) take the place of the sum.
 *
 * @param assumed Taken for a container that requests none of a resource. @default nothing
 * @see https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
 */
export function podRequests(pod: Pod, assumed?: ResourceList): ResourceVector {
  const total = emptyResources();
  const { containers = [], initContainers = [], overhead, resources } = pod.spec ?? {};
  for (const container of containers) accumulate(total, containerRequests(container, assumed));
  const sidecars = emptyResources();
  const initPeak = emptyResources();
  for (const container of initContainers) {
    const requests = containerRequests(container, assumed);
    if (container.restartPolicy === 'Always') {
      accumulate(total, requests);
      accumulate(sidecars, requests);
      raiseTo(initPeak, sidecars);
    } else {
      accumulate(requests, sidecars);
      raiseTo(initPeak, requests);
    }
  }
  raiseTo(total, initPeak);
  for (const name in resources?.requests)
    setAmount(total, name, resources.requests[name] as string);
  if (overhead) accumulate(total, toResourceVector(overhead));
  return total;
}

function containerRequests({ resources }: Container, assumed?: ResourceList): ResourceVector {
  const requests = toResourceVector(resources?.requests);
  for (const name in assumed) {
    if (resources?.requests?.[name] === undefined)
      setAmount(requests, name, assumed[name] as string);
  }
  return requests;
}

/** What a node offers to pods, and how many of them it takes. */
export function nodeAllocatable(node: Node): { resources: ResourceVector; pods: number } {
  const list = node.status?.allocatable ?? {};
  return { resources: toResourceVector(list), pods: quantityValue(list.pods ?? '0') };
}
