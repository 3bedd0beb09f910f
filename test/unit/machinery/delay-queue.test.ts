import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../../src/lib/random.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { DelayQueue } from '../../../src/machinery/delay-queue.ts';

function setUp() {
  const clock = new VirtualClock(0);
  const fired: string[] = [];
  const queue = new DelayQueue(clock, (keys) => {
    for (const key of keys) fired.push(`${clock.now()} ${key}`);
  });
  return { clock, queue, fired };
}

describe('DelayQueue', () => {
  test('keys come out when they are due, earliest first', () => {
    const { clock, queue, fired } = setUp();
    queue.schedule('late', 300);
    queue.schedule('early', 100);
    clock.advance(1_000);
    expect(fired).toEqual(['100 early', '300 late']);
    expect(queue.size).toBe(0);
  });

  test('of several deadlines of a key the earliest wins', () => {
    const { clock, queue, fired } = setUp();
    queue.schedule('k', 500);
    queue.schedule('k', 100);
    queue.schedule('k', 900);
    clock.advance(1_000);
    expect(fired).toEqual(['100 k']);
  });

  test('a cancelled key does not come out', () => {
    const { clock, queue, fired } = setUp();
    queue.schedule('a', 100);
    queue.schedule('b', 200);
    queue.cancel('a');
    clock.advance(1_000);
    expect(fired).toEqual(['200 b']);
  });

  test('a key scheduled again after it was cancelled keeps the new deadline', () => {
    const { clock, queue, fired } = setUp();
    queue.schedule('a', 100);
    queue.cancel('a');
    queue.schedule('a', 700);
    clock.advance(1_000);
    expect(fired).toEqual(['700 a']);
  });

  test('clearing forgets every key', () => {
    const { clock, queue, fired } = setUp();
    queue.schedule('a', 100);
    queue.clear();
    clock.advance(1_000);
    expect(fired).toEqual([]);
    queue.schedule('b', 100);
    clock.advance(1_000);
    expect(fired).toEqual(['1100 b']);
  });

  test('a hundred thousand keys rescheduled many times come out in order, each once', () => {
    const { clock, queue, fired } = setUp();
    const random = seededRandom(7);
    const count = 100_000;
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < count; i++) {
        if (round > 0) queue.cancel(`k${i}`);
        queue.schedule(`k${i}`, 1 + random() * 60_000);
      }
    }
    expect(queue.size).toBe(count);
    clock.advance(120_000);
    const times = fired.map((line) => Number(line.split(' ')[0]));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(fired.map((line) => line.split(' ')[1])).size).toBe(count);
    expect(fired).toHaveLength(count);
  });
});
