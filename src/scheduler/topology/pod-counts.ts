import type { PodInfo } from '../pod-info.ts';
import type { SelectedPod } from './affinity-terms.ts';

/** Which placed pods are counted. */
export interface PodSelector {
  /** Equal for selectors that select alike. */
  readonly identity: string;
  /** Pods that are being deleted do not count. */
  readonly skipsTerminating: boolean;
  matches(pod: SelectedPod): boolean;
}

/** How many of some pods are on each node. */
export interface NodeCounts {
  on(nodeName: string): number;
  /** Whether `pod` is one of them, or would be. */
  counts(pod: PodInfo): boolean;
}

/** Pods that no selector can tell apart: one namespace, the same labels. */
interface PodGroup extends SelectedPod {
  readonly isTerminating: boolean;
  readonly onNode: Map<string, number>;
  readonly countedBy: Set<SelectorCounts>;
}

class SelectorCounts implements NodeCounts {
  readonly selector: PodSelector;
  readonly onNode = new Map<string, number>();
  users = 0;

  constructor(selector: PodSelector) {
    this.selector = selector;
  }

  on(nodeName: string): number {
    return this.onNode.get(nodeName) ?? 0;
  }

  counts(pod: PodInfo): boolean {
    return this.selects(pod.selected, pod.isTerminating);
  }

  selects(pod: SelectedPod, isTerminating: boolean): boolean {
    return !(isTerminating && this.selector.skipsTerminating) && this.selector.matches(pod);
  }

  add(nodeName: string, count: number): void {
    addTo(this.onNode, nodeName, count);
  }
}

/**
 * Counts the placed pods that a selector selects, by node, for as long as somebody asks. Pods of equal labels are kept as one
 * group that knows which selectors count it: placing a pod matches nothing, and a new selector is matched against each group
 * once, not against each pod.
 */
export class PodCounts {
  readonly #groups = new Map<string, PodGroup>();
  readonly #counts = new Map<string, SelectorCounts>();

  add(pod: PodInfo, nodeName: string): void {
    this.#change(this.#groupOf(pod), nodeName, 1);
  }

  remove(pod: PodInfo, nodeName: string): void {
    const group = this.#groups.get(pod.groupKey);
    if (!group) return;
    this.#change(group, nodeName, -1);
    if (group.onNode.size === 0) this.#groups.delete(pod.groupKey);
  }

  /** How many placed pods `selector` selects. */
  total(selector: PodSelector): number {
    const counts = this.acquire(selector);
    let total = 0;
    for (const count of counts.onNode.values()) total += count;
    this.release(selector);
    return total;
  }

  /** The counts of `selector`, kept up to date until they are released as often as they were acquired. */
  acquire(selector: PodSelector): NodeCounts & { readonly onNode: ReadonlyMap<string, number> } {
    let counts = this.#counts.get(selector.identity);
    if (!counts) {
      counts = new SelectorCounts(selector);
      this.#counts.set(selector.identity, counts);
      for (const group of this.#groups.values()) this.#link(group, counts);
    }
    counts.users++;
    return counts;
  }

  release({ identity }: PodSelector): void {
    const counts = this.#counts.get(identity);
    if (!counts || --counts.users > 0) return;
    this.#counts.delete(identity);
    for (const group of this.#groups.values()) group.countedBy.delete(counts);
  }

  /** Counts everything anew: what selectors select has changed, as the labels of a namespace. */
  recount(): void {
    for (const counts of this.#counts.values()) counts.onNode.clear();
    for (const group of this.#groups.values()) {
      group.countedBy.clear();
      for (const counts of this.#counts.values()) this.#link(group, counts);
    }
  }

  #groupOf(pod: PodInfo): PodGroup {
    let group = this.#groups.get(pod.groupKey);
    if (!group) {
      const { isTerminating, selected } = pod;
      group = { ...selected, isTerminating, onNode: new Map(), countedBy: new Set() };
      this.#groups.set(pod.groupKey, group);
      for (const counts of this.#counts.values()) this.#link(group, counts);
    }
    return group;
  }

  #link(group: PodGroup, counts: SelectorCounts): void {
    if (!counts.selects(group, group.isTerminating)) return;
    group.countedBy.add(counts);
    for (const [nodeName, count] of group.onNode) counts.add(nodeName, count);
  }

  #change(group: PodGroup, nodeName: string, by: 1 | -1): void {
    addTo(group.onNode, nodeName, by);
    for (const counts of group.countedBy) counts.add(nodeName, by);
  }
}

/** Adds to a count; a count of zero has no entry. */
export function addTo<K>(counts: Map<K, number>, key: K, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
