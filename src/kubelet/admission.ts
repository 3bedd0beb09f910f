import type { Node, Pod, PodSpec } from '../scheme/generated/types/core-v1.ts';
import {
  addAmounts,
  amountsOf,
  podRequests,
  type ResourceAmounts,
} from '../scheme/resources-of-pod.ts';
import { grantedSpec } from './granted-resources.ts';

/** Why the kubelet refuses a Pod. */
export interface AdmissionProblem {
  /** `OutOfcpu`, `OutOfpods`, … */
  readonly reason: string;
  /** For the status. */
  readonly message: string;
  /** For the event. */
  readonly note: string;
}

/**
 * What speaks against running `pod` beside its neighbours: a resource of which the node has not enough left. It happens when
 * a Pod was bound without the scheduler, or the node shrank.
 */
export function admissionProblem(
  pod: Pod,
  node: Node,
  neighbours: Iterable<Pod>,
): AdmissionProblem | undefined {
  const allocatable = amountsOf(node.status?.allocatable);
  const used: ResourceAmounts = { pods: 0 };
  for (const neighbour of neighbours) addAmounts(used, requestsOf(grantedSpec(neighbour)));
  const requested = requestsOf(pod.spec);
  for (const resource in requested) {
    // Of what a node does not list, extended resources above all, the kubelet keeps no account.
    const capacity = allocatable[resource];
    if (capacity === undefined) continue;
    const wanted = requested[resource] ?? 0;
    const taken = used[resource] ?? 0;
    if (wanted > 0 && taken + wanted > capacity)
      return problemOf(resource, wanted, taken, capacity);
  }
  return undefined;
}

function problemOf(
  resource: string,
  requested: number,
  used: number,
  capacity: number,
): AdmissionProblem {
  const note = `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`;
  return { reason: `OutOf${resource}`, note, message: `Pod was rejected: ${note}` };
}

/** Specs are immutable and shared by a Pod's versions, so each is summed up once. */
const requestsBySpec = new WeakMap<object, ResourceAmounts>();

function requestsOf(spec: PodSpec | undefined): ResourceAmounts {
  if (!spec) return { pods: 1 };
  let requests = requestsBySpec.get(spec);
  if (!requests) {
    requests = { ...podRequests(spec), pods: 1 };
    requestsBySpec.set(spec, requests);
  }
  return requests;
}
