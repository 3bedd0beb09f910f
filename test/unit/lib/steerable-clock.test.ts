import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Course, SteerableClock, timeOnCourse } from '../../../src/lib/steerable-clock.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';

const HOUR_MS = 3_600_000;

function steerable(): { real: VirtualClock; clock: SteerableClock } {
  const real = new VirtualClock();
  return { real, clock: new SteerableClock(real) };
}

/** From where the clock is, at another rate. */
function at(
  { real, clock }: { real: VirtualClock; clock: SteerableClock },
  rate: number,
  more: Partial<Course> = {},
): void {
  clock.steer({ realMs: real.now(), clusterMs: clock.now(), rate, ...more });
}

describe('a steerable clock', () => {
  test('is real time until it is steered', () => {
    const { real, clock } = steerable();
    expect(clock.now()).toBe(real.now());
    real.advance(1_234);
    expect(clock.now()).toBe(real.now());
  });

  test('goes at its rate', () => {
    const both = steerable();
    const startMs = both.clock.now();
    at(both, 60);
    both.real.advance(1_000);
    expect(both.clock.now()).toBe(startMs + 60_000);
  });

  test('stands still while it is paused, and so do its timers', () => {
    const both = steerable();
    const startMs = both.clock.now();
    let fired = 0;
    both.clock.setTimer(10, () => fired++);
    at(both, 0);
    both.real.advance(HOUR_MS);
    expect([both.clock.now(), fired]).toEqual([startMs, 0]);
    at(both, 1);
    both.real.advance(10);
    expect(fired).toBe(1);
  });

  test('fires what is due at once also while it is paused, but never at the call', () => {
    const both = steerable();
    at(both, 0);
    let fired = 0;
    both.clock.setTimer(0, () => fired++);
    expect(fired).toBe(0);
    both.real.advance(1);
    expect(fired).toBe(1);
  });

  test('fires a long timer early in real time once it is sped up', () => {
    const both = steerable();
    let fired = 0;
    both.clock.setTimer(HOUR_MS, () => fired++);
    at(both, 3_600);
    both.real.advance(999);
    expect(fired).toBe(0);
    both.real.advance(1);
    expect(fired).toBe(1);
  });

  test('does not pass the end of its course', () => {
    const both = steerable();
    const untilMs = both.clock.now() + 600_000;
    let fired = 0;
    both.clock.setTimer(600_000, () => fired++);
    both.clock.setTimer(600_001, () => fired++);
    at(both, 1_000, { untilMs });
    both.real.advance(HOUR_MS);
    expect([both.clock.now(), fired]).toEqual([untilMs, 1]);
  });

  test('falls to the rate of real time when its course has expired', () => {
    const both = steerable();
    const startMs = both.clock.now();
    let firedAtMs = 0;
    both.clock.setTimer(130_000, () => {
      firedAtMs = both.real.now();
    });
    at(both, 60, { expiresMs: both.real.now() + 2_000 });
    both.real.advance(20_000);
    expect(both.clock.now()).toBe(startMs + 120_000 + 18_000);
    expect(firedAtMs).toBe(startMs + 12_000);
  });

  test('stands still on a course that begins behind it, until that has caught up', () => {
    const both = steerable();
    const startMs = both.clock.now();
    both.clock.steer({ realMs: both.real.now(), clusterMs: startMs - 5_000, rate: 1 });
    both.real.advance(4_000);
    expect(both.clock.now()).toBe(startMs);
    both.real.advance(2_000);
    expect(both.clock.now()).toBe(startMs + 1_000);
  });

  test('does not make up for what a limit held it back', () => {
    const both = steerable();
    const startMs = both.clock.now();
    at(both, 60);
    both.clock.limit(startMs + 1_000);
    both.real.advance(10_000);
    expect(both.clock.now()).toBe(startMs + 1_000);
    both.clock.limit(Number.POSITIVE_INFINITY);
    both.real.advance(1_000);
    expect(both.clock.now()).toBe(startMs + 61_000);
  });

  test('waits for a course behind it also when a limit is moved', () => {
    const both = steerable();
    const startMs = both.clock.now();
    both.clock.limit(startMs);
    both.clock.steer({ realMs: both.real.now(), clusterMs: startMs - 5_000, rate: 1 });
    both.clock.limit(Number.POSITIVE_INFINITY);
    both.real.advance(6_000);
    expect(both.clock.now()).toBe(startMs + 1_000);
  });

  test('a timer that a due timer sets for now waits for its own turn', () => {
    const { real, clock } = steerable();
    const order: string[] = [];
    clock.setTimer(5, () => {
      clock.setTimer(0, () => order.push('set by the first'));
      order.push('first');
    });
    clock.setTimer(5, () => order.push('second'));
    real.advance(10);
    expect(order).toEqual(['first', 'second', 'set by the first']);
  });
});

type Act =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'rate'; readonly rate: number; readonly shiftMs: number }
  | { readonly do: 'expiring'; readonly rate: number; readonly lifeMs: number }
  | { readonly do: 'step'; readonly ms: number; readonly rate: number }
  | { readonly do: 'limit'; readonly aheadMs: number | undefined }
  | { readonly do: 'timer'; readonly ms: number }
  | { readonly do: 'cancel'; readonly index: number };

const rates = fc.oneof(
  fc.constantFrom(0, 1, 60, 3_600),
  fc.double({ min: 0.01, max: 3_600, noNaN: true }),
);

const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('wait' as const), ms: fc.nat(5_000) }),
    fc.record({
      do: fc.constant('rate' as const),
      rate: rates,
      shiftMs: fc.integer({ min: -9_000, max: 9_000 }),
    }),
    fc.record({ do: fc.constant('expiring' as const), rate: rates, lifeMs: fc.nat(3_000) }),
    fc.record({ do: fc.constant('step' as const), ms: fc.nat(1_000_000), rate: rates }),
    fc.record({
      do: fc.constant('limit' as const),
      aheadMs: fc.option(fc.nat(20_000), { nil: undefined }),
    }),
    fc.record({ do: fc.constant('timer' as const), ms: fc.integer({ min: -10, max: 200_000 }) }),
    fc.record({ do: fc.constant('cancel' as const), index: fc.nat(10) }),
  ),
  { maxLength: 60 },
);

interface Fired {
  readonly id: number;
  readonly dueMs: number;
  readonly atMs: number;
}

/** Does it all, and tells what fired, what should have, and all that the clock has shown. */
function play(history: readonly Act[]) {
  const both = steerable();
  const { clock, real } = both;
  const shown: number[] = [];
  const fired: Fired[] = [];
  const set = new Map<number, { dueMs: number; cancel: () => void }>();
  const cancelled = new Set<number>();
  const steps: Record<Act['do'], (act: never) => void> = {
    wait: ({ ms }: { ms: number }) => real.advance(ms),
    rate: ({ rate, shiftMs }: { rate: number; shiftMs: number }) =>
      clock.steer({ realMs: real.now(), clusterMs: clock.now() + shiftMs, rate }),
    expiring: ({ rate, lifeMs }: { rate: number; lifeMs: number }) =>
      at(both, rate, { expiresMs: real.now() + lifeMs }),
    step: ({ ms, rate }: { ms: number; rate: number }) =>
      at(both, rate, { untilMs: clock.now() + ms }),
    limit: ({ aheadMs }: { aheadMs: number | undefined }) =>
      clock.limit(aheadMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + aheadMs),
    timer: ({ ms }: { ms: number }) => {
      const id = set.size;
      const dueMs = clock.now() + Math.max(0, ms);
      const timer = clock.setTimer(ms, () => {
        fired.push({ id, dueMs, atMs: clock.now() });
        shown.push(clock.now());
      });
      set.set(id, { dueMs, cancel: () => timer.cancel() });
    },
    cancel: ({ index }: { index: number }) => {
      if (!set.has(index) || fired.some(({ id }) => id === index)) return;
      set.get(index)?.cancel();
      cancelled.add(index);
    },
  };
  for (const act of history) {
    steps[act.do](act as never);
    shown.push(clock.now());
  }
  // Whatever was done to it, real time from here on brings everything about.
  clock.limit(Number.POSITIVE_INFINITY);
  at(both, 1);
  real.advance(300_000);
  shown.push(clock.now());
  return { shown, fired, set, cancelled };
}

describe('whatever is done to a steerable clock', () => {
  test('it never goes back', () => {
    fc.assert(
      fc.property(acts, (history) => {
        const { shown } = play(history);
        expect(shown).toEqual([...shown].sort((a, b) => a - b));
      }),
    );
  });

  test('each timer fires exactly once unless it was cancelled, and never early', () => {
    fc.assert(
      fc.property(acts, (history) => {
        const { fired, set, cancelled } = play(history);
        const expected = [...set.keys()].filter((id) => !cancelled.has(id));
        expect(fired.map(({ id }) => id).sort((a, b) => a - b)).toEqual(expected);
        expect(fired.filter(({ atMs, dueMs }) => atMs < dueMs)).toEqual([]);
      }),
    );
  });

  test('timers that fire at one moment fire in order of their due times', () => {
    fc.assert(
      fc.property(acts, (history) => {
        const { fired } = play(history);
        for (const [index, { atMs, dueMs }] of fired.entries()) {
          const next = fired[index + 1];
          if (next?.atMs === atMs) expect(next.dueMs).toBeGreaterThanOrEqual(dueMs);
        }
      }),
    );
  });
});

describe('a course', () => {
  test('shows no less when it is asked later', () => {
    fc.assert(
      fc.property(
        fc.record({
          realMs: fc.nat(10_000),
          clusterMs: fc.nat(10_000_000),
          rate: rates,
          expiresMs: fc.option(fc.nat(20_000), { nil: undefined }),
          untilMs: fc.option(fc.nat(20_000_000), { nil: undefined }),
        }),
        fc.nat(100_000),
        fc.nat(100_000),
        (course, realMs, moreMs) => {
          expect(timeOnCourse(course, realMs + moreMs)).toBeGreaterThanOrEqual(
            timeOnCourse(course, realMs),
          );
        },
      ),
    );
  });
});
