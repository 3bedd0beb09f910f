import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { amountsOf, type ResourceAmounts } from '../../scheme/resources-of-pod.ts';
import { MAX_NODE_SCORE, type Plugin } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';

export const REASON_TOO_MANY_PODS = 'Too many pods';

/** Kubernetes' NodeResourcesFit and balanced allocation score these, with equal weights. */
export const SCORED_RESOURCES = ['cpu', 'memory'] as const;

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
  return [requests, scoredRequests];
}

function shortages(wanted: ResourceAmounts, node: NodeInfo): readonly string[] | undefined {
  const { allocatable, requested } = node;
  const short: string[] = [];
  if (node.podCount + 1 > (allocatable.pods ?? 0)) short.push(REASON_TOO_MANY_PODS);
  for (const name in wanted) {
    const amount = wanted[name] as number;
    const free = (allocatable[name] ?? 0) - (requested[name] ?? 0);
    // Nothing wanted is never lacking, not even on a node that is over-committed.
    if (amount > 0 && amount > free) short.push(insufficient(name));
  }
  return short.length === 0 ? undefined : short;
}

function leastAllocated({ scoredRequests }: PodInfo, node: NodeInfo): number {
  let sum = 0;
  let votes = 0;
  for (const name of SCORED_RESOURCES) {
    const allocatable = node.allocatable[name] ?? 0;
    // A resource that the node does not have at all has no vote.
    if (allocatable === 0) continue;
    const requested = (node.scoredRequested[name] ?? 0) + (scoredRequests[name] ?? 0);
    const free = Math.max(0, allocatable - requested);
    sum += Math.floor((free * MAX_NODE_SCORE) / allocatable);
    votes++;
  }
  return votes === 0 ? 0 : Math.floor(sum / votes);
}

function gainsRoom(before: Node, after: Node): boolean {
  const was = amountsOf(before.status?.allocatable);
  const is = amountsOf(after.status?.allocatable);
  return Object.entries(is).some(([name, amount]) => amount > (was[name] ?? 0));
}
