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
import { describeMissing, podsToPreempt } from './preemption.ts';
import { forbiddenSysctl } from './sysctls.ts';

/** Why the kubelet refuses a Pod. */
export interface AdmissionProblem {
  /** `OutOfcpu`, `OutOfpods`, … */
  readonly reason: string;
  /** For the status. */
  readonly message: string;
  /** For the event. */
  readonly note: string;
}

/** What comes of a Pod that is to run on a node: something speaks against it, or others have to go first, or neither. */
export interface Admission {
  readonly problem?: AdmissionProblem;
  /** Those that end so that it has room. */
  readonly preempts?: readonly Pod[];
}

/**
 * Whether `pod` may run on the node beside its neighbours. It may not when it was bound without the scheduler, or the node has
 * changed since. For a critical Pod the kubelet makes room.
 */
export function admissionOf(pod: Pod, node: Node, neighbours: Iterable<Pod>): Admission {
  const others = [...neighbours];
  const problem = nodeProblem(pod, node);
  if (problem) return { problem };
  const missing = shortfallsOf(pod, node, others);
  const [first] = missing;
  const misplaced = placementProblem(pod, node, others);
  if (first && !isCritical(pod)) return { problem: problemOf(first) };
  if (misplaced) return { problem: misplaced };
  return first ? madeRoom(pod, others, missing) : {};
}

/** What speaks against the Pod whoever else is there. */
function nodeProblem(pod: Pod, node: Node): AdmissionProblem | undefined {
  return (
    shutdownProblem(node) ??
    pressureProblem(pod, node) ??
    sysctlProblem(pod, node) ??
    systemProblem(pod)
  );
}

function madeRoom(pod: Pod, others: readonly Pod[], shortfalls: readonly Shortfall[]): Admission {
  const missing = Object.fromEntries(
    shortfalls.map(({ capacity, resource, taken, wanted }) => [
      resource,
      wanted - (capacity - taken),
    ]),
  );
  const preempts = podsToPreempt(pod, others, missing);
  if (preempts) return { preempts };
  const note = `Unexpected error while attempting to recover from admission failure: preemption: error finding a set of pods to preempt: no set of running pods found to reclaim resources: ${describeMissing(missing)}`;
  return { problem: rejected('UnexpectedAdmissionError', note) };
}

function sysctlProblem({ spec }: Pod, node: Node): AdmissionProblem | undefined {
  const why = forbiddenSysctl(spec, node);
  return why === undefined ? undefined : rejected('SysctlForbidden', why);
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

/** A resource of which the node has not enough left. */
interface Shortfall {
  readonly resource: string;
  readonly wanted: number;
  readonly taken: number;
  readonly capacity: number;
}

/** What speaks against the Pod's resources: one of which the node has not enough left. */
export function resourceProblem(
  pod: Pod,
  node: Node,
  neighbours: Iterable<Pod>,
): AdmissionProblem | undefined {
  const [first] = shortfallsOf(pod, node, neighbours);
  return first && problemOf(first);
}

function shortfallsOf(pod: Pod, node: Node, neighbours: Iterable<Pod>): Shortfall[] {
  const allocatable = amountsOf(node.status?.allocatable);
  const used: ResourceAmounts = { pods: 0 };
  for (const neighbour of neighbours) addAmounts(used, requestsOf(grantedSpec(neighbour)));
  const shortfalls: Shortfall[] = [];
  for (const [resource, wanted] of Object.entries(requestsOf(pod.spec))) {
    // Of what a node does not list, extended resources above all, the kubelet keeps no account.
    const capacity = allocatable[resource];
    if (capacity === undefined) continue;
    const taken = used[resource] ?? 0;
    if (wanted > 0 && taken + wanted > capacity) {
      shortfalls.push({ resource, wanted, taken, capacity });
    }
  }
  return shortfalls;
}

function problemOf({ capacity, resource, taken, wanted }: Shortfall): AdmissionProblem {
  const note = `Node didn't have enough resource: ${resource}, requested: ${wanted}, used: ${taken}, capacity: ${capacity}`;
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
