import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  FairQueues,
  type FlowRefusedError,
  type Queuing,
  type Seat,
} from '../../../../src/apiserver/fairness/fair-queues.ts';
import { VirtualClock } from '../../../../src/lib/virtual-clock.ts';
import { settled } from '../../../support/settled.ts';

const MAX_WAIT_MS = 1_000;

/** Queues over so many seats, on a clock that the test moves. */
class Level {
  readonly clock = new VirtualClock();
  readonly capacity: number;
  inUse = 0;
  mostInUse = 0;
  readonly queues: FairQueues;

  constructor(capacity: number, queuing?: Partial<Queuing>) {
    this.capacity = capacity;
    this.queues = new FairQueues({
      clock: this.clock,
      maxWaitMs: MAX_WAIT_MS,
      take: (width) => {
        if (this.inUse + width > this.capacity) return false;
        this.inUse += width;
        this.mostInUse = Math.max(this.mostInUse, this.inUse);
        return true;
      },
      give: (width) => {
        this.inUse -= width;
        this.queues.dispatch();
      },
    });
    if (queuing) {
      this.queues.configure({ queues: 8, handSize: 2, queueLengthLimit: 1_000, ...queuing });
    }
  }

  /** Serves a request for `costMs`; resolves with how it ended. */
  async request(flow: string, costMs: number, width = 1, signal?: AbortSignal): Promise<string> {
    let seat: Seat;
    try {
      seat = await this.queues.enter({ flow, width, signal });
    } catch (thrown) {
      return (thrown as FlowRefusedError).refusal;
    }
    await new Promise<void>((resolve) => {
      this.clock.setTimer(costMs, resolve);
    });
    seat.leave();
    return 'served';
  }

  async pass(ms: number, stepMs = 1): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.clock.advance(stepMs);
      await settled();
    }
  }
}

describe('without queues', () => {
  test('what comes past the seats is refused at once, and let in again when others leave', async () => {
    const level = new Level(2);
    const outcomes = [1, 2, 3].map(() => level.request('a', 10));
    await settled();
    expect(await outcomes[2]).toBe('concurrency-limit');
    await level.pass(20, 5);
    expect(await Promise.all(outcomes)).toEqual(['served', 'served', 'concurrency-limit']);
    expect(level.inUse).toBe(0);
  });
});

describe('with queues', () => {
  test('a request waits for a seat, in the order of its flow', async () => {
    const level = new Level(1, { handSize: 1 });
    const order: number[] = [];
    const all = [0, 1, 2, 3].map(async (n) => {
      await level.request('a', 10);
      order.push(n);
    });
    await level.pass(60, 5);
    await Promise.all(all);
    expect(order).toEqual([0, 1, 2, 3]);
  });

  test('a queue that is full refuses, and only whoever comes to it', async () => {
    const level = new Level(1, { queues: 1, handSize: 1, queueLengthLimit: 2 });
    const outcomes = [1, 2, 3, 4].map(() => level.request('a', 10));
    await level.pass(60, 5);
    expect(await Promise.all(outcomes)).toEqual(['served', 'served', 'served', 'queue-full']);
  });

  test('a request that waits too long, or is given up, leaves its place to the others', async () => {
    const level = new Level(1, { queues: 1, handSize: 1 });
    const abort = new AbortController();
    const first = level.request('a', MAX_WAIT_MS + 50);
    const tired = level.request('a', 10);
    const given = level.request('a', 10, 1, abort.signal);
    await level.pass(10, 5);
    abort.abort();
    expect(await given).toBe('cancelled');
    await level.pass(500, 50);
    const last = level.request('a', 10);
    await level.pass(700, 50);
    expect([await first, await tired, await last]).toEqual(['served', 'time-out', 'served']);
    expect([level.inUse, level.queues.waiting]).toEqual([0, 0]);
  });

  test('an aborted request does not begin to wait', async () => {
    const level = new Level(1, {});
    const first = level.request('a', 10);
    expect(await level.request('a', 10, 1, AbortSignal.abort())).toBe('cancelled');
    await level.pass(20, 5);
    expect(await first).toBe('served');
  });

  test('a wide request gets its turn, although narrow ones keep coming', async () => {
    const level = new Level(4, {});
    let isServed = false;
    for (let i = 0; i < 4; i++) void level.request('narrow', 10);
    void level.request('wide', 10, 4).then(() => {
      isServed = true;
    });
    for (let i = 0; i < 30 && !isServed; i++) {
      void level.request('narrow', 10);
      void level.request('narrow', 10);
      await level.pass(10, 5);
    }
    expect(isServed).toBe(true);
  });

  test('who waits when the queues change goes on waiting, and is served', async () => {
    const level = new Level(1, { queues: 8 });
    const outcomes = Array.from({ length: 6 }, (_, i) => level.request(`flow-${i}`, 10));
    await level.pass(5, 5);
    level.queues.configure({ queues: 3, handSize: 1, queueLengthLimit: 10 });
    await level.pass(100, 5);
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['served']));
  });

  test('a seat that is given back twice counts once', async () => {
    const level = new Level(1, {});
    const seat = await level.queues.enter({ flow: 'a', width: 1 });
    seat.leave();
    seat.leave();
    expect(level.inUse).toBe(0);
  });
});

describe('fairness', () => {
  /** Keeps `concurrency` requests of a flow under way; counts those that are served. */
  function keepAsking(level: Level, flow: string, { concurrency = 1, costMs = 4 } = {}) {
    const served = { count: 0, ofMs: 0 };
    const ask = async (): Promise<void> => {
      for (;;) {
        const outcome = await level.request(flow, costMs);
        if (outcome !== 'served') return;
        served.count++;
        served.ofMs += costMs;
      }
    };
    for (let i = 0; i < concurrency; i++) void ask();
    return served;
  }

  test('a flow that asks for 50 times as much gets no more than one that waits as well', async () => {
    const level = new Level(2, { queues: 64, handSize: 4 });
    const noisy = keepAsking(level, 'noisy', { concurrency: 100 });
    const modest = keepAsking(level, 'modest', { concurrency: 2 });
    await level.pass(600, 4);
    expect(modest.count).toBeGreaterThan(noisy.count * 0.2);
  });

  test('requests that cost more are served less often, so that each flow has its share of the time', async () => {
    const level = new Level(1, { queues: 64, handSize: 1 });
    const quick = keepAsking(level, 'quick', { concurrency: 5, costMs: 2 });
    const slow = keepAsking(level, 'slow', { concurrency: 5, costMs: 20 });
    await level.pass(2_000, 2);
    expect(quick.count).toBeGreaterThan(slow.count * 4);
    expect(slow.ofMs / quick.ofMs).toBeLessThan(3);
    expect(quick.ofMs / slow.ofMs).toBeLessThan(3);
  });

  test('a flow that comes late waits for what is being served, and not for all who came before it', async () => {
    const level = new Level(1, { queues: 64, handSize: 1 });
    const before = Array.from({ length: 100 }, () => level.request('noisy', 10));
    await level.pass(20, 5);
    let waitedMs = 0;
    const late = level.request('late', 1).then((outcome) => {
      waitedMs = level.clock.now();
      return outcome;
    });
    const askedMs = level.clock.now();
    await level.pass(100, 5);
    expect(await late).toBe('served');
    expect(waitedMs - askedMs).toBeLessThanOrEqual(45);
    await level.pass(1_200, 5);
    expect(new Set(await Promise.all(before))).toEqual(new Set(['served', 'time-out']));
  });
});

test('under any schedule no more seats are taken than there are, and every request ends', async () => {
  const request = fc.record({
    afterMs: fc.nat(20),
    flow: fc.constantFrom('a', 'b', 'c', 'd'),
    width: fc.integer({ min: 1, max: 3 }),
    costMs: fc.integer({ min: 0, max: 40 }),
    isGivenUp: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(request, { maxLength: 40 }),
      fc.integer({ min: 3, max: 6 }),
      fc.boolean(),
      async (requests, capacity, queued) => {
        const queuing = { queues: 4, handSize: 2, queueLengthLimit: 5 };
        const level = new Level(capacity, queued ? queuing : undefined);
        const outcomes: Promise<string>[] = [];
        for (const { afterMs, costMs, flow, isGivenUp, width } of requests) {
          await level.pass(afterMs, 10);
          const abort = new AbortController();
          outcomes.push(level.request(flow, costMs, width, abort.signal));
          if (isGivenUp) level.clock.setTimer(5, () => abort.abort());
        }
        await level.pass(3_000, 50);
        const ends = await Promise.all(outcomes);
        expect(ends).toHaveLength(requests.length);
        expect(level.mostInUse).toBeLessThanOrEqual(capacity);
        expect([level.inUse, level.queues.waiting]).toEqual([0, 0]);
      },
    ),
    { numRuns: 40 },
  );
});
