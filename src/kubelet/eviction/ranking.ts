/** Which Pods a node gives up when it runs out of something, and in which order. Pure. */
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { podRequests } from '../../scheme/resources-of-pod.ts';
import { podLocalUsage } from '../../scheme/usage/local-usage.ts';
import { isCritical } from './pressures.ts';
import { memoryBytesOf } from './shortages.ts';
import type { EvictionResource } from './thresholds.ts';

/** How much the Pod takes of what the node runs out of, in bytes or by number. */
export function usedOf(pod: Pod, resource: EvictionResource, nowMs: number): number {
  switch (resource) {
    case 'memory':
      return memoryBytesOf(pod, nowMs);
    case 'ephemeral-storage':
      return podLocalUsage(pod, nowMs)?.diskBytes ?? 0;
    case 'inodes':
      return podLocalUsage(pod, nowMs)?.inodes ?? 0;
    case 'pids':
      return podLocalUsage(pod, nowMs)?.pids ?? 0;
  }
}

/** How much the Pod is to blame: those that use more than they asked for go first, then the less important, then the larger. */
interface Blame {
  readonly exceeds: boolean;
  readonly priority: number;
  readonly excess: number;
  readonly name: string;
}

function blameOf(pod: Pod, resource: EvictionResource, nowMs: number): Blame {
  const requested = (pod.spec && podRequests(pod.spec)[resource]) ?? 0;
  const excess = usedOf(pod, resource, nowMs) - requested;
  const { name = '', namespace } = pod.metadata;
  return {
    // Nobody can ask for processes: who has more of them is no more to blame than who is less important.
    exceeds: resource !== 'pids' && excess > 0,
    priority: pod.spec?.priority ?? 0,
    excess,
    name: `${namespace}/${name}`,
  };
}

/** Negative when `one` goes before `other`. */
function compareBlame(one: Blame, other: Blame): number {
  if (one.exceeds !== other.exceeds) return one.exceeds ? -1 : 1;
  if (one.priority !== other.priority) return one.priority - other.priority;
  if (one.excess !== other.excess) return other.excess - one.excess;
  return one.name < other.name ? -1 : 1;
}

/** How many of the node's Pods go before this one; those that go already do not. */
export function evictionRank(
  pod: Pod,
  neighbours: Iterable<Pod>,
  resource: EvictionResource,
  nowMs: number,
): number {
  const own = blameOf(pod, resource, nowMs);
  let rank = 0;
  for (const neighbour of neighbours) {
    if (isCritical(neighbour) || neighbour.metadata.deletionTimestamp !== undefined) continue;
    if (compareBlame(blameOf(neighbour, resource, nowMs), own) < 0) rank++;
  }
  return rank;
}
