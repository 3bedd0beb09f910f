import { describe, expect, test } from '@jest/globals';
import { ClockGovernor } from '../../../src/lib/clock-governor.ts';
import { SteerableClock } from '../../../src/lib/steerable-clock.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { WorkGauge } from '../../../src/lib/work-gauge.ts';

const MAX_LEAD_MS = 20_000;

function governed(rate: number) {
  const real = new VirtualClock();
  const clock = new SteerableClock(real);
  const work = new WorkGauge();
  const governor = new ClockGovernor({ clock, real, work, maxLeadMs: MAX_LEAD_MS });
  const startMs = clock.now();
  clock.steer({ realMs: real.now(), clusterMs: startMs, rate });
  governor.look();
  return { real, clock, work, governor, passedMs: () => clock.now() - startMs };
}

describe('a governed clock', () => {
  test('runs at its rate while all work is done', () => {
    const { real, passedMs } = governed(60);
    real.advance(10_000);
    expect(passedMs()).toBe(600_000);
  });

  test('goes no further ahead of the oldest work than its lead, but never slower than real time', () => {
    const { real, clock, work, passedMs } = governed(600);
    const sinceMs = clock.now();
    work.add(() => sinceMs);
    real.advance(1_000);
    expect(passedMs()).toBeGreaterThanOrEqual(MAX_LEAD_MS);
    expect(passedMs()).toBeLessThanOrEqual(MAX_LEAD_MS + 1_000);
    real.advance(60_000);
    expect(passedMs()).toBeGreaterThanOrEqual(60_000);
    expect(passedMs()).toBeLessThanOrEqual(MAX_LEAD_MS + 61_000);
  });

  test('runs on at its rate, without making up for the wait, once the work is done', () => {
    const { real, clock, work, passedMs } = governed(600);
    const sinceMs = clock.now();
    const done = work.add(() => sinceMs);
    real.advance(2_000);
    done();
    real.advance(1_000);
    expect(passedMs()).toBeGreaterThan(MAX_LEAD_MS + 500_000);
    expect(passedMs()).toBeLessThanOrEqual(MAX_LEAD_MS + 602_000);
  });

  test('goes a quarter of its lead at most where nobody looks, as when the event loop stands still', () => {
    const real = { nowMs: 0, now: () => real.nowMs, setTimer: () => ({ cancel: () => undefined }) };
    const clock = new SteerableClock(real);
    const work = new WorkGauge();
    const governor = new ClockGovernor({ clock, real, work, maxLeadMs: MAX_LEAD_MS });
    clock.steer({ realMs: 0, clusterMs: 0, rate: 3_600 });
    governor.look();
    real.nowMs = 1_000;
    expect(clock.now()).toBe(MAX_LEAD_MS / 4);
  });

  test('is left alone at real time and below', () => {
    const { real, clock, work, passedMs } = governed(1);
    work.add(() => clock.now() - 10 * MAX_LEAD_MS);
    real.advance(5_000);
    expect(passedMs()).toBe(5_000);
  });

  test('stands while it is held, and goes on when it is released', () => {
    const { real, governor, passedMs } = governed(60);
    real.advance(1_000);
    governor.hold();
    real.advance(1_000);
    expect(passedMs()).toBe(60_000);
    governor.release();
    real.advance(1_000);
    expect(passedMs()).toBe(120_000);
  });
});

describe('a gauge of work', () => {
  test('tells since when the oldest work of all sources waits', () => {
    const work = new WorkGauge();
    expect(work.oldestMs()).toBeUndefined();
    work.add(() => undefined);
    work.add(() => 7);
    const remove = work.add(() => 3);
    expect(work.oldestMs()).toBe(3);
    remove();
    expect(work.oldestMs()).toBe(7);
  });
});
