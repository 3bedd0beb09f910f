import type { Random } from '../lib/random.ts';
import type { ClusterCache } from './cluster-cache.ts';
import type { NodeVerdicts, Plugin, PostFilterResult, Profile } from './framework.ts';
import { PlacementTables } from './placement-tables.ts';
import type { PodInfo } from './pod-info.ts';
import { PermitRejection, type Wait, type WaitingPods } from './waiting-pods.ts';

export interface ProfileRunnerOptions {
  readonly profile: Profile;
  readonly cache: ClusterCache;
  readonly random: Random;
  readonly waitingPods: WaitingPods;
}

/** Runs the plugins of a profile at each extension point behind the choice of a node. */
export class ProfileRunner {
  readonly profile: Profile;
  readonly tables: PlacementTables;
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

  /** What the first plugin that has something to say does for a pod that no node took. */
  postFilter(pod: PodInfo, table: NodeVerdicts): PostFilterResult | undefined {
    let said: PostFilterResult | undefined;
    for (const plugin of this.#postFilters) {
      const result = plugin.postFilter?.(pod, table);
      if (result?.nominate) return result;
      said ??= result;
    }
    return said;
  }

  /** @throws what a plugin throws: what others took is then for {@link unreserve} to give back */
  reserve(pod: PodInfo, nodeName: string): void {
    for (const plugin of this.#reserves) plugin.reserve?.(pod, nodeName);
  }

  unreserve(pod: PodInfo, nodeName: string): void {
    for (const plugin of this.#unreserves) plugin.unreserve?.(pod, nodeName);
  }

  /** Permit and pre-bind: undefined when nothing has to be waited for. @throws {PermitRejection} and what plugins throw */
  prepare(pod: PodInfo, nodeName: string): Promise<void> | undefined {
    let prepared = this.#permits.length > 0 ? this.#permit(pod, nodeName) : undefined;
    for (const plugin of this.#preBinds) {
      prepared = prepared
        ? prepared.then(() => plugin.preBind?.(pod, nodeName))
        : plugin.preBind?.(pod, nodeName);
    }
    return prepared;
  }

  /** Bind and post-bind. */
  async bind(pod: PodInfo, nodeName: string): Promise<void> {
    for (const plugin of this.#binds) {
      if (await plugin.bind?.(pod, nodeName)) break;
    }
    for (const plugin of this.#postBinds) plugin.postBind?.(pod, nodeName);
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
