import type { DecisionSource } from '../apiserver/scheduling/pod-decisions.ts';
import type { Config } from '../config.ts';
import type { CleanupStack } from '../lib/cleanup-stack.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { MetricRegistry } from '../lib/metrics.ts';
import { systemRandom } from '../lib/random.ts';
import { BatchLane } from '../observability/batch-lane.ts';
import { Retention } from '../observability/retention.ts';
import type { DecisionSettings } from '../scheduler/decisions/decision-recorder.ts';
import type { SchedulingDecision } from '../scheme/scheduling/decision.ts';
import { DecisionTable } from '../store/telemetry/decision-table.ts';
import type { Database } from './database.ts';
import type { SchedulingDecisionConfig } from './scheduling-decision-config.ts';

/** Where the scheduler tells its decisions, and where they are read again. */
export interface SchedulingDecisions {
  readonly settings: DecisionSettings;
  readonly source: DecisionSource;
}

export interface SchedulingDecisionsParts {
  readonly config: Pick<Config, 'schedulingDecisions'>;
  readonly database: Pick<Database, 'url'>;
  readonly metrics: MetricRegistry;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Between two looks of the retention there may be this share of the rows too many. */
const TRIMS_PER_BOUND = 4;

/** Decisions go to the database, in batches that hold up no scheduler; those past retention are dropped. */
export function openSchedulingDecisions(
  {
    config: { schedulingDecisions: config },
    database,
    metrics,
    clock,
    logger,
  }: SchedulingDecisionsParts,
  cleanup: CleanupStack,
): SchedulingDecisions {
  const io = { ioClock: systemClock, logger };
  const what = 'scheduling decisions';
  const table = new DecisionTable({ url: database.url, random: systemRandom, ...io });
  cleanup.defer(() => table.close());
  const writer = new TrimmingWriter(table, config);
  const backend = {
    name: 'the database',
    append: (decisions: readonly SchedulingDecision[]) => writer.append(decisions),
  };
  const lane = new BatchLane<SchedulingDecision>({ what, backend, ...io });
  cleanup.defer(() => lane.flush());
  metrics.add({
    name: 'orrery_scheduling_decisions_dropped_total',
    help: 'Decisions of the scheduler that were not kept, because the database was away or too slow.',
    type: 'counter',
    read: () => [{ labels: {}, value: lane.droppedTotal }],
  });
  const retention = new Retention({
    what,
    expire: async (nowMs) => {
      const expired = await table.expire(nowMs - config.retentionSeconds * 1_000);
      return expired + (await table.trim(config));
    },
    clock,
    logger,
  });
  retention.start();
  cleanup.defer(() => retention.stop());
  const { detailsPerSecond } = config;
  const log = { write: (decision: SchedulingDecision) => lane.add(decision) };
  return { settings: { log, detailsPerSecond }, source: table };
}

/** Writes to the table, and keeps it within its bounds however fast that goes. */
class TrimmingWriter {
  readonly #table: DecisionTable;
  readonly #bounds: SchedulingDecisionConfig;
  #written = 0;

  constructor(table: DecisionTable, bounds: SchedulingDecisionConfig) {
    this.#table = table;
    this.#bounds = bounds;
  }

  async append(decisions: readonly SchedulingDecision[]): Promise<void> {
    await this.#table.append(decisions);
    this.#written += decisions.length;
    if (this.#written <= this.#bounds.maxRows / TRIMS_PER_BOUND) return;
    this.#written = 0;
    await this.#table.trim(this.#bounds);
  }
}
