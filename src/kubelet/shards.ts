/**
 * Nodes are worked on in shards: one queue key stands for every node of a shard, and a job of it does whatever is due on all
 * of them, so that their writes share commits and ten thousand Pods need hundreds of jobs, not tens of thousands. Sixteen
 * keep both cores and a few kubelet processes busy.
 */
const SHARDS = 16;

const KEY_PREFIX = 'shard-';

/** The queue key of the shard that `nodeName` belongs to, the same in every process. */
export function shardKeyOf(nodeName: string): string {
  // FNV-1a: short names that differ in their last digit spread evenly.
  let hash = 0x811c9dc5;
  for (let index = 0; index < nodeName.length; index++) {
    hash = Math.imul(hash ^ nodeName.charCodeAt(index), 0x01000193);
  }
  return `${KEY_PREFIX}${(hash >>> 0) % SHARDS}`;
}

/** The queue keys of all shards. */
export const SHARD_KEYS: readonly string[] = Array.from(
  { length: SHARDS },
  (_, index) => `${KEY_PREFIX}${index}`,
);

/** How many shards may be worked on at once. */
export const SHARD_CONCURRENCY = SHARDS;

/** A number in [0, 1) that differs from shard to shard: what happens periodically, happens to each at another time. */
export function shardPhase(shardKey: string): number {
  return Number(shardKey.slice(KEY_PREFIX.length)) / SHARDS;
}
