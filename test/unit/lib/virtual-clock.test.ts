import { expect, test } from '@jest/globals';
import { sleep } from '../../../src/lib/clock.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';

test('timers run in order of their due time, each at its own time', () => {
  const clock = new VirtualClock(0);
  const ran: [string, number][] = [];
  const note = (name: string) => () => ran.push([name, clock.now()]);
  clock.setTimer(20, note('second'));
  clock.setTimer(10, note('first'));
  clock.setTimer(20, note('third'));
  clock.advance(19);
  expect(ran).toEqual([['first', 10]]);
  clock.advance(1);
  expect(ran).toEqual([
    ['first', 10],
    ['second', 20],
    ['third', 20],
  ]);
});

test('a timer set by a timer runs in the same advance when it falls due', () => {
  const clock = new VirtualClock(0);
  const ran: number[] = [];
  clock.setTimer(10, () => clock.setTimer(10, () => ran.push(clock.now())));
  clock.advance(25);
  expect(ran).toEqual([20]);
  expect(clock.now()).toBe(25);
});

test('a cancelled timer never runs', () => {
  const clock = new VirtualClock(0);
  const ran: string[] = [];
  clock.setTimer(10, () => ran.push('cancelled')).cancel();
  expect(clock.nextDueMs()).toBeUndefined();
  clock.advance(100);
  expect(ran).toEqual([]);
});

test('a sleep ends when its signal aborts', async () => {
  const clock = new VirtualClock(0);
  const controller = new AbortController();
  const sleeping = sleep(clock, 1_000, controller.signal);
  controller.abort();
  await sleeping;
  expect(clock.nextDueMs()).toBeUndefined();
});

test('a sleep ends at its time', async () => {
  const clock = new VirtualClock(0);
  const sleeping = sleep(clock, 1_000);
  clock.advance(1_000);
  await sleeping;
  expect(clock.now()).toBe(1_000);
});

test('a timer that moves time on itself takes nothing back', () => {
  const clock = new VirtualClock(0);
  clock.setTimer(10, () => clock.advance(100));
  clock.advance(50);
  expect(clock.now()).toBe(110);
});
