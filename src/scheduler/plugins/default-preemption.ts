import type { ApiClient } from '../../apiserver/client.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { ActionRecorder } from '../../machinery/event-recorder.ts';
import type { ClusterCache } from '../cluster-cache.ts';
import { type CountedRefusal, countReasons } from '../diagnosis.ts';
import type { CandidateReview, NodeVerdicts, Plugin, PostFilterResult } from '../framework.ts';
import type { PodInfo } from '../pod-info.ts';
import { type Candidate, compareCandidates } from '../preemption/candidate.ts';
import type { BudgetsIn } from '../preemption/disruption-budgets.ts';
import { evictVictims } from '../preemption/evict-victims.ts';
import {
  type CandidateLimits,
  NOT_HELPFUL,
  PreemptionTable,
} from '../preemption/preemption-table.ts';

const DEFAULT_LIMITS: CandidateLimits = {
  minCandidateNodesPercentage: 10,
  minCandidateNodesAbsolute: 100,
};

const NO_CANDIDATE = 'no candidate node for preemption.';

export interface DefaultPreemptionOptions {
  readonly client: ApiClient;
  readonly cache: ClusterCache;
  readonly events: ActionRecorder;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly budgetsIn: BudgetsIn;
  /** Changes whenever a budget does. */
  readonly budgetVersion: () => number;
  /** @default a tenth of the nodes, 100 at least */
  readonly limits?: CandidateLimits;
}

/** Makes room for a pod by taking less important ones off a node, as few and as unimportant as can be. */
export function createDefaultPreemption(options: DefaultPreemptionOptions): Plugin {
  const preemption = new Preemption(options);
  return {
    name: 'DefaultPreemption',
    postFilter: (pod, table) => preemption.makeRoom(pod, table),
  };
}

class Preemption {
  readonly #options: DefaultPreemptionOptions;
  #tables = new WeakMap<NodeVerdicts, PreemptionTable>();
  #budgetVersion = 0;
  /** The pods whose victims are being deleted. */
  readonly #busy = new Set<string>();

  constructor(options: DefaultPreemptionOptions) {
    this.#options = options;
  }

  makeRoom(pod: PodInfo, table: NodeVerdicts): PostFilterResult {
    const obstacle = this.#obstacle(pod);
    if (obstacle) return { message: `preemption: ${obstacle}` };
    // Who would have to leave matters nowhere.
    if (table.plan.refusal) return this.#hopeless([[NOT_HELPFUL, this.#options.cache.nodeCount]]);
    const found = this.#tableFor(table);
    const best = found.best();
    if (best) {
      const reviewed = (review: CandidateReview) => this.#reviewed(pod, found, review);
      return { ...this.#nominate(pod, best), reviewed };
    }
    return this.#hopeless(found.refusals());
  }

  #hopeless(refusals: Iterable<CountedRefusal>): PostFilterResult {
    const message = `preemption: ${countReasons(this.#options.cache.nodeCount, refusals)}`;
    return { message, nominate: null };
  }

  #nominate(pod: PodInfo, candidate: Candidate): PostFilterResult {
    const { nodeName, victims } = candidate;
    return { nominate: nodeName, victims, act: () => this.#evict(pod, candidate) };
  }

  async #reviewed(
    pod: PodInfo,
    table: PreemptionTable,
    review: CandidateReview,
  ): Promise<PostFilterResult> {
    const [best] = [...(await review(pod, table.candidates()))].sort(compareCandidates);
    if (best) return this.#nominate(pod, best);
    return { message: `preemption: ${NO_CANDIDATE}`, nominate: null };
  }

  #obstacle(pod: PodInfo): string | undefined {
    if (pod.pod.spec?.preemptionPolicy === 'Never') {
      return 'not eligible due to preemptionPolicy=Never.';
    }
    const { cache } = this.#options;
    const nominated = cache.nominations.nodeOf(pod.uid);
    if (nominated === undefined) return undefined;
    const isWaiting = this.#busy.has(pod.uid) || cache.node(nominated)?.hasLeaving(pod.priority);
    return isWaiting ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
  }

  #tableFor(table: NodeVerdicts): PreemptionTable {
    const { budgetVersion, budgetsIn, cache, limits = DEFAULT_LIMITS } = this.#options;
    if (this.#budgetVersion !== budgetVersion()) {
      this.#budgetVersion = budgetVersion();
      this.#tables = new WeakMap();
    }
    let found = this.#tables.get(table);
    if (!found) {
      found = new PreemptionTable({ table, cache, budgetsIn, limits });
      this.#tables.set(table, found);
    }
    return found;
  }

  async #evict(pod: PodInfo, candidate: Candidate): Promise<void> {
    this.#busy.add(pod.uid);
    try {
      await evictVictims(pod, candidate, this.#options);
    } finally {
      this.#busy.delete(pod.uid);
    }
  }
}
