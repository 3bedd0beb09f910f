import { exponentialBackoffMs } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import type { DaemonSet } from '../../scheme/generated/types/apps-v1.ts';
import { keyOf } from '../../scheme/object.ts';

/** Kubernetes' numbers. */
const BACKOFF = { baseMs: 1_000, maxMs: 15 * 60_000 };

interface Failures {
  readonly count: number;
  readonly lastMs: number;
}

interface OwnerFailures {
  readonly generation: number;
  readonly byNode: Map<string, Failures>;
}

/**
 * How long failed Pods stay before they are replaced: a node that refuses its Pods must not become a loop of creations. Twice
 * as long with each; short again once a node has been quiet for long, or the DaemonSet is another.
 */
export class FailedPodBackoff {
  readonly #clock: Clock;
  readonly #owners = new Map<string, OwnerFailures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long the next failed Pod of the node must stay; 0 when it may go. */
  delayMs(daemonSet: DaemonSet, nodeName: string): number {
    const failures = this.#of(daemonSet)?.byNode.get(nodeName);
    if (!failures) return 0;
    const untilMs = failures.lastMs + exponentialBackoffMs(failures.count, BACKOFF);
    return Math.max(0, untilMs - this.#clock.now());
  }

  /** A failed Pod of the node is being replaced. */
  count(daemonSet: DaemonSet, nodeName: string): void {
    const owner = this.#of(daemonSet) ?? { generation: generationOf(daemonSet), byNode: new Map() };
    this.#owners.set(keyOf(daemonSet), owner);
    const lastMs = this.#clock.now();
    const before = owner.byNode.get(nodeName);
    const isOld = before !== undefined && lastMs - before.lastMs > 2 * BACKOFF.maxMs;
    owner.byNode.set(nodeName, { count: isOld ? 1 : (before?.count ?? 0) + 1, lastMs });
  }

  /** The DaemonSet of that key is gone. */
  forget(key: string): void {
    this.#owners.delete(key);
  }

  #of(daemonSet: DaemonSet): OwnerFailures | undefined {
    const owner = this.#owners.get(keyOf(daemonSet));
    return owner?.generation === generationOf(daemonSet) ? owner : undefined;
  }
}

function generationOf({ metadata }: DaemonSet): number {
  return metadata.generation ?? 0;
}
