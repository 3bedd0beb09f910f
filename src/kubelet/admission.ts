import type { Node, Pod, PodSpec } from '../scheme/generated/types/core-v1.ts';
import { requiredNodeMatcher } from '../scheme/node-selector.ts';
import {
  addAmounts,
  amountsOf,
  podRequests,
  qosClassOf,
  type ResourceAmounts,
} from '../scheme/resources-of-pod.ts';
import { findUntolerated, TAINT_NO_EXECUTE, TAINT_NO_SCHEDULE } from '../scheme/taints.ts';
import { isCritical, pressuresOf } from './eviction/pressures.ts';
import { grantedSpec } from './granted-resources.ts';
import { shareHostPort } from './host-ports.ts';
import { isShuttingDown } from './nodes/node-shutdown.ts';

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
 * What speaks against running `pod` on the node beside its neighbours. It happens when a Pod was bound without the scheduler,
 * or the node has changed since.
 */
export function admissionProblem(
  pod: Pod,
  node: Node,
  neighbours: Iterable<Pod>,
): AdmissionProblem | undefined {
  const others = [...neighbours];
  return (
    shutdownProblem(node) ??
    systemProblem(pod) ??
    pressureProblem(pod, node) ??
    resourceProblem(pod, node, others) ??
    placementProblem(pod, node, others)
  );
}

function shutdownProblem(node: Node): AdmissionProblem | undefined {
  if (!isShuttingDown(node)) return undefined;
  return rejected('NodeShutdown', 'Pod was rejected as the node is shutting down.');
}

const LABEL_OS = 'kubernetes.io/os';
const OS = 'linux';

/** The machine runs another system than the Pod is made for. */
function systemProblem({ spec }: Pod): AdmissionProblem | undefined {
  const label = spec?.nodeSelector?.[LABEL_OS];
  if (label !== undefined && label !== OS) {
    const reason = 'PodOSSelectorNodeLabelDoesNotMatch';
    return rejected(
      reason,
      "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label",
    );
  }
  if (spec?.os === undefined || spec.os.name === OS) return undefined;
  return rejected('PodOSNotSupported', "Failed to admit pod as the OS field doesn't match node OS");
}

const TAINT_MEMORY_PRESSURE = {
  key: 'node.kubernetes.io/memory-pressure',
  effect: TAINT_NO_SCHEDULE,
} as const;

/** The node runs out of something: it takes nothing on that it would have to give up next. */
function pressureProblem(pod: Pod, node: Node): AdmissionProblem | undefined {
  const pressures = pressuresOf(node);
  if (pressures.length === 0 || isCritical(pod)) return undefined;
  const isMemoryAlone = pressures.every((pressure) => pressure === 'MemoryPressure');
  if (isMemoryAlone && !suffersFromMemory(pod)) return undefined;
  return rejected('Evicted', `The node had condition: [${pressures.join(' ')}]. `);
}

function suffersFromMemory({ spec }: Pod): boolean {
  const tolerates = !findUntolerated([TAINT_MEMORY_PRESSURE], spec?.tolerations, [
    TAINT_NO_SCHEDULE,
  ]);
  return spec !== undefined && qosClassOf(spec) === 'BestEffort' && !tolerates;
}

/** The node does not want the Pod, or has given a port away that it wants. */
function placementProblem(
  pod: Pod,
  node: Node,
  neighbours: readonly Pod[],
): AdmissionProblem | undefined {
  const matches = requiredNodeMatcher(pod.spec);
  if (matches && !matches(node)) {
    return predicateFailed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  }
  if (neighbours.some((other) => shareHostPort(pod, other))) {
    return predicateFailed(
      'NodePorts',
      "node(s) didn't have free ports for the requested pod ports",
    );
  }
  const { taints } = node.spec ?? {};
  if (!findUntolerated(taints, pod.spec?.tolerations, [TAINT_NO_EXECUTE])) return undefined;
  return predicateFailed('TaintToleration', "node(s) had taints that the pod didn't tolerate");
}

function predicateFailed(name: string, description: string): AdmissionProblem {
  return rejected(name, `Predicate ${name} failed: ${description}`);
}

function rejected(reason: string, note: string): AdmissionProblem {
  return { reason, note, message: `Pod was rejected: ${note}` };
}

/** What speaks against the Pod's resources: one of which the node has not enough left. */
export function resourceProblem(
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
  return rejected(`OutOf${resource}`, note);
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
