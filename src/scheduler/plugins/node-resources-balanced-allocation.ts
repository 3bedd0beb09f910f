import { MAX_NODE_SCORE, type Plugin } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { SCORED_RESOURCES, signRequests } from './node-resources-fit.ts';

/** Prefers nodes on which CPU and memory would be used in like measure, so that neither is left over. */
export const nodeResourcesBalancedAllocation: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  sign: signRequests,
  preScore(pod) {
    // A pod that requests nothing balances every node alike: the emptiest of them would draw all such pods.
    if (SCORED_RESOURCES.every((name) => !pod.requests[name])) return undefined;
    return { score: (node) => balance(pod, node) };
  },
};

/** 100 minus the standard deviation, in percent, of the shares of CPU and memory that would be requested. */
function balance({ requests }: PodInfo, { allocatable, requested }: NodeInfo): number {
  const shares: number[] = [];
  for (const name of SCORED_RESOURCES) {
    const capacity = allocatable[name] ?? 0;
    if (capacity === 0) continue;
    shares.push(Math.min(1, ((requested[name] ?? 0) + (requests[name] ?? 0)) / capacity));
  }
  const [cpu, memory] = shares;
  // With one resource missing there is nothing to balance.
  const deviation = cpu === undefined || memory === undefined ? 0 : Math.abs(cpu - memory) / 2;
  return Math.floor((1 - deviation) * MAX_NODE_SCORE);
}
