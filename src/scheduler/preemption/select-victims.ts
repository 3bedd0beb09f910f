import type { ClusterCache } from '../cluster-cache.ts';
import type { Domains, NodeRejection, PodJudge } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { type Candidate, compareImportance } from './candidate.ts';
import { type BudgetsIn, splitByBudget } from './disruption-budgets.ts';

export const REASON_NO_VICTIMS = 'No preemption victims found for incoming pod';

/** Why a node is no candidate. */
export interface NoCandidate {
  readonly reasons: readonly string[];
}

const NO_VICTIMS: NoCandidate = { reasons: [REASON_NO_VICTIMS] };

export interface SelectVictimsOptions {
  readonly plan: PodJudge;
  readonly cache: ClusterCache;
  readonly budgetsIn: BudgetsIn;
}

/**
 * The fewest pods that have to leave the node for the pod to fit: all less important ones are thought away, then each is
 * given its place back while the pod still fits, those that budgets protect first, then the most important.
 */
export function selectVictims(
  node: NodeInfo,
  { plan, cache, budgetsIn }: SelectVictimsOptions,
): Candidate | NoCandidate {
  const lesser = [...node.pods()].filter(({ priority }) => priority < plan.pod.priority);
  if (lesser.length === 0) return NO_VICTIMS;
  const trial = new Trial(node, plan, cache);
  for (const pod of lesser) trial.remove(pod);
  const rejection = trial.rejection();
  if (rejection) return { reasons: rejection.reasons };
  const { violating, allowed } = splitByBudget(lesser.sort(compareImportance), budgetsIn);
  const victims: PodInfo[] = [];
  const reprieve = (pod: PodInfo): boolean => {
    trial.putBack(pod);
    if (!trial.rejection()) return true;
    trial.remove(pod);
    victims.push(pod);
    return false;
  };
  const violations = violating.filter((pod) => !reprieve(pod)).length;
  for (const pod of allowed) reprieve(pod);
  // The pod fits as the node is: what refused it before has changed meanwhile.
  if (victims.length === 0) return NO_VICTIMS;
  return { nodeName: node.name, victims: victims.sort(compareImportance), violations };
}

/** A node on which pods are thought away. The pods that room is kept for are thought there. */
class Trial {
  readonly #node: NodeInfo;
  readonly #plan: PodJudge;
  readonly #domains: Domains;
  readonly #added: readonly PodInfo[];
  readonly #removed = new Set<PodInfo>();

  constructor(node: NodeInfo, plan: PodJudge, cache: ClusterCache) {
    this.#node = node.clone();
    this.#plan = plan;
    this.#domains = plan.domainsOf(node);
    this.#added = cache.nominations.on(node.name, plan.pod.priority);
    for (const pod of this.#added) this.#node.addPod(pod);
  }

  remove(pod: PodInfo): void {
    this.#node.removePod(pod.uid);
    this.#removed.add(pod);
  }

  putBack(pod: PodInfo): void {
    this.#node.addPod(pod);
    this.#removed.delete(pod);
  }

  rejection(): NodeRejection | undefined {
    const rejection = this.#plan.rejectNode(this.#node);
    if (rejection || !this.#plan.hasDomainFilters) return rejection;
    return this.#plan.rejectDomains(this.#domains, {
      added: this.#added,
      removed: [...this.#removed],
    });
  }
}
