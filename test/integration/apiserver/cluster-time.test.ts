/** Several processes of one control plane, each with a clock of its own on the same database. */
import { describe, expect, test } from '@jest/globals';
import { Timekeeper } from '../../../src/apiserver/cluster-time/timekeeper.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { SteerableClock } from '../../../src/lib/steerable-clock.ts';
import { WorkGauge } from '../../../src/lib/work-gauge.ts';
import { createTestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { startTestStore } from '../../support/test-store.ts';

/** At the sixty times real time that processes share: two seconds. */
const STEP_MS = 120_000;
const HOUR_MS = 3_600_000;

interface Process extends AsyncDisposable {
  readonly clock: SteerableClock;
  readonly keeper: Timekeeper;
  readonly work: WorkGauge;
}

let processes = 0;

async function startProcess(url: string): Promise<Process> {
  const running = await startTestStore({ url });
  const clock = new SteerableClock(systemClock);
  const work = new WorkGauge();
  const keeper = new Timekeeper({
    store: running.store,
    clock,
    real: systemClock,
    work,
    maxLeadMs: 20_000,
    identity: `process-${++processes}`,
    logger: new RecordingLogger(),
  });
  await keeper.start();
  return {
    clock,
    keeper,
    work,
    [Symbol.asyncDispose]: async () => {
      await keeper.stop();
      await running[Symbol.asyncDispose]();
    },
  };
}

describe('a clock that processes share', () => {
  test('is the same in each of them, whoever steers it', async () => {
    await using database = await createTestDatabase();
    await using one = await startProcess(database.url);
    await using other = await startProcess(database.url);
    await one.keeper.steer({ type: 'step', stepMs: STEP_MS });
    await eventually(
      () => one.keeper.time.stepUntilMs,
      (untilMs) => expect(untilMs).toBeUndefined(),
      { withinMs: 20_000 },
    );
    await eventually(
      () => other.clock.now() - one.clock.now(),
      (apartMs) => expect(Math.abs(apartMs)).toBeLessThanOrEqual(10),
    );
    expect(one.clock.now() - Date.now()).toBeGreaterThan(STEP_MS - 30_000);
    await other.keeper.steer({ type: 'pause' });
    await eventually(
      () => [one.clock.now(), one.keeper.time.paused],
      (seen) => expect(seen).toEqual([other.clock.now(), true]),
    );
  });

  test('is held by the one that cannot keep up', async () => {
    await using database = await createTestDatabase();
    await using fast = await startProcess(database.url);
    await using slow = await startProcess(database.url);
    const busySinceMs = slow.clock.now();
    const done = slow.work.add(() => busySinceMs);
    await fast.keeper.steer({ type: 'speed', speed: 600 });
    await eventually(
      () => fast.keeper.time.effectiveSpeed,
      (speed) => expect(speed).toBeLessThan(20),
      { withinMs: 20_000 },
    );
    done();
    await eventually(
      () => fast.keeper.time.effectiveSpeed,
      (speed) => expect(speed).toBeGreaterThan(50),
      { withinMs: 20_000 },
    );
  });

  test('of twenty steps at once makes one, and refuses the others', async () => {
    await using database = await createTestDatabase();
    await using one = await startProcess(database.url);
    await using other = await startProcess(database.url);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 === 0 ? one : other).keeper.steer({ type: 'step', stepMs: 1_000 * HOUR_MS }),
      ),
    );
    const refusals = outcomes.filter(({ status }) => status === 'rejected');
    expect(refusals).toHaveLength(19);
    for (const refusal of refusals) {
      expect(String((refusal as PromiseRejectedResult).reason)).toContain('a step is under way');
    }
  });
});
