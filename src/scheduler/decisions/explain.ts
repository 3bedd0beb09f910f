import type {
  NodeAssessment,
  PluginTiming,
  PluginVerdict,
  ReasonCount,
} from '../../scheme/scheduling/decision.ts';
import type { ClusterCache } from '../cluster-cache.ts';
import { diagnose } from '../diagnosis.ts';
import type { NodeRejection } from '../framework.ts';
import type { NodeEntry, NodeGroup } from '../node-group.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PlacementTable } from '../placement-table.ts';
import { Stopwatch } from './stopwatch.ts';

/** How many of the best nodes, and how many of those that are out of the question, are told of. */
export const MAX_LISTED_NODES = 10;

/** What the plugins say about pods of one signature, in full. */
export interface Explanation {
  readonly reasons: readonly ReasonCount[];
  readonly candidates: readonly NodeAssessment[];
  readonly refused: readonly NodeAssessment[];
  readonly plugins: readonly PluginTiming[];
}

/**
 * Lets every plugin judge again some nodes, one plugin after the other, and takes the time. It costs a look at every node:
 * for some decisions, not for each.
 * @param winner The node that was chosen, if one was.
 */
export function explain(
  table: PlacementTable,
  cache: ClusterCache,
  winner: string | undefined,
): Explanation {
  const { refusal } = table.plan;
  if (refusal) {
    const reasons = [{ ...refusal, count: cache.nodeCount }];
    return { reasons, candidates: [], refused: [], plugins: [] };
  }
  const chosen = new RefusedNodes();
  const best = new BestNodes(winner);
  table.eachNode(
    (nodeName, rejection) => chosen.offer(nodeName, rejection),
    (entry, total) => best.offer({ entry, total }),
  );
  const judge = new Judge(table, cache);
  const { reasons } = diagnose(cache.nodeCount, table.rejections());
  const domainScores = judge.domainScores();
  const candidates = best.list().map((candidate) => judge.candidate(candidate, domainScores));
  const refused = chosen.list().map((node) => judge.refused(...node));
  const plugins = judge.timings();
  return { reasons, candidates, refused, plugins };
}

interface Candidate {
  readonly entry: NodeEntry;
  readonly total: number;
}

/** The best of many nodes. The winner is always among them: it may be one of many equals, or have been nominated before. */
class BestNodes {
  readonly #winner: string | undefined;
  readonly #best: Candidate[] = [];
  #chosen: Candidate | undefined;

  constructor(winner: string | undefined) {
    this.#winner = winner;
  }

  offer(candidate: Candidate): void {
    if (this.#isWinner(candidate)) this.#chosen = candidate;
    const last = this.#best[MAX_LISTED_NODES - 1];
    if (last && this.#compare(candidate, last) >= 0) return;
    const place = this.#best.findIndex((other) => this.#compare(candidate, other) < 0);
    this.#best.splice(place < 0 ? this.#best.length : place, 0, candidate);
    if (this.#best.length > MAX_LISTED_NODES) this.#best.pop();
  }

  list(): readonly Candidate[] {
    const chosen = this.#chosen;
    if (!chosen || this.#best.includes(chosen)) return this.#best;
    return [...this.#best.slice(0, -1), chosen];
  }

  #isWinner({ entry }: Candidate): boolean {
    return entry.nodeName === this.#winner;
  }

  #compare(a: Candidate, b: Candidate): number {
    if (a.total !== b.total) return b.total - a.total;
    if (this.#isWinner(a)) return -1;
    if (this.#isWinner(b)) return 1;
    return a.entry.nodeName < b.entry.nodeName ? -1 : 1;
  }
}

/** A few of the nodes that are out of the question: first one for each reason, then more. */
class RefusedNodes {
  readonly #byReason = new Map<string, [nodeName: string, rejection: NodeRejection]>();
  readonly #others: [nodeName: string, rejection: NodeRejection][] = [];

  offer(nodeName: string, rejection: NodeRejection): void {
    const reason = rejection.reasons[0] ?? '';
    if (!this.#byReason.has(reason)) this.#byReason.set(reason, [nodeName, rejection]);
    else if (this.#others.length < MAX_LISTED_NODES) this.#others.push([nodeName, rejection]);
  }

  list(): readonly [nodeName: string, rejection: NodeRejection][] {
    return [...this.#byReason.values(), ...this.#others].slice(0, MAX_LISTED_NODES);
  }
}

/** For each group of nodes, what each domain scorer gives it. */
type DomainScores = ReadonlyMap<NodeGroup, readonly number[]>;

/** Asks each plugin of a plan about single nodes. */
class Judge {
  readonly #table: PlacementTable;
  readonly #cache: ClusterCache;
  readonly #watch = new Stopwatch();

  constructor(table: PlacementTable, cache: ClusterCache) {
    this.#table = table;
    this.#cache = cache;
  }

  timings(): readonly PluginTiming[] {
    const { domainScorers, scorers } = this.#table.plan;
    const weights = new Map(
      [...scorers, ...domainScorers].map(({ plugin, weight }) => [plugin, weight]),
    );
    return this.#watch.readings().map((reading) => ({
      ...reading,
      weight: weights.get(reading.plugin) ?? 0,
    }));
  }

  domainScores(): DomainScores {
    const groups = this.#table.openGroups();
    const byPlugin = this.#table.plan.domainScorers.map(({ plugin, view }) =>
      this.#watch.time('score', plugin, () => view.score(groups)),
    );
    return new Map(
      groups.map((group, index) => [group, byPlugin.map((scores) => scores[index] as number)]),
    );
  }

  candidate({ entry, total }: Candidate, domainScores: DomainScores): NodeAssessment {
    const { group, nodeName } = entry;
    const verdicts = this.#filters(nodeName);
    const { scorers, domainScorers } = this.#table.plan;
    const node = this.#cache.node(nodeName);
    const scores = this.#table.scoresOf(entry);
    for (const [index, scorer] of scorers.entries()) {
      const { plugin } = scorer;
      const rawScore = node ? this.#watch.time('score', plugin, () => scorer.score(node)) : 0;
      merge(verdicts, { plugin, rawScore, score: scores[index] as number });
    }
    for (const [index, { plugin }] of domainScorers.entries()) {
      const score = domainScores.get(group)?.[index] ?? 0;
      merge(verdicts, { plugin, rawScore: score, score });
    }
    return { nodeName, total, plugins: [...verdicts.values()] };
  }

  refused(nodeName: string, rejection: NodeRejection): NodeAssessment {
    const verdicts = this.#filters(nodeName);
    const { plugin, reasons } = rejection;
    merge(verdicts, { plugin, reasons });
    return { nodeName, plugins: [...verdicts.values()] };
  }

  /** What each filter says, whatever the others do. */
  #filters(nodeName: string): Map<string, PluginVerdict> {
    const verdicts = new Map<string, PluginVerdict>();
    const node = this.#cache.node(nodeName);
    if (!node?.node) return verdicts;
    const { plan } = this.#table;
    for (const { plugin, filter } of plan.filters) {
      merge(
        verdicts,
        toVerdict(
          plugin,
          this.#ask(plugin, () => filter(node)),
        ),
      );
    }
    for (const { plugin, view } of plan.domainFilters) {
      const ask = () => view.filter(this.#domainsOf(node));
      merge(verdicts, toVerdict(plugin, this.#ask(plugin, ask)));
    }
    return verdicts;
  }

  #ask<T>(plugin: string, filter: () => T): T {
    return this.#watch.time('filter', plugin, filter);
  }

  #domainsOf(node: NodeInfo) {
    return this.#table.plan.domainsOf(node);
  }
}

function toVerdict(
  plugin: string,
  refusal: { readonly reasons: readonly string[] } | undefined,
): PluginVerdict {
  return refusal ? { plugin, reasons: refusal.reasons } : { plugin };
}

/** A plugin may both filter and score, by node and by domain: it has one verdict. */
function merge(verdicts: Map<string, PluginVerdict>, verdict: PluginVerdict): void {
  verdicts.set(verdict.plugin, { ...verdicts.get(verdict.plugin), ...verdict });
}
