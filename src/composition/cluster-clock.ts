import { hostname } from 'node:os';
import { Timekeeper } from '../apiserver/cluster-time/timekeeper.ts';
import type { Config } from '../config.ts';
import type { CleanupStack } from '../lib/cleanup-stack.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { randomSuffix } from '../lib/random.ts';
import { SteerableClock } from '../lib/steerable-clock.ts';
import { WorkGauge } from '../lib/work-gauge.ts';
import type { ObjectStore } from '../store/store.ts';

/** The cluster's time in this process. */
export interface ClusterClock {
  /** What everything in the world goes by. */
  readonly clock: SteerableClock;
  /** What it waits for where it is faster than real time. */
  readonly work: WorkGauge;
  /** Goes on from where the clock was left, and follows what it is steered to. The store must have been started. */
  startTimekeeper(store: ObjectStore, logger: Logger, cleanup: CleanupStack): Promise<Timekeeper>;
}

/**
 * A heartbeat is due when a quarter of the grace period is over, is on its way for at most the lead, and may have to wait for
 * a look at the work: half of the period leaves a rest.
 */
const LEADS_PER_GRACE_PERIOD = 2;
/** A CronJob may run every minute: its times must not pile up. */
const MAX_LEAD_MS = 45_000;

/** @param real Real time */
export function createClusterClock(
  real: Clock,
  { nodeMonitorGracePeriodSeconds }: Pick<Config, 'nodeMonitorGracePeriodSeconds'>,
): ClusterClock {
  const graceMs = nodeMonitorGracePeriodSeconds * 1_000;
  const maxLeadMs = Math.min(MAX_LEAD_MS, graceMs / LEADS_PER_GRACE_PERIOD);
  const clock = new SteerableClock(real);
  const work = new WorkGauge();
  return {
    clock,
    work,
    async startTimekeeper(store, logger, cleanup) {
      const identity = `${hostname()}-${process.pid}-${randomSuffix(5)}`;
      const timekeeper = new Timekeeper({ store, clock, real, work, maxLeadMs, identity, logger });
      await timekeeper.start();
      cleanup.defer(() => timekeeper.stop());
      return timekeeper;
    },
  };
}
