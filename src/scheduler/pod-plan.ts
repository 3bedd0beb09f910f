import type {
  DomainFilter,
  DomainScorer,
  Domains,
  Hypothesis,
  NodeFilter,
  NodeRejection,
  NodeScorer,
  PodJudge,
  Profile,
} from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import type { DomainCounts } from './topology/domain-counts.ts';
import { HOSTNAME_LABEL } from './topology/host-names.ts';

interface Named {
  readonly plugin: string;
}

export interface PlannedScorer extends NodeScorer, Named {
  readonly weight: number;
}

interface PlannedFilter extends Named {
  readonly filter: NodeFilter;
}

interface PlannedDomainFilter extends Named {
  readonly view: DomainFilter;
}

interface PlannedDomainScorer extends Named {
  readonly weight: number;
  readonly view: DomainScorer;
}

/**
 * What the plugins of a profile have to say about pods of one signature: their filters and scorers, ready for any node.
 * Close it when it is not needed any more.
 */
export class PodPlan implements PodJudge {
  readonly pod: PodInfo;
  readonly scorers: readonly PlannedScorer[];
  readonly domainScorers: readonly PlannedDomainScorer[];
  /** The node labels that its domains are made of. */
  readonly keys: readonly string[];
  /** All that its domain filters and scorers count. */
  readonly #counts: readonly DomainCounts[];
  /** Those of them that count by the node. */
  readonly #countsByHost: readonly DomainCounts[];
  /** The plugin that refuses the pod whatever the node, with its reason. */
  refusal: (Named & { readonly reason: string }) | undefined;
  readonly #filters: PlannedFilter[] = [];
  readonly #domainFilters: PlannedDomainFilter[] = [];
  #onlyNodes: ReadonlySet<string> | undefined;
  #notPrefiltered: NodeRejection | undefined;

  constructor(pod: PodInfo, { plugins, weights }: Profile) {
    this.pod = pod;
    const scorers: PlannedScorer[] = [];
    const domainScorers: PlannedDomainScorer[] = [];
    for (const plugin of plugins) {
      const { name } = plugin;
      this.#preFilter(name, plugin.preFilter?.(pod));
      const view = plugin.preFilterDomains?.(pod);
      if (view) this.#domainFilters.push({ plugin: name, view });
      const weight = weights[name] ?? 1;
      // A score of no weight decides nothing.
      if (weight === 0) continue;
      const scorer = plugin.preScore?.(pod);
      if (scorer) scorers.push({ ...scorer, plugin: name, weight });
      const domainScorer = plugin.preScoreDomains?.(pod);
      if (domainScorer) domainScorers.push({ plugin: name, weight, view: domainScorer });
    }
    this.scorers = scorers;
    this.domainScorers = domainScorers;
    this.#counts = this.#views().flatMap(({ counts }) => counts);
    this.#countsByHost = this.#counts.filter(({ topologyKey }) => topologyKey === HOSTNAME_LABEL);
    this.keys = [...new Set(this.#counts.map(({ topologyKey }) => topologyKey))];
  }

  /** The only nodes that need a look; undefined when any may be of interest. */
  get scope(): ReadonlySet<string> | undefined {
    // Counts by domain are over all nodes.
    return this.keys.length === 0 ? this.#onlyNodes : undefined;
  }

  /** What nodes outside of the scope say. */
  get outOfScope(): NodeRejection | undefined {
    return this.#notPrefiltered;
  }

  get hasDomainFilters(): boolean {
    return this.#domainFilters.length > 0;
  }

  /** Those that look at one node, in the order in which they are asked. */
  get filters(): readonly PlannedFilter[] {
    return this.#filters;
  }

  /** Those that look at topology domains; they are asked after the others. */
  get domainFilters(): readonly PlannedDomainFilter[] {
    return this.#domainFilters;
  }

  close(): void {
    for (const view of this.#views()) view.close();
  }

  /** The node changed, or is gone. */
  update(nodeName: string, node: NodeInfo | undefined): void {
    for (const counts of this.#counts) counts.update(nodeName, node);
  }

  domainsOf({ node }: NodeInfo): Domains {
    const domains: Record<string, string> = {};
    for (const key of this.keys) {
      const value = node?.metadata.labels?.[key];
      if (value !== undefined) domains[key] = value;
    }
    return domains;
  }

  /**
   * Equal for domains that are judged alike, until a count changes. A node's name is not a domain worth a group of its own:
   * nodes with as many of the counted pods say the same, if nobody else has their name.
   */
  judgementKey(domains: Domains, hasOwnName: boolean): string {
    let key = '';
    for (const name of this.keys) {
      const domain = domains[name];
      const isName = name === HOSTNAME_LABEL && domain !== undefined && hasOwnName;
      if (isName) key += `#${this.#countsOn(domain)}`;
      else if (domain !== undefined) key += `=${domain}`;
      key += '\n';
    }
    return key;
  }

  #countsOn(hostName: string): string {
    return this.#countsByHost.map((counts) => counts.in(hostName)).join();
  }

  /** Why the node itself is out of the question, whatever is on the others. */
  rejectNode(node: NodeInfo): NodeRejection | undefined {
    if (this.#onlyNodes && !this.#onlyNodes.has(node.name)) return this.#notPrefiltered;
    for (const { plugin, filter } of this.#filters) {
      const refusal = filter(node);
      if (refusal) return { plugin, ...refusal };
    }
    return undefined;
  }

  /** Why nodes of these domains are out of the question. */
  rejectDomains(domains: Domains, hypothesis?: Hypothesis): NodeRejection | undefined {
    for (const { plugin, view } of this.#domainFilters) {
      const refusal = view.filter(domains, hypothesis);
      if (refusal) return { plugin, ...refusal };
    }
    return undefined;
  }

  #preFilter(plugin: string, result: ReturnType<NonNullable<Profile['plugins'][0]['preFilter']>>) {
    if (result?.filter) this.#filters.push({ plugin, filter: result.filter });
    if (result?.onlyNodes) this.#restrictTo(plugin, result.onlyNodes);
    if (result?.refusal) this.refusal ??= { plugin, reason: result.refusal };
  }

  #restrictTo(plugin: string, nodes: ReadonlySet<string>): void {
    const previous = this.#onlyNodes;
    this.#onlyNodes = previous ? new Set([...nodes].filter((name) => previous.has(name))) : nodes;
    const reasons = [`node(s) didn't satisfy plugin(s) [${plugin}]`];
    this.#notPrefiltered = { plugin, reasons, isUnresolvable: true };
  }

  #views(): readonly (DomainFilter | DomainScorer)[] {
    return [
      ...this.#domainFilters.map(({ view }) => view),
      ...this.domainScorers.map(({ view }) => view),
    ];
  }
}
