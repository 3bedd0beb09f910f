import { toError } from '../lib/errors.ts';
import type { Random } from '../lib/random.ts';
import type { ClusterCache } from './cluster-cache.ts';
import type { CandidateReview, Plugin, PostFilterResult, Profile } from './framework.ts';
import { NodeSample } from './node-sample.ts';
import type { PlacementTable, RankedNode } from './placement-table.ts';
import { PlacementTables } from './placement-tables.ts';
import type { PodInfo } from './pod-info.ts';
import { PermitRejection, type Wait, type WaitingPods } from './waiting-pods.ts';

/**
 * What Kubernetes says, and leaves it at that, where a plugin is to make room for a pod that was refused before the plugin
 * prepared for it: its preparation is not found.
 */
const UNPREPARED: PostFilterResult = { message: 'not found' };

export interface ProfileRunnerOptions {
  readonly profile: Profile;
  readonly cache: ClusterCache;
  readonly random: Random;
  readonly waitingPods: WaitingPods;
}

/** Stores a placement. */
export type Binder = (pod: PodInfo, nodeName: string) => Promise<void>;

/** Runs the plugins of a profile at each extension point behind the choice of a node. */
export class ProfileRunner {
  readonly profile: Profile;
  readonly tables: PlacementTables;
  readonly #cache: ClusterCache;
  readonly #sample: NodeSample | undefined;
  readonly #waitingPods: WaitingPods;
  readonly #postFilters: readonly Plugin[];
  readonly #reserves: readonly Plugin[];
  readonly #unreserves: readonly Plugin[];
  readonly #permits: readonly Plugin[];
  readonly #preBinds: readonly Plugin[];
  readonly #binds: readonly Plugin[];
  readonly #postBinds: readonly Plugin[];

  constructor({ profile, cache, random, waitingPods }: ProfileRunnerOptions) {
    const { plugins, schedulerName } = profile;
    this.profile = profile;
    this.tables = new PlacementTables({ profile, cache, random });
    this.#cache = cache;
    const { percentageOfNodesToScore: percentage } = profile;
    this.#sample = percentage ? new NodeSample(cache, random, percentage) : undefined;
    this.#waitingPods = waitingPods;
    this.#postFilters = plugins.filter((plugin) => plugin.postFilter);
    this.#reserves = plugins.filter((plugin) => plugin.reserve);
    this.#unreserves = plugins.filter((plugin) => plugin.unreserve).reverse();
    this.#permits = plugins.filter((plugin) => plugin.permit);
    this.#preBinds = plugins.filter((plugin) => plugin.preBind);
    this.#binds = plugins.filter((plugin) => plugin.bind);
    this.#postBinds = plugins.filter((plugin) => plugin.postBind);
    if (this.#binds.length === 0) {
      throw new Error(`profile ${schedulerName} needs a plugin that binds`);
    }
  }

  /** The name of the best node, or undefined when none can take the pod. */
  best(table: PlacementTable): string | undefined {
    return this.#sample ? this.#sample.best(table.ranked()) : table.best();
  }

  /** The nodes that can take the pod, with their scores: those among which the best is looked for. */
  ranked(table: PlacementTable): readonly RankedNode[] {
    const ranked = table.ranked();
    return this.#sample ? this.#sample.take(ranked) : ranked;
  }

  /** What the plugins do for a pod that no node took, if there is any: all up to the one that has a node for it. */
  postFilter(pod: PodInfo, table: PlacementTable): PostFilterResult | undefined {
    if (this.#cache.nodeCount === 0) return undefined;
    const said: PostFilterResult[] = [];
    for (const plugin of this.#postFilters) {
      if (this.#isUnprepared(plugin, table.plan.refusal)) return UNPREPARED;
      const result = plugin.postFilter?.(pod, table);
      if (result) said.push(result);
      if (result?.nominate) break;
    }
    return said.length > 1 ? said.reduce(joined) : said[0];
  }

  /** Whether the pod was refused before the plugin could look at it. */
  #isUnprepared(plugin: Plugin, refusal: PlacementTable['plan']['refusal']): boolean {
    if (!refusal || !plugin.preFilter) return false;
    const { plugins } = this.profile;
    return plugins.findIndex(({ name }) => name === refusal.plugin) < plugins.indexOf(plugin);
  }

  /** As {@link postFilter}, once others have had their say. Rejects when the review does. */
  async reviewedPostFilter(
    pod: PodInfo,
    table: PlacementTable,
    review: CandidateReview | undefined,
  ): Promise<PostFilterResult | undefined> {
    const result = this.postFilter(pod, table);
    return review && result?.reviewed ? result.reviewed(review) : result;
  }

  /** @throws what a plugin throws: what others took is then for {@link unreserve} to give back */
  reserve(pod: PodInfo, nodeName: string): void {
    for (const plugin of this.#reserves) {
      try {
        plugin.reserve?.(pod, nodeName);
      } catch (thrown) {
        throw failureOf('Reserve', plugin, thrown);
      }
    }
  }

  unreserve(pod: PodInfo, nodeName: string): void {
    for (const plugin of this.#unreserves) plugin.unreserve?.(pod, nodeName);
  }

  /** Permit and pre-bind: undefined when nothing has to be waited for. @throws {PermitRejection} and what plugins throw */
  prepare(pod: PodInfo, nodeName: string): Promise<void> | undefined {
    let prepared = this.#permits.length > 0 ? this.#permit(pod, nodeName) : undefined;
    for (const plugin of this.#preBinds) {
      prepared = prepared
        ? prepared.then(() => this.#preBind(plugin, pod, nodeName))
        : this.#preBind(plugin, pod, nodeName);
    }
    return prepared;
  }

  #preBind(plugin: Plugin, pod: PodInfo, nodeName: string): Promise<void> | undefined {
    const fail = (thrown: unknown): never => {
      throw failureOf('PreBind', plugin, thrown);
    };
    try {
      return plugin.preBind?.(pod, nodeName)?.catch(fail);
    } catch (thrown) {
      return fail(thrown);
    }
  }

  /** Bind, by `binder` in place of the plugins if there is one, and post-bind. */
  async bind(pod: PodInfo, nodeName: string, binder?: Binder): Promise<void> {
    if (binder) await binder(pod, nodeName);
    else await this.#bind(pod, nodeName);
    for (const plugin of this.#postBinds) plugin.postBind?.(pod, nodeName);
  }

  async #bind(pod: PodInfo, nodeName: string): Promise<void> {
    for (const plugin of this.#binds) {
      try {
        if (await plugin.bind?.(pod, nodeName)) return;
      } catch (thrown) {
        throw failureOf('Bind', plugin, thrown);
      }
    }
  }

  #permit(pod: PodInfo, nodeName: string): Promise<void> | undefined {
    const waits: Wait[] = [];
    for (const plugin of this.#permits) {
      const result = plugin.permit?.(pod, nodeName);
      if (result?.decision === 'reject') throw new PermitRejection(plugin.name, result.reason);
      if (result) waits.push({ plugin: plugin.name, timeoutMs: result.timeoutMs });
    }
    return waits.length > 0 ? this.#waitingPods.wait(pod, nodeName, waits) : undefined;
  }
}

/** What two plugins have to say, and do, together. Where there is a node for the pod, nobody asks why there was none. */
function joined(first: PostFilterResult, second: PostFilterResult): PostFilterResult {
  const { act: _, message: __, ...rest } = { ...first, ...second };
  const told = second.nominate ? [] : [first.message, second.message].filter(Boolean);
  const acts = [first.act, second.act].flatMap((act) => act ?? []);
  const { reviewed } = second;
  return {
    ...rest,
    ...(told.length > 0 ? { message: told.join(', ') } : {}),
    ...(acts.length > 0
      ? { act: async () => void (await Promise.all(acts.map((act) => act()))) }
      : {}),
    ...(reviewed ? { reviewed: async (review) => joined(first, await reviewed(review)) } : {}),
  };
}

/** What went wrong, and with whom, in Kubernetes' words; what the plugin threw is its cause. */
function failureOf(point: string, { name }: Plugin, thrown: unknown): Error {
  const { message } = toError(thrown);
  return new Error(`running ${point} plugin "${name}": ${message}`, { cause: thrown });
}
