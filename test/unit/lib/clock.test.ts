import { expect, test } from '@jest/globals';
import { sleep, systemClock, toRfc3339, toRfc3339Micro } from '../../../src/lib/clock.ts';

test('times are written as Kubernetes writes them', () => {
  const epochMs = Date.UTC(2026, 0, 31, 8, 0, 0, 123);
  expect(toRfc3339(epochMs)).toBe('2026-01-31T08:00:00Z');
  expect(toRfc3339Micro(epochMs)).toBe('2026-01-31T08:00:00.123000Z');
});

test('a timer of the system clock does not run before its time', async () => {
  const startMs = systemClock.now();
  await sleep(systemClock, 5);
  expect(systemClock.now() - startMs).toBeGreaterThanOrEqual(4);
});

test('a delay longer than Node can wait for does not fire at once', async () => {
  let fired = false;
  const timer = systemClock.setTimer(2 ** 40, () => {
    fired = true;
  });
  await sleep(systemClock, 5);
  timer.cancel();
  expect(fired).toBe(false);
});
