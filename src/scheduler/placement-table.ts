import { Heap } from '../lib/heap.ts';
import type { Random } from '../lib/random.ts';
import type { ClusterCache } from './cluster-cache.ts';
import { MAX_NODE_SCORE, type NodeFilter, type NodeScorer, type Profile } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';

/** Why one node is out of the question, and who says so. */
export interface NodeRejection {
  readonly plugin: string;
  readonly reasons: readonly string[];
}

interface WeightedScorer extends NodeScorer {
  readonly weight: number;
}

interface Entry {
  readonly nodeName: string;
  readonly rejection: NodeRejection | undefined;
  /** One raw score a scorer; empty for a rejected node. */
  readonly rawScores: readonly number[];
}

interface Candidate {
  readonly entry: Entry;
  readonly total: number;
  /** Drawn anew for each candidate, so that equal nodes are chosen evenly. */
  readonly tieBreak: number;
}

/** The heap may hold candidates of entries that were replaced; past this many times the entries it is rebuilt. */
const MAX_STALE_FACTOR = 4;

export interface PlacementTableOptions {
  readonly pod: PodInfo;
  readonly profile: Profile;
  readonly cache: ClusterCache;
  readonly random: Random;
}

/**
 * What every node says to pods of one signature, and which is best: the feasible nodes wait in a heap by score. Nodes that
 * change (the cache reports them) are evaluated again when the table is next asked, and no others.
 */
export class PlacementTable {
  readonly #cache: ClusterCache;
  readonly #random: Random;
  readonly #filters: { plugin: string; filter: NodeFilter }[] = [];
  readonly #scorers: WeightedScorer[] = [];
  readonly #entries = new Map<string, Entry>();
  readonly #dirty = new Set<string>();
  readonly #stopListening: () => void;
  #onlyNodes: ReadonlySet<string> | undefined;
  #notPrefiltered: NodeRejection | undefined;
  #maxima: number[];
  #heap = newHeap();
  #feasible = 0;

  constructor({ pod, profile, cache, random }: PlacementTableOptions) {
    this.#cache = cache;
    this.#random = random;
    for (const plugin of profile.plugins) {
      const result = plugin.preFilter?.(pod);
      if (result?.filter) this.#filters.push({ plugin: plugin.name, filter: result.filter });
      if (result?.onlyNodes) this.#restrictTo(plugin.name, result.onlyNodes);
      const scorer = plugin.preScore?.(pod);
      if (scorer) this.#scorers.push({ ...scorer, weight: profile.weights[plugin.name] ?? 1 });
    }
    this.#maxima = this.#scorers.map(() => 0);
    for (const node of cache.nodes()) this.#dirty.add(node.name);
    this.#stopListening = cache.onChange((name) => this.#dirty.add(name));
  }

  /** Ends the table's interest in the cache's changes. */
  close(): void {
    this.#stopListening();
  }

  /** The name of the best node, or undefined when none can take the pod. */
  best(): string | undefined {
    this.#refresh();
    for (let top = this.#heap.peek(); top; top = this.#heap.peek()) {
      if (this.#entries.get(top.entry.nodeName) === top.entry) return top.entry.nodeName;
      this.#heap.pop();
    }
    return undefined;
  }

  /** Every node's refusal. Call it after {@link best} found none. */
  *rejections(): Iterable<NodeRejection> {
    for (const { rejection } of this.#entries.values()) if (rejection) yield rejection;
  }

  #restrictTo(plugin: string, nodes: ReadonlySet<string>): void {
    const previous = this.#onlyNodes;
    this.#onlyNodes = previous ? new Set([...nodes].filter((name) => previous.has(name))) : nodes;
    this.#notPrefiltered = { plugin, reasons: [`node(s) didn't satisfy plugin(s) [${plugin}]`] };
  }

  #refresh(): void {
    if (this.#dirty.size === 0) return;
    let rescore = false;
    for (const name of this.#dirty) {
      const before = this.#entries.get(name);
      const after = this.#evaluate(name);
      if (after) this.#entries.set(name, after);
      else this.#entries.delete(name);
      this.#feasible += Number(isFeasible(after)) - Number(isFeasible(before));
      if (this.#movesMaximum(before, after)) rescore = true;
      else if (isFeasible(after)) this.#push(after);
    }
    this.#dirty.clear();
    if (rescore || this.#heap.size > MAX_STALE_FACTOR * (this.#feasible + 16)) this.#rebuild();
  }

  #evaluate(name: string): Entry | undefined {
    const node = this.#cache.node(name);
    if (!node?.node) return undefined;
    const rejection = this.#reject(node);
    const rawScores = rejection ? [] : this.#scorers.map((scorer) => scorer.score(node));
    return { nodeName: name, rejection, rawScores };
  }

  #reject(node: NodeInfo): NodeRejection | undefined {
    if (this.#onlyNodes && !this.#onlyNodes.has(node.name)) {
      return this.#notPrefiltered;
    }
    for (const { plugin, filter } of this.#filters) {
      const reasons = filter(node);
      if (reasons) return { plugin, reasons };
    }
    return undefined;
  }

  /** Whether a normalised score's greatest raw value is another one now, so that every total has to be made anew. */
  #movesMaximum(before: Entry | undefined, after: Entry | undefined): boolean {
    return this.#scorers.some((scorer, index) => {
      if (!scorer.normalize) return false;
      const maximum = this.#maxima[index] as number;
      const was = before?.rawScores[index] ?? 0;
      const is = after?.rawScores[index] ?? 0;
      return is > maximum || (was === maximum && is < was);
    });
  }

  #rebuild(): void {
    const feasible = [...this.#entries.values()].filter(isFeasible);
    this.#maxima = this.#scorers.map((_, index) =>
      feasible.reduce((maximum, entry) => Math.max(maximum, entry.rawScores[index] ?? 0), 0),
    );
    this.#heap = newHeap();
    for (const entry of feasible) this.#push(entry);
  }

  #push(entry: Entry): void {
    let total = 0;
    for (const [index, scorer] of this.#scorers.entries()) {
      const raw = entry.rawScores[index] as number;
      total += scorer.weight * normalized(scorer, raw, this.#maxima[index] as number);
    }
    this.#heap.push({ entry, total, tieBreak: this.#random() });
  }
}

function newHeap(): Heap<Candidate> {
  return new Heap<Candidate>((a, b) => b.total - a.total || a.tieBreak - b.tieBreak);
}

function isFeasible(entry: Entry | undefined): entry is Entry {
  return entry !== undefined && entry.rejection === undefined;
}

function normalized({ normalize }: NodeScorer, raw: number, maximum: number): number {
  if (!normalize) return raw;
  if (maximum === 0) return normalize === 'max' ? 0 : MAX_NODE_SCORE;
  const share = Math.floor((raw * MAX_NODE_SCORE) / maximum);
  return normalize === 'max' ? share : MAX_NODE_SCORE - share;
}
