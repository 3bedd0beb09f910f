import { Heap } from '../../lib/heap.ts';
import type { ClusterCache } from '../cluster-cache.ts';
import type { CountedRefusal } from '../diagnosis.ts';
import type { NodeVerdicts } from '../framework.ts';
import { RejectionTally } from '../rejection-tally.ts';
import { type Candidate, compareCandidates } from './candidate.ts';
import type { BudgetsIn } from './disruption-budgets.ts';
import { type NoCandidate, selectVictims } from './select-victims.ts';

export const REASON_NOT_HELPFUL = 'Preemption is not helpful for scheduling';

/** The heap may hold candidates that were replaced; past this many times the nodes it is rebuilt. */
const MAX_STALE_FACTOR = 4;

/** Said of nodes that take the pod no more for whoever leaves. */
export const NOT_HELPFUL: NoCandidate = { reasons: [REASON_NOT_HELPFUL] };

/** How many candidates are enough where every change may concern every node, or others are asked about them. */
export interface CandidateLimits {
  /** Percent of the nodes. */
  readonly minCandidateNodesPercentage: number;
  readonly minCandidateNodesAbsolute: number;
}

export interface PreemptionTableOptions {
  readonly table: NodeVerdicts;
  readonly cache: ClusterCache;
  readonly budgetsIn: BudgetsIn;
  readonly limits: CandidateLimits;
}

/**
 * Which pods would have to leave each node for pods of one signature, and where that costs the least. Nodes that change are
 * looked at again, and no others, unless the pods depend on their neighbours: then each change begins anew, with a part
 * of the nodes.
 */
export class PreemptionTable {
  readonly #options: PreemptionTableOptions;
  readonly #found = new Map<string, Candidate | NoCandidate>();
  readonly #refusals = new RejectionTally<NoCandidate>();
  #heap = new Heap<Candidate>(compareCandidates);
  #position = -1;

  constructor(options: PreemptionTableOptions) {
    this.#options = options;
  }

  best(): Candidate | undefined {
    this.#refresh();
    for (let top = this.#heap.peek(); top; top = this.#heap.peek()) {
      if (this.#found.get(top.nodeName) === top) return top;
      this.#heap.pop();
    }
    return undefined;
  }

  /** The best candidates, best first: as many as are enough. */
  candidates(): readonly Candidate[] {
    this.#refresh();
    const all = [...this.#found.values()].filter(isCandidate).sort(compareCandidates);
    return all.slice(0, this.#limit());
  }

  /** Why nodes are no candidates, and how many. */
  refusals(): Iterable<CountedRefusal> {
    return this.#refusals;
  }

  #refresh(): void {
    const { cache, table } = this.#options;
    const { end } = cache.changes;
    if (this.#position === end) return;
    const changed = this.#position < 0 ? undefined : cache.changes.since(this.#position);
    this.#position = end;
    const isWhole = changed === undefined || table.plan.hasDomainFilters;
    if (isWhole) this.#startAnew();
    else for (const name of changed) this.#forget(name);
    if (this.#heap.size > MAX_STALE_FACTOR * (this.#found.size + 16)) this.#refill();
    this.#lookAt(table.verdictsOf(isWhole ? undefined : changed));
  }

  #lookAt(verdicts: ReturnType<NodeVerdicts['verdictsOf']>): void {
    const enough = this.#enough();
    let candidates = 0;
    for (const [name, rejection] of verdicts) {
      const found = rejection && !rejection.isUnresolvable ? this.#look(name) : NOT_HELPFUL;
      this.#found.set(name, found);
      if (!isCandidate(found)) {
        this.#refusals.add(found);
        continue;
      }
      this.#heap.push(found);
      if (++candidates >= enough) return;
    }
  }

  #forget(name: string): void {
    const found = this.#found.get(name);
    if (!found) return;
    this.#found.delete(name);
    if (!isCandidate(found)) this.#refusals.remove(found);
  }

  #refill(): void {
    this.#heap = new Heap<Candidate>(compareCandidates);
    for (const found of this.#found.values()) if (isCandidate(found)) this.#heap.push(found);
  }

  #startAnew(): void {
    this.#found.clear();
    this.#refusals.clear();
    this.#heap = new Heap<Candidate>(compareCandidates);
  }

  #enough(): number {
    const { hasDomainFilters } = this.#options.table.plan;
    return hasDomainFilters ? this.#limit() : Number.POSITIVE_INFINITY;
  }

  #limit(): number {
    const { cache, limits } = this.#options;
    const share = Math.floor((cache.nodeCount * limits.minCandidateNodesPercentage) / 100);
    return Math.max(share, limits.minCandidateNodesAbsolute);
  }

  #look(nodeName: string): Candidate | NoCandidate {
    const { cache, budgetsIn, table } = this.#options;
    const node = cache.node(nodeName);
    return node ? selectVictims(node, { plan: table.plan, cache, budgetsIn }) : NOT_HELPFUL;
  }
}

function isCandidate(found: Candidate | NoCandidate): found is Candidate {
  return 'victims' in found;
}
