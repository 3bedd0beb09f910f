import { MAX_NODE_SCORE, type Plugin } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { signRequests } from './node-resources-fit.ts';

/** Prefers nodes on which CPU and memory would be used in like measure, so that neither is left over. */
export const nodeResourcesBalancedAllocation: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  sign: signRequests,
  preScore(pod) {
    // A pod that requests nothing balances every node alike: the emptiest of them would draw all such pods.
    if (pod.requests.milliCpu === 0 && pod.requests.memoryBytes === 0) return undefined;
    return { score: (node) => balance(pod, node) };
  },
};

/** 100 minus the standard deviation, in percent, of the shares of CPU and memory that would be requested. */
function balance({ requests }: PodInfo, { allocatable, requested }: NodeInfo): number {
  const cpu = usedShare(requested.milliCpu + requests.milliCpu, allocatable.milliCpu);
  const memory = usedShare(requested.memoryBytes + requests.memoryBytes, allocatable.memoryBytes);
  // With one resource missing there is nothing to balance.
  const deviation = cpu === undefined || memory === undefined ? 0 : Math.abs(cpu - memory) / 2;
  return Math.floor((1 - deviation) * MAX_NODE_SCORE);
}

function usedShare(requested: number, allocatable: number): number | undefined {
  return allocatable === 0 ? undefined : Math.min(1, requested / allocatable);
}
