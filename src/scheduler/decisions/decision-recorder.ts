import type { Clock } from '../../lib/clock.ts';
import { toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { TokenBucket } from '../../lib/token-bucket.ts';
import type {
  DecisionDetail,
  DecisionLog,
  ReasonCount,
  SchedulingDecision,
} from '../../scheme/scheduling/decision.ts';
import type { ClusterCache } from '../cluster-cache.ts';
import { DEFAULT_SCHEDULER_NAME, type PostFilterResult } from '../framework.ts';
import type { PlacementTable } from '../placement-table.ts';
import type { PodInfo } from '../pod-info.ts';
import type { QueuedPod } from '../queued-pod.ts';
import { type Explanation, explain } from './explain.ts';

/** How much is told of decisions, and to whom. */
export interface DecisionSettings {
  readonly log: DecisionLog;
  /**
   * For how many decisions a second, on average, every plugin's verdict on the nodes is told; after a quiet time for
   * {@link BURST_SECONDS} times as many at once. In a large cluster they are fewer: they may take {@link TIME_SHARE} of the
   * time. Of the others the outcome is told, and the reasons of a failure.
   */
  readonly detailsPerSecond: number;
}

export interface DecisionRecorderOptions extends DecisionSettings {
  readonly cache: ClusterCache;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** At 5,000 nodes a look at each takes milliseconds: whatever it takes, the scheduler hardly gets slower by it. */
const TIME_SHARE = 0.01;
/** Enough for the first looks of a server, which take longest. */
const TIME_BURST_MS = 100;
/** Five seconds' details at once: a person who creates a few dozen Pods sees all about each. */
const BURST_SECONDS = 5;
const MICROS_PER_MS = 1_000;

/** What is known of an attempt under way. */
interface Attempt {
  readonly durationMicros: number;
  readonly nodes: number;
  readonly feasibleNodes: number | undefined;
  readonly explanation: Explanation | undefined;
}

/** The last failure that was told of a pod: one that is like it is the same decision, repeated. */
interface ToldFailure extends Pick<SchedulingDecision, 'timeMs' | 'attempt'> {
  readonly digest: string;
}

/** How an attempt ended without a node. */
export interface RefusedAttempt {
  readonly message: string;
  readonly reasons: readonly ReasonCount[];
  /** What came of the attempt to make room. */
  readonly room: PostFilterResult | undefined;
}

type Outcome = Pick<
  SchedulingDecision,
  'message' | 'nodeName' | 'nominatedNodeName' | 'outcome' | 'victims'
> & { readonly reasons?: readonly ReasonCount[] };

/**
 * Tells what is decided about each pod, and why. It must cost the scheduler next to nothing, so a pod's time is taken whole,
 * and every plugin's verdict only for as many decisions a second as the settings allow.
 */
export class DecisionRecorder {
  readonly #options: DecisionRecorderOptions;
  readonly #details: TokenBucket;
  /** In milliseconds of a processor. */
  readonly #time = new TokenBucket({ perSecond: TIME_SHARE * 1_000, burst: TIME_BURST_MS });
  readonly #attempts = new WeakMap<QueuedPod, Attempt>();
  readonly #failures = new WeakMap<QueuedPod, ToldFailure>();
  #startedMs = 0;

  constructor(options: DecisionRecorderOptions) {
    this.#options = options;
    const perSecond = options.detailsPerSecond;
    this.#details = new TokenBucket({ perSecond, burst: Math.max(1, perSecond * BURST_SECONDS) });
  }

  /** A pod is being looked at. Deciding is synchronous, so there is one at a time. */
  begin(): void {
    this.#startedMs = performance.now();
  }

  /** The nodes are judged, and nothing has changed since. @param winner undefined when none is chosen, or not yet */
  judged(queued: QueuedPod, table: PlacementTable, winner?: string): void {
    const nowMs = performance.now();
    const isDetailed = this.#mayExplain(nowMs);
    this.#attempts.set(queued, {
      durationMicros: Math.round((nowMs - this.#startedMs) * MICROS_PER_MS),
      nodes: this.#options.cache.nodeCount,
      // Where topology has a say, counting takes a look at each of its groups.
      feasibleNodes:
        isDetailed || !table.plan.hasDomainFilters ? this.#countFeasible(table) : undefined,
      explanation: isDetailed ? this.#explain(queued, table, winner) : undefined,
    });
  }

  /** The pod is bound. */
  scheduled(queued: QueuedPod, nodeName: string): void {
    this.#tell(queued, { outcome: 'Scheduled', nodeName });
  }

  refused(queued: QueuedPod, { message, reasons, room }: RefusedAttempt): void {
    const { nominate, victims } = room ?? {};
    this.#tell(queued, {
      outcome: 'Unschedulable',
      message,
      reasons,
      ...(nominate ? { nominatedNodeName: nominate } : {}),
      ...(nominate && victims ? { victims: victims.map(toVictim) } : {}),
    });
  }

  /** Something went wrong, or a plugin took the placement back. */
  failed(queued: QueuedPod, outcome: 'Unschedulable' | 'Error', message: string): void {
    this.#tell(queued, { outcome, message });
  }

  #tell(queued: QueuedPod, { reasons, ...outcome }: Outcome): void {
    const { info, attempts } = queued;
    const attempt = this.#attempts.get(queued);
    // Pods that wait for long must not hold on to what was said of nodes.
    this.#attempts.delete(queued);
    const nowMs = this.#options.clock.now();
    const { timeMs, attempt: first } = this.#firstOf(queued, outcome, nowMs);
    const { explanation, feasibleNodes } = attempt ?? {};
    this.#options.log.write({
      podUid: info.uid,
      ...placeOf(info),
      ...outcome,
      timeMs,
      attempt: first,
      lastTimeMs: nowMs,
      lastAttempt: attempts,
      nodes: attempt?.nodes ?? this.#options.cache.nodeCount,
      durationMicros: attempt?.durationMicros ?? 0,
      reasons: reasons ?? explanation?.reasons ?? [],
      ...(feasibleNodes === undefined ? {} : { feasibleNodes }),
      ...(explanation ? { detail: detailOf(explanation) } : {}),
    });
  }

  /** When this began to be so, and at which attempt. */
  #firstOf(
    queued: QueuedPod,
    { outcome, message, nominatedNodeName }: Outcome,
    nowMs: number,
  ): Pick<SchedulingDecision, 'timeMs' | 'attempt'> {
    const digest = `${outcome} ${nominatedNodeName} ${message}`;
    const before = this.#failures.get(queued);
    if (before?.digest === digest) return before;
    const failure = { timeMs: nowMs, attempt: queued.attempts, digest };
    this.#failures.set(queued, failure);
    return failure;
  }

  #countFeasible(table: PlacementTable): number {
    if (table.plan.refusal) return 0;
    let feasible = this.#options.cache.nodeCount;
    for (const [, count] of table.rejections()) feasible -= count;
    return feasible;
  }

  #mayExplain(nowMs: number): boolean {
    return this.#time.allows(nowMs) && this.#details.take(nowMs);
  }

  #explain(
    { info }: QueuedPod,
    table: PlacementTable,
    winner: string | undefined,
  ): Explanation | undefined {
    const { cache, logger } = this.#options;
    // Of the processor alone: what else the machine does must not count.
    const start = process.cpuUsage();
    try {
      return explain(table, cache, winner);
    } catch (thrown) {
      // Absorbed: what cannot be told must not keep the pod from its node.
      logger.warn('a decision cannot be explained', { pod: info.key, error: toError(thrown) });
      return undefined;
    } finally {
      const { system, user } = process.cpuUsage(start);
      this.#time.charge((system + user) / MICROS_PER_MS);
    }
  }
}

function placeOf({ pod }: PodInfo) {
  const { namespace = '', name = '' } = pod.metadata;
  return { namespace, name, schedulerName: pod.spec?.schedulerName ?? DEFAULT_SCHEDULER_NAME };
}

export function toVictim({ pod, priority }: PodInfo) {
  const { namespace = '', name = '' } = pod.metadata;
  return { namespace, name, priority };
}

function detailOf({ reasons: _, ...detail }: Explanation): DecisionDetail {
  return detail;
}
