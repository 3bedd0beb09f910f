import { hostname } from 'node:os';
import { Timekeeper } from '../apiserver/cluster-time/timekeeper.ts';
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

/** @param real Real time */
export function createClusterClock(real: Clock): ClusterClock {
  const clock = new SteerableClock(real);
  const work = new WorkGauge();
  return {
    clock,
    work,
    async startTimekeeper(store, logger, cleanup) {
      const identity = `${hostname()}-${process.pid}-${randomSuffix(5)}`;
      const timekeeper = new Timekeeper({ store, clock, real, work, identity, logger });
      await timekeeper.start();
      cleanup.defer(() => timekeeper.stop());
      return timekeeper;
    },
  };
}
