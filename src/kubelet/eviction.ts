/** Which Pods a node gives up when it runs out of something, and in which order. Pure. */
import { isConditionTrue } from '../scheme/conditions.ts';
import type { Node, Pod } from '../scheme/generated/types/core-v1.ts';
import { PRESSURES, type PressureType } from '../scheme/groups/simulation/types.ts';
import { quantityValue } from '../scheme/quantity.ts';
import { podRequests } from '../scheme/resources-of-pod.ts';
import { ANNOTATION_USAGE_MEMORY, podUsage } from '../scheme/usage/container-usage.ts';

/** From this priority on a Pod is critical: a kubelet never evicts it. */
const CRITICAL_PRIORITY = 2_000_000_000;
/** The kubelet's threshold: `memory.available<100Mi`. */
const MIN_FREE_BYTES = 100 * 1024 * 1024;

/** What the node has reported that it runs out of. */
export function pressuresOf({ status }: Node): PressureType[] {
  return PRESSURES.filter((type) => isConditionTrue(status?.conditions, type));
}

export function isCritical({ spec }: Pod): boolean {
  return (spec?.priority ?? 0) >= CRITICAL_PRIORITY;
}

/**
 * Whether what the Pods use leaves less memory free than a kubelet wants. Only where one of them says what it uses: what others
 * are taken to use follows from what they ask for, and fits.
 */
export function isShortOfMemory({ status }: Node, pods: readonly Pod[], nowMs: number): boolean {
  if (!pods.some(({ metadata }) => metadata.annotations?.[ANNOTATION_USAGE_MEMORY])) return false;
  let freeBytes = quantityValue(status?.capacity?.memory ?? '0');
  for (const pod of pods) freeBytes -= usedBytesOf(pod, nowMs);
  return freeBytes < MIN_FREE_BYTES;
}

function usedBytesOf(pod: Pod, nowMs: number): number {
  let usedBytes = 0;
  for (const { memoryBytes } of podUsage(pod, nowMs).values()) usedBytes += memoryBytes;
  return usedBytes;
}

/** How much the Pod is to blame: those that use more than they asked for go first, then the less important, then the larger. */
interface Blame {
  readonly exceeds: boolean;
  readonly priority: number;
  readonly excessBytes: number;
  readonly name: string;
}

function blameOf(pod: Pod, nowMs: number): Blame {
  const requestedBytes = (pod.spec && podRequests(pod.spec).memory) ?? 0;
  const excessBytes = usedBytesOf(pod, nowMs) - requestedBytes;
  const { name = '', namespace } = pod.metadata;
  return {
    exceeds: excessBytes > 0,
    priority: pod.spec?.priority ?? 0,
    excessBytes,
    name: `${namespace}/${name}`,
  };
}

/** Negative when `one` goes before `other`. */
function compareBlame(one: Blame, other: Blame): number {
  if (one.exceeds !== other.exceeds) return one.exceeds ? -1 : 1;
  if (one.priority !== other.priority) return one.priority - other.priority;
  if (one.excessBytes !== other.excessBytes) return other.excessBytes - one.excessBytes;
  return one.name < other.name ? -1 : 1;
}

/** How many of the node's Pods go before this one. */
export function evictionRank(pod: Pod, neighbours: Iterable<Pod>, nowMs: number): number {
  const own = blameOf(pod, nowMs);
  let rank = 0;
  for (const neighbour of neighbours) {
    if (!isCritical(neighbour) && compareBlame(blameOf(neighbour, nowMs), own) < 0) rank++;
  }
  return rank;
}
