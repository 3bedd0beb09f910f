import { Heap } from '../lib/heap.ts';
import type { NodeGroup } from './node-group.ts';

interface Top {
  readonly group: NodeGroup;
  readonly total: number;
  readonly tieBreak: number;
}

/** The index may hold tops that are none any more; past this many times the groups it is rebuilt. */
const MAX_STALE_FACTOR = 4;

/**
 * Groups in the order of their best nodes, so that the best acceptable one is found without a look at each.
 *
 * Invariant: for each group that has a candidate, the index has an entry that is not behind it. An entry that promises
 * too much is corrected when it comes up.
 */
export class GroupIndex {
  #heap = newHeap();

  /** The group has a new candidate. */
  add(group: NodeGroup): void {
    const top = group.top();
    if (top) this.#heap.push({ group, total: top.total, tieBreak: top.tieBreak });
  }

  /** Starts anew with `groups`. */
  reset(groups: Iterable<NodeGroup>): void {
    this.#heap = newHeap();
    for (const group of groups) this.add(group);
  }

  /** The first group that is acceptable, if any. */
  first(groups: ReadonlyMap<string, NodeGroup>, accepts: (group: NodeGroup) => boolean) {
    if (this.#heap.size > MAX_STALE_FACTOR * (groups.size + 16)) this.reset(groups.values());
    const refused = new Set<NodeGroup>();
    let found: NodeGroup | undefined;
    for (let top = this.#heap.pop(); top; top = this.#heap.pop()) {
      const { group, total, tieBreak } = top;
      const current = group.top();
      if (!current || refused.has(group)) continue;
      if (current.total !== total || current.tieBreak !== tieBreak) {
        this.add(group);
        continue;
      }
      if (accepts(group)) {
        found = group;
        this.#heap.push(top);
        break;
      }
      refused.add(group);
    }
    for (const group of refused) this.add(group);
    return found;
  }
}

function newHeap(): Heap<Top> {
  return new Heap<Top>((a, b) => b.total - a.total || a.tieBreak - b.tieBreak);
}
