import type { Random } from '../lib/random.ts';
import type { ClusterCache } from './cluster-cache.ts';
import type { CountedRefusal } from './diagnosis.ts';
import {
  type Domains,
  type Hypothesis,
  MAX_NODE_SCORE,
  type NodeRejection,
  type NodeScorer,
  type NodeVerdict,
  type NodeVerdicts,
  type Profile,
} from './framework.ts';
import { GroupIndex } from './group-index.ts';
import { type NodeEntry, NodeGroup } from './node-group.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import { PodPlan } from './pod-plan.ts';
import { RejectionTally } from './rejection-tally.ts';
import { HOSTNAME_LABEL, HostNames } from './topology/host-names.ts';

export interface PlacementTableOptions {
  readonly pod: PodInfo;
  readonly profile: Profile;
  readonly cache: ClusterCache;
  readonly random: Random;
}

/** A node that can take a pod, and how well. */
export interface RankedNode {
  readonly nodeName: string;
  readonly total: number;
}

/**
 * What every node says to pods of one signature, and which is best. Nodes that change (the cache logs them) are evaluated
 * again when the table is next asked, and no others. Nodes are grouped by what topology could tell them apart by (their
 * domains; for names of nodes, how many pods count there): within a group they wait in a heap, and topology is judged once
 * a group.
 */
export class PlacementTable implements NodeVerdicts {
  readonly plan: PodPlan;
  readonly #cache: ClusterCache;
  readonly #random: Random;
  readonly #entries = new Map<string, NodeEntry>();
  readonly #groups = new Map<string, NodeGroup>();
  readonly #index = new GroupIndex();
  readonly #hostNames = new HostNames();
  /** What the nodes themselves have against the pod. */
  readonly #tally = new RejectionTally<NodeRejection>();
  #position: number | undefined;
  #version = 0;
  #maxima: number[];

  constructor({ pod, profile, cache, random }: PlacementTableOptions) {
    this.#cache = cache;
    this.#random = random;
    this.plan = new PodPlan(pod, profile);
    this.#maxima = this.plan.scorers.map(() => 0);
  }

  close(): void {
    this.plan.close();
  }

  /** Another number after each change that could change the answers. */
  get version(): number {
    this.#refresh();
    return this.#version;
  }

  /** How many groups of nodes are judged one by one for each pod. */
  get groupCount(): number {
    this.#refresh();
    return this.#groups.size;
  }

  /** The name of the best node, or undefined when none can take the pod. */
  best(): string | undefined {
    this.#refresh();
    if (this.plan.refusal) return undefined;
    if (this.plan.domainScorers.length === 0) {
      const first = this.#index.first(this.#groups, (group) => !this.#rejectGroup(group));
      return first?.top()?.entry.nodeName;
    }
    const groups: NodeGroup[] = [];
    for (const group of this.#groups.values()) {
      if (group.top() && !this.#rejectGroup(group)) groups.push(group);
    }
    return this.#bestOf(groups);
  }

  /** Why nodes are out of the question, and how many. */
  *rejections(): Iterable<CountedRefusal<NodeRejection>> {
    this.#refresh();
    yield* this.#tally;
    if (this.plan.hasDomainFilters) {
      for (const group of this.#groups.values()) {
        const rejection = group.size > 0 ? this.#rejectGroup(group) : undefined;
        if (rejection) yield [rejection, group.size];
      }
    }
    const { scope, outOfScope } = this.plan;
    if (scope && outOfScope) yield [outOfScope, this.#cache.nodeCount - this.#entries.size];
  }

  /** What the nodes say, those named alone or all: undefined when one can take the pod. */
  *verdictsOf(names: Iterable<string> | undefined): Iterable<NodeVerdict> {
    this.#refresh();
    if (!names) {
      yield* this.#verdicts();
      return;
    }
    for (const name of names) {
      const entry = this.#entries.get(name);
      if (entry) yield [name, entry.rejection ?? this.#rejectGroup(entry.group)];
      else if (this.#cache.node(name)?.node) yield [name, this.plan.outOfScope];
    }
  }

  *#verdicts(): Iterable<NodeVerdict> {
    for (const group of this.#groups.values()) {
      const rejection = this.#rejectGroup(group);
      for (const entry of group.entries()) {
        yield [entry.nodeName, entry.rejection ?? rejection];
      }
    }
    if (!this.plan.scope) return;
    for (const { name } of this.#cache.nodes()) {
      if (!this.#entries.has(name)) yield [name, this.plan.outOfScope];
    }
  }

  /** Every node that can take the pod, with its score. */
  ranked(): readonly RankedNode[] {
    this.#refresh();
    if (this.plan.refusal) return [];
    const groups = this.openGroups();
    const totals = this.#domainTotals(groups);
    return groups.flatMap((group, index) =>
      [...group.entries()]
        .filter(({ rejection }) => !rejection)
        .map((entry) => ({
          nodeName: entry.nodeName,
          total: this.#totalOf(entry) + (totals[index] ?? 0),
        })),
    );
  }

  /** The groups of nodes that can take the pod, in the order of {@link ranked}. */
  openGroups(): readonly NodeGroup[] {
    this.#refresh();
    return [...this.#groups.values()].filter(
      (group) => group.size > 0 && !this.#rejectGroup(group),
    );
  }

  /** Tells of every node why it is out of the question, or else its entry and its score. */
  eachNode(
    refused: (nodeName: string, rejection: NodeRejection) => void,
    open: (entry: NodeEntry, total: number) => void,
  ): void {
    const groups = this.openGroups();
    const totals = this.#domainTotals(groups);
    const shares = new Map(groups.map((group, index) => [group, totals[index] ?? 0]));
    for (const [nodeName, rejection] of this.verdictsOf(undefined)) {
      const entry = this.#entries.get(nodeName);
      if (rejection) refused(nodeName, rejection);
      else if (entry) open(entry, this.#totalOf(entry) + (shares.get(entry.group) ?? 0));
    }
  }

  /** The scores of a node that can take the pod on the scale of 0 to 100, one a scorer of the plan. */
  scoresOf({ rawScores }: NodeEntry): readonly number[] {
    return this.plan.scorers.map((scorer, index) =>
      normalized(scorer, rawScores[index] as number, this.#maxima[index] as number),
    );
  }

  /** Whether one node can take the pod now. */
  accepts(nodeName: string): boolean {
    this.#refresh();
    const entry = this.#entries.get(nodeName);
    return entry !== undefined && !entry.rejection && !this.#rejectGroup(entry.group);
  }

  #bestOf(groups: readonly NodeGroup[]): string | undefined {
    const totals = this.#domainTotals(groups);
    let best: NodeEntry | undefined;
    let bestTotal = Number.NEGATIVE_INFINITY;
    let ties = 0;
    for (const [index, group] of groups.entries()) {
      const top = group.top();
      if (!top) continue;
      const total = top.total + (totals[index] ?? 0);
      if (total < bestTotal) continue;
      ties = total === bestTotal ? ties + 1 : 1;
      // Each of n equal groups is left standing with one chance in n.
      if (ties === 1 || this.#random() * ties < 1) best = top.entry;
      bestTotal = total;
    }
    return best?.nodeName;
  }

  #domainTotals(groups: readonly NodeGroup[]): readonly number[] {
    const { domainScorers } = this.plan;
    const totals = new Array<number>(groups.length).fill(0);
    for (const { view, weight } of domainScorers) {
      const scores = view.score(groups);
      for (let i = 0; i < totals.length; i++) {
        totals[i] = (totals[i] as number) + weight * (scores[i] as number);
      }
    }
    return totals;
  }

  #rejectGroup({ domains, hypothesis }: NodeGroup): NodeRejection | undefined {
    const rejection = this.plan.rejectDomains(domains);
    if (rejection || !hypothesis) return rejection;
    return this.plan.rejectDomains(domains, hypothesis);
  }

  #refresh(): void {
    const { changes } = this.#cache;
    if (this.#position === changes.end) return;
    const changed = this.#position === undefined ? undefined : changes.since(this.#position);
    const names = changed ?? this.#everyName();
    let rescore = false;
    for (const name of names) if (this.#update(name)) rescore = true;
    this.#position = changes.end;
    this.#version++;
    if (rescore) this.#rebuild();
  }

  #everyName(): ReadonlySet<string> {
    if (this.plan.scope) return this.plan.scope;
    const names = new Set(this.#entries.keys());
    for (const node of this.#cache.nodes()) names.add(node.name);
    return names;
  }

  /** Evaluates the node again; returns whether every score has to be made anew. */
  #update(name: string): boolean {
    if (this.plan.scope?.has(name) === false) return false;
    const info = this.#cache.node(name);
    const node = info?.node ? info : undefined;
    this.plan.update(name, node);
    const namesake = this.#hostNames.set(name, node?.node?.metadata.labels?.[HOSTNAME_LABEL]);
    const rescore = this.#replace(name, node);
    return namesake === undefined ? rescore : this.#update(namesake) || rescore;
  }

  #replace(name: string, node: NodeInfo | undefined): boolean {
    const before = this.#entries.get(name);
    if (before) this.#drop(before);
    const after = node && this.#evaluate(node);
    if (after) this.#keep(after);
    if (this.#movesMaximum(before, after)) return true;
    if (after && !after.rejection) this.#push(after);
    return false;
  }

  #keep(entry: NodeEntry): void {
    this.#entries.set(entry.nodeName, entry);
    entry.group.add(entry);
    if (entry.rejection) this.#tally.add(entry.rejection);
  }

  #drop(entry: NodeEntry): void {
    this.#entries.delete(entry.nodeName);
    if (entry.rejection) this.#tally.remove(entry.rejection);
    entry.group.remove(entry);
    if (entry.group.isEmpty) this.#groups.delete(entry.group.key);
  }

  #evaluate(node: NodeInfo): NodeEntry {
    const { plan } = this;
    const nominated = this.#cache.nominations.on(node.name, plan.pod.priority);
    const hypothesis = nominated.length > 0 ? { added: nominated, removed: [] } : undefined;
    const rejection = plan.rejectNode(node) ?? (hypothesis && this.#rejectWith(node, hypothesis));
    const rawScores = rejection ? [] : plan.scorers.map((scorer) => scorer.score(node));
    const domains = plan.domainsOf(node);
    const group = this.#groupOf(node.name, domains, hypothesis);
    return { nodeName: node.name, group, domains, rejection, rawScores };
  }

  #rejectWith(node: NodeInfo, { added }: Hypothesis): NodeRejection | undefined {
    const full = node.clone();
    for (const pod of added) full.addPod(pod);
    return this.plan.rejectNode(full);
  }

  #groupOf(nodeName: string, domains: Domains, hypothesis: Hypothesis | undefined): NodeGroup {
    let key = this.plan.judgementKey(domains, this.#hostNames.isOwn(nodeName));
    // Nobody else's room is being kept, so that nobody else is judged alike. No label has a slash in its value.
    if (hypothesis && this.plan.hasDomainFilters) key += `/${nodeName}`;
    let group = this.#groups.get(key);
    if (!group) {
      group = new NodeGroup(key, hypothesis);
      this.#groups.set(key, group);
    }
    return group;
  }

  /** Whether a normalised score's greatest raw value is another one now, so that every total has to be made anew. */
  #movesMaximum(before: NodeEntry | undefined, after: NodeEntry | undefined): boolean {
    return this.plan.scorers.some((scorer, index) => {
      if (!scorer.normalize) return false;
      const maximum = this.#maxima[index] as number;
      const was = before?.rawScores[index] ?? 0;
      const is = after?.rawScores[index] ?? 0;
      return is > maximum || (was === maximum && is < was);
    });
  }

  #rebuild(): void {
    this.#maxima = this.plan.scorers.map(() => 0);
    for (const { rawScores } of this.#entries.values()) {
      for (const [index, raw] of rawScores.entries()) {
        if (raw > (this.#maxima[index] as number)) this.#maxima[index] = raw;
      }
    }
    for (const group of this.#groups.values()) this.#refill(group);
    this.#index.reset(this.#groups.values());
  }

  #refill(group: NodeGroup): void {
    group.clearHeap();
    for (const entry of group.entries()) if (!entry.rejection) this.#add(entry);
  }

  #push(entry: NodeEntry): void {
    if (entry.group.hasTooManyStale) this.#refill(entry.group);
    else this.#add(entry);
    this.#index.add(entry.group);
  }

  #add(entry: NodeEntry): void {
    entry.group.push({ entry, total: this.#totalOf(entry), tieBreak: this.#random() });
  }

  #totalOf(entry: NodeEntry): number {
    let total = 0;
    for (const [index, scorer] of this.plan.scorers.entries()) {
      const raw = entry.rawScores[index] as number;
      total += scorer.weight * normalized(scorer, raw, this.#maxima[index] as number);
    }
    return total;
  }
}

function normalized({ normalize }: NodeScorer, raw: number, maximum: number): number {
  if (!normalize) return raw;
  if (maximum === 0) return normalize === 'max' ? 0 : MAX_NODE_SCORE;
  const share = Math.floor((raw * MAX_NODE_SCORE) / maximum);
  return normalize === 'max' ? share : MAX_NODE_SCORE - share;
}
