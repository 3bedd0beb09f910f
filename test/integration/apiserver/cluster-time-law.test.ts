/**
 * The law of the cluster's clock: no time that it shows is before one that it has shown, whatever is done to it, however long
 * that takes to be written down, and whenever its process ends and another goes on. Real time is virtual here.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ClockChange } from '../../../src/apiserver/cluster-time/clock-state.ts';
import { Timekeeper } from '../../../src/apiserver/cluster-time/timekeeper.ts';
import { SteerableClock } from '../../../src/lib/steerable-clock.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { WorkGauge } from '../../../src/lib/work-gauge.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { interceptStore } from '../../support/intercept-store.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { startTestStore, type TestStore } from '../../support/test-store.ts';

let database: TestDatabase;
let running: TestStore;
let plane: Plane;

beforeAll(async () => {
  database = await createTestDatabase();
  running = await startTestStore({ url: database.url });
  plane = new Plane();
  await plane.start();
});

afterAll(async () => {
  await plane.keeper.stop();
  await running[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** A process with the cluster's clock, as often as it is started anew, in real time that moves as it is told to. */
class Plane {
  readonly real = new VirtualClock();
  clock = new SteerableClock(this.real);
  hasPeers = false;
  /** How much real time passes while something is written down. */
  writeMs = 0;
  readonly #writing = new Set<Promise<unknown>>();
  #shownMs = 0;
  keeper = this.#createKeeper();

  #createKeeper(): Timekeeper {
    const { clock, real } = this;
    const store = interceptStore(running.store, {
      hasPeers: () => this.hasPeers,
      commit: async (writes) => {
        real.advance(this.writeMs);
        this.show();
        const write = running.store.commit(writes);
        this.#writing.add(write);
        return write;
      },
    });
    const logger = new RecordingLogger();
    const parts = { store, clock, real, work: new WorkGauge(), maxLeadMs: 20_000, logger };
    return new Timekeeper({ ...parts, identity: 'one' });
  }

  start(): Promise<void> {
    return this.keeper.start();
  }

  /** Looks at the clock. */
  show(): number {
    const shownMs = this.clock.now();
    expect(shownMs).toBeGreaterThanOrEqual(this.#shownMs);
    this.#shownMs = shownMs;
    return shownMs;
  }

  async steer(change: ClockChange): Promise<void> {
    try {
      await this.keeper.steer(change);
    } catch (thrown) {
      expect(String(thrown)).toContain('a step is under way');
    }
    this.show();
    await this.settle();
  }

  async pass(ms: number): Promise<void> {
    this.real.advance(ms);
    this.show();
    await this.settle();
    this.show();
  }

  async restart(): Promise<void> {
    this.show();
    const stopped = this.keeper.stop();
    await this.settle();
    await stopped;
    this.show();
    this.clock = new SteerableClock(this.real);
    this.keeper = this.#createKeeper();
    await this.start();
    this.show();
  }

  /** What time sets going is written down. */
  async settle(): Promise<void> {
    while (this.#writing.size > 0) {
      const writes = [...this.#writing];
      await Promise.allSettled(writes);
      for (const write of writes) this.#writing.delete(write);
    }
  }
}

type Event =
  | ClockChange
  | { readonly type: 'pass'; readonly ms: number }
  | { readonly type: 'restart' }
  | { readonly type: 'conditions'; readonly writeMs: number; readonly hasPeers: boolean };

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('pass' as const), ms: fc.nat(600) }) },
  fc.constantFrom<Event>({ type: 'restart' }, { type: 'pause' }, { type: 'resume' }),
  fc.record({
    type: fc.constant('speed' as const),
    speed: fc.constantFrom(0.5, 1, 1.7, 60, 61.3, 3_600),
  }),
  fc.record({ type: fc.constant('step' as const), stepMs: fc.integer({ min: 1, max: 600_000 }) }),
  fc.record({
    type: fc.constant('conditions' as const),
    writeMs: fc.constantFrom(0, 1, 7, 90, 400),
    hasPeers: fc.boolean(),
  }),
);

async function happens(next: Event): Promise<void> {
  switch (next.type) {
    case 'pass':
      return plane.pass(next.ms);
    case 'restart':
      return plane.restart();
    case 'conditions':
      plane.writeMs = next.writeMs;
      plane.hasPeers = next.hasPeers;
      return;
    default:
      return plane.steer(next);
  }
}

test('no time that is shown is before one that was shown, whatever happens in between', async () => {
  const histories = fc.array(event, { minLength: 5, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      for (const next of history) await happens(next);
    }),
    // Each history goes on where the last one ended: a shorter one would be another.
    { numRuns: 40, endOnFailure: true },
  );
});

test('a clock that becomes slower does not go on while that is written down', async () => {
  plane.hasPeers = false;
  for (const change of [
    { type: 'pause' },
    { type: 'speed', speed: 0.5 },
    { type: 'speed', speed: 2 },
  ] as const) {
    await plane.steer({ type: 'pause' });
    plane.writeMs = 0;
    await plane.steer({ type: 'speed', speed: 100 });
    await plane.pass(300);
    plane.writeMs = 400;
    const before = plane.show();
    const steered = plane.keeper.steer(change);
    expect(plane.show()).toBe(before);
    await steered;
    await plane.settle();
  }
});

test('a clock that was slowed down is on the line that all others are on', async () => {
  plane.hasPeers = false;
  plane.writeMs = 0;
  await plane.steer({ type: 'speed', speed: 100 });
  await plane.pass(300);
  plane.writeMs = 400;
  await plane.steer({ type: 'speed', speed: 1 });
  const own = plane.show();
  await plane.restart();
  expect(plane.show()).toBe(own);
});

test('a paused clock shows the same after a restart, also where real time is far ahead of it', async () => {
  plane.writeMs = 0;
  await plane.steer({ type: 'pause' });
  await plane.pass(100);
  // Nobody looks at a clock that stands: the days pass at once.
  expect(plane.real.nextDueMs()).toBeUndefined();
  await plane.pass(30 * 86_400_000);
  const before = plane.show();
  expect(before).toBeLessThan(plane.real.now());
  await plane.restart();
  expect(plane.show()).toBe(before);
  await plane.pass(1_000);
  expect(plane.show()).toBe(before);
});
