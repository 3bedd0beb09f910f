import { Heap } from '../lib/heap.ts';
import type { Domains, Hypothesis, NodeRejection } from './framework.ts';

/** What is known of one node for pods of one signature. */
export interface NodeEntry {
  readonly nodeName: string;
  readonly group: NodeGroup;
  readonly domains: Domains;
  /** Why the node itself is out of the question. */
  readonly rejection: NodeRejection | undefined;
  /** One raw score a scorer; empty for a rejected node. */
  readonly rawScores: readonly number[];
}

interface Candidate {
  readonly entry: NodeEntry;
  readonly total: number;
  /** Drawn anew for each candidate, so that equal nodes are chosen evenly. */
  readonly tieBreak: number;
}

const NO_DOMAINS: Domains = {};

/** The heap may hold candidates of entries that were replaced; past this many times the entries it is rebuilt. */
const MAX_STALE_FACTOR = 4;

/** Nodes that topology cannot tell apart; those that can take the pod wait in a heap by their own score. */
export class NodeGroup {
  readonly key: string;
  /** Pods that the one node of the group is being kept for. */
  readonly hypothesis: Hypothesis | undefined;
  readonly #entries = new Set<NodeEntry>();
  #heap = newHeap();
  #feasible = 0;

  constructor(key: string, hypothesis?: Hypothesis) {
    this.key = key;
    this.hypothesis = hypothesis;
  }

  /** Those of any of its nodes: they are judged alike. */
  get domains(): Domains {
    for (const { domains } of this.#entries) return domains;
    return NO_DOMAINS;
  }

  /** How many nodes can take the pod, topology apart. */
  get size(): number {
    return this.#feasible;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  get hasTooManyStale(): boolean {
    return this.#heap.size > MAX_STALE_FACTOR * (this.#feasible + 16);
  }

  entries(): Iterable<NodeEntry> {
    return this.#entries;
  }

  add(entry: NodeEntry): void {
    this.#entries.add(entry);
    if (!entry.rejection) this.#feasible++;
  }

  remove(entry: NodeEntry): void {
    if (this.#entries.delete(entry) && !entry.rejection) this.#feasible--;
  }

  push(candidate: Candidate): void {
    this.#heap.push(candidate);
  }

  clearHeap(): void {
    this.#heap = newHeap();
  }

  /** The candidate with the highest score of its own. */
  top(): Candidate | undefined {
    for (let top = this.#heap.peek(); top; top = this.#heap.peek()) {
      if (this.#entries.has(top.entry)) return top;
      this.#heap.pop();
    }
    return undefined;
  }
}

function newHeap(): Heap<Candidate> {
  return new Heap<Candidate>((a, b) => b.total - a.total || a.tieBreak - b.tieBreak);
}
