import type { ApiClient } from '../../../apiserver/client.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { Pod } from '../../../scheme/generated/types/core-v1.ts';
import { metricsNodes } from '../../../scheme/groups/metrics/resource-metrics.ts';
import { amountOf } from '../../../scheme/resources-of-pod.ts';
import { MAX_NODE_SCORE, type Plugin } from '../../framework.ts';
import type { NodeInfo } from '../../node-info.ts';

/** On a pod: `noisy` for one that disturbs its neighbours, `sensitive` for one that must not be disturbed. */
export const ANNOTATION_CLASS = 'interference.orrery.dev/class';

/** Usage is asked for again when it is older than this. */
const MAX_USAGE_AGE_MS = 15_000;
/** What one neighbour of the other class costs, of the score. */
const NEIGHBOUR_COST = 25;

type InterferenceClass = 'noisy' | 'sensitive';

const OPPOSITE = { noisy: 'sensitive', sensitive: 'noisy' } as const;

export interface InterferenceOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Keeps noisy and sensitive pods apart, and sensitive ones away from nodes whose processors are busy as measured. Pods that
 * say nothing of themselves are scored by nothing here.
 */
export function createInterference(options: InterferenceOptions): Plugin {
  const usage = new NodeUsage(options);
  return {
    name: 'Interference',
    sign({ pod }) {
      const own = classOf(pod);
      return own && [own, own === 'sensitive' && usage.version()];
    },
    preScore({ pod }) {
      const own = classOf(pod);
      if (!own) return undefined;
      return {
        score(node) {
          const busy = own === 'sensitive' ? usage.busyShare(node) : 0;
          const others = countClass(node, OPPOSITE[own]);
          const score = MAX_NODE_SCORE * (1 - busy) - NEIGHBOUR_COST * others;
          return Math.max(0, Math.floor(score));
        },
      };
    },
  };
}

function classOf({ metadata }: Pod): InterferenceClass | undefined {
  const value = metadata.annotations?.[ANNOTATION_CLASS];
  return value === 'noisy' || value === 'sensitive' ? value : undefined;
}

function countClass(node: NodeInfo, wanted: InterferenceClass): number {
  let count = 0;
  for (const { pod } of node.pods()) if (classOf(pod) === wanted) count++;
  return count;
}

/** How busy each node's processors are, as metrics.k8s.io said last. */
class NodeUsage {
  readonly #options: InterferenceOptions;
  #cpu: ReadonlyMap<string, number> = new Map();
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #version = 0;

  constructor(options: InterferenceOptions) {
    this.#options = options;
  }

  /** Changes with the figures. Figures that are too old are asked for in the background: nobody waits for them. */
  version(): number {
    const { clock, logger } = this.#options;
    if (clock.now() - this.#askedAtMs > MAX_USAGE_AGE_MS) {
      this.#askedAtMs = clock.now();
      this.#ask().catch((error) => logger.warn('usage of nodes is not known', { error }));
    }
    return this.#version;
  }

  /** 0 for an idle node, 1 for one that has nothing left. */
  busyShare({ name, allocatable }: NodeInfo): number {
    return Math.min(1, (this.#cpu.get(name) ?? 0) / (allocatable.cpu || 1));
  }

  async #ask(): Promise<void> {
    const { items } = await this.#options.client.list(metricsNodes);
    const cpu = items.map(({ metadata, usage }): [string, number] => [
      metadata.name ?? '',
      amountOf('cpu', usage.cpu ?? '0'),
    ]);
    this.#cpu = new Map(cpu);
    this.#version++;
  }
}
