import { MAX_NODE_SCORE, type Plugin } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { CPU_AND_MEMORY, type ScoredResource } from '../resources/scoring-strategy.ts';
import { signRequests } from './node-resources-fit.ts';

export interface BalancedAllocationOptions {
  /** @default CPU and memory */
  readonly resources?: readonly ScoredResource[];
}

/** Prefers nodes on which resources would be used in like measure, so that none is left over. */
export function createNodeResourcesBalancedAllocation({
  resources = CPU_AND_MEMORY,
}: BalancedAllocationOptions = {}): Plugin {
  const names = resources.map(({ name }) => name);
  return {
    name: 'NodeResourcesBalancedAllocation',
    sign: signRequests,
    preScore(pod) {
      // A pod that requests nothing balances every node alike: the emptiest of them would draw all such pods.
      if (names.every((name) => !pod.requests[name])) return undefined;
      return { score: (node) => balance(pod, node, names) };
    },
  };
}

/** 100 minus the standard deviation, in percent, of the shares of the resources that would be requested. */
function balance(
  { requests }: PodInfo,
  { allocatable, requested }: NodeInfo,
  names: readonly string[],
): number {
  const shares: number[] = [];
  for (const name of names) {
    const capacity = allocatable[name] ?? 0;
    if (capacity === 0) continue;
    shares.push(Math.min(1, ((requested[name] ?? 0) + (requests[name] ?? 0)) / capacity));
  }
  return Math.floor((1 - deviation(shares)) * MAX_NODE_SCORE);
}

/** With less than two resources there is nothing to balance. */
function deviation(shares: readonly number[]): number {
  const [first = 0, second = 0] = shares;
  if (shares.length === 2) return Math.abs(first - second) / 2;
  if (shares.length < 2) return 0;
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const squares = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0);
  return Math.sqrt(squares / shares.length);
}
