import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { nodeAllocatable, type ResourceVector } from '../../scheme/pod-resources.ts';
import { MAX_NODE_SCORE, type Plugin } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';

export const REASON_TOO_MANY_PODS = 'Too many pods';

export function insufficient(resource: string): string {
  return `Insufficient ${resource}`;
}

/**
 * Room for the pod's requests: CPU, memory, ephemeral storage, the number of pods, extended resources. Scores by
 * *least allocated*: the emptier a node is after taking the pod, the better.
 */
export const nodeResourcesFit: Plugin = {
  name: 'NodeResourcesFit',
  sign: signRequests,
  preFilter: (pod) => ({ filter: (node) => shortages(pod.requests, node) }),
  preScore: (pod) => ({ score: (node) => leastAllocated(pod, node) }),
  couldHelp(event) {
    if (event.type === 'node-updated') return gainsRoom(event.before, event.node);
    return event.type === 'node-added' || event.type === 'assigned-pod-removed';
  },
};

/** The part of a pod that resource plugins read, as a value that encodes to JSON. */
export function signRequests({ requests, scoredRequests }: PodInfo): unknown {
  return [
    requests.milliCpu,
    requests.memoryBytes,
    requests.ephemeralStorageBytes,
    [...requests.scalars],
    scoredRequests,
  ];
}

function shortages(wanted: ResourceVector, node: NodeInfo): readonly string[] | undefined {
  const { allocatable, requested } = node;
  const short: string[] = [];
  if (node.podCount + 1 > node.allowedPods) short.push(REASON_TOO_MANY_PODS);
  if (lacks(wanted.milliCpu, allocatable.milliCpu, requested.milliCpu)) {
    short.push(insufficient('cpu'));
  }
  if (lacks(wanted.memoryBytes, allocatable.memoryBytes, requested.memoryBytes)) {
    short.push(insufficient('memory'));
  }
  const { ephemeralStorageBytes } = wanted;
  if (
    lacks(ephemeralStorageBytes, allocatable.ephemeralStorageBytes, requested.ephemeralStorageBytes)
  ) {
    short.push(insufficient('ephemeral-storage'));
  }
  for (const [name, amount] of wanted.scalars) {
    if (lacks(amount, allocatable.scalars.get(name) ?? 0, requested.scalars.get(name) ?? 0)) {
      short.push(insufficient(name));
    }
  }
  return short.length === 0 ? undefined : short;
}

/** Nothing wanted is never lacking, not even on a node that is over-committed. */
function lacks(wanted: number, allocatable: number, requested: number): boolean {
  return wanted > 0 && wanted > allocatable - requested;
}

function leastAllocated({ scoredRequests }: PodInfo, node: NodeInfo): number {
  const cpu = freeShare(
    node.scoredRequested.milliCpu + scoredRequests.milliCpu,
    node.allocatable.milliCpu,
  );
  const memory = freeShare(
    node.scoredRequested.memoryBytes + scoredRequests.memoryBytes,
    node.allocatable.memoryBytes,
  );
  // A resource that the node does not have at all has no vote.
  const votes = [cpu, memory].filter((share) => share !== undefined);
  if (votes.length === 0) return 0;
  return Math.floor(votes.reduce((sum, share) => sum + share, 0) / votes.length);
}

function freeShare(requested: number, allocatable: number): number | undefined {
  if (allocatable === 0) return undefined;
  if (requested > allocatable) return 0;
  return Math.floor(((allocatable - requested) * MAX_NODE_SCORE) / allocatable);
}

function gainsRoom(before: Node, after: Node): boolean {
  const was = nodeAllocatable(before);
  const is = nodeAllocatable(after);
  return (
    is.pods > was.pods ||
    is.resources.milliCpu > was.resources.milliCpu ||
    is.resources.memoryBytes > was.resources.memoryBytes ||
    is.resources.ephemeralStorageBytes > was.resources.ephemeralStorageBytes ||
    [...is.resources.scalars].some(
      ([name, amount]) => amount > (was.resources.scalars.get(name) ?? 0),
    )
  );
}
