import { describe, expect, test } from '@jest/globals';
import { type Deferred, deferred } from '../../../src/lib/deferred.ts';
import {
  done,
  type ReconcileResult,
  requeueAfter,
  terminal,
} from '../../../src/machinery/controller.ts';
import { advance, controllerQueue } from '../../support/controller-queue.ts';
import { settled } from '../../support/settled.ts';

describe('ControllerQueue', () => {
  test('keys added in one turn are enqueued in one bulk, each once', async () => {
    const { bulks, queue, runs } = await controllerQueue();
    for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key);
    await settled();
    expect(bulks).toEqual([['a', 'b', 'c']]);
    expect(runs).toEqual(['0 a', '0 b', '0 c']);
  });

  test('keys added while a bulk is on its way go in the next one', async () => {
    const gate = deferred();
    const { bulks, queue } = await controllerQueue({
      enqueue: async (keys, backend) => {
        await gate.promise;
        await backend.enqueue(keys);
      },
    });
    queue.add('a');
    await settled();
    queue.add('b');
    queue.add('c');
    await settled();
    expect(bulks).toEqual([['a']]);
    gate.resolve();
    await settled();
    expect(bulks).toEqual([['a'], ['b', 'c']]);
  });

  test('a key that waits is not enqueued again until it starts', async () => {
    const { backend, bulks, queue, runs } = await controllerQueue();
    await backend.close();
    queue.add('a');
    await settled();
    queue.add('a');
    await settled();
    expect(bulks).toEqual([['a']]);
    await backend.run();
    await settled();
    expect(runs).toEqual(['0 a']);
    queue.add('a');
    await settled();
    expect(bulks).toEqual([['a'], ['a']]);
    expect(runs).toEqual(['0 a', '0 a']);
  });

  test('an add that was left out is made up for when the key does not start here', async () => {
    // Another process took the key and died: here it looks as if it waited forever.
    const { bulks, clock, queue } = await controllerQueue({ enqueue: () => Promise.resolve() });
    queue.add('taken');
    queue.add('untouched');
    await settled();
    queue.add('taken');
    await advance(clock, 11_000);
    expect(bulks).toEqual([['taken', 'untouched'], ['taken']]);
    queue.add('untouched');
    await settled();
    expect(bulks.at(-1)).toEqual(['untouched']);
  });

  test('keys whose enqueue fails are enqueued again, with what came meanwhile', async () => {
    let failures = 2;
    const { bulks, clock, logger, queue, runs } = await controllerQueue({
      enqueue: async (keys, backend) => {
        if (failures-- > 0) throw new Error('database is away');
        await backend.enqueue(keys);
      },
    });
    queue.add('a');
    await settled();
    queue.add('b');
    await advance(clock, 1_000);
    expect(bulks.map((keys) => keys.join())).toEqual(['a', 'a,b', 'a,b']);
    expect(runs.map((run) => run.split(' ')[1])).toEqual(['a', 'b']);
    expect(logger.lines.filter(({ message }) => message.startsWith('enqueue failed'))).toHaveLength(
      2,
    );
  });

  test('a key added while it runs runs once more afterwards, in the same job', async () => {
    const gates: Deferred<void>[] = [];
    const { bulks, queue, runs } = await controllerQueue({
      reconcile: async () => {
        const gate = deferred();
        gates.push(gate);
        await gate.promise;
        return done;
      },
    });
    queue.add('a');
    await settled();
    queue.add('a');
    queue.add('a');
    await settled();
    expect(runs).toHaveLength(1);
    gates[0]?.resolve();
    await settled();
    gates[1]?.resolve();
    await settled();
    expect(runs).toEqual(['0 a', '0 a']);
    expect(bulks).toEqual([['a']]);
  });

  test('a key that is always touched lets others have their turn', async () => {
    const { bulks, queue, runs } = await controllerQueue({
      reconcile: async (key, run) => {
        if (run < 30) queue.add(key);
        return done;
      },
    });
    queue.add('hot');
    await settled();
    expect(runs).toHaveLength(30);
    expect(bulks.length).toBeGreaterThan(2);
  });

  test('a job handed out twice runs its key once at a time and ends with it', async () => {
    const gate = deferred();
    const { queue, runs } = await controllerQueue();
    const { signal } = new AbortController();
    let atOnce = 0;
    let most = 0;
    const reconcile = async (): Promise<ReconcileResult> => {
      runs.push('run');
      most = Math.max(most, ++atOnce);
      await gate.promise;
      atOnce--;
      return done;
    };
    const first = queue.process('a', reconcile, signal);
    let secondEnded = false;
    const second = queue.process('a', reconcile, signal).then(() => {
      secondEnded = true;
    });
    await settled();
    expect(secondEnded).toBe(false);
    gate.resolve();
    await Promise.all([first, second]);
    expect(most).toBe(1);
    expect(runs).toEqual(['run', 'run']);
  });

  test('failures back off from 5 ms, doubling, and success resets them', async () => {
    let failures = 4;
    const { clock, queue, runs } = await controllerQueue({
      reconcile: () => {
        if (failures-- > 0) throw new Error('not yet');
        return done;
      },
    });
    queue.add('a');
    await settled();
    await advance(clock, 10_000);
    expect(runs).toEqual(['0 a', '5 a', '15 a', '35 a', '75 a']);
    runs.length = 0;
    failures = 1;
    queue.add('a');
    await advance(clock, 10_000);
    expect(runs).toEqual(['10000 a', '10005 a']);
  });

  test('the backoff of a failing key ends at 1000 s', async () => {
    const { clock, queue, runs } = await controllerQueue({
      reconcile: () => {
        throw new Error('never');
      },
    });
    queue.add('a');
    await settled();
    await advance(clock, 10_000_000);
    const times = runs.map((run) => Number(run.split(' ')[0]));
    expect((times.at(-1) ?? 0) - (times.at(-2) ?? 0)).toBe(1_000_000);
  });

  test('the backoff of a failing key is that of its controller where it has one', async () => {
    const reconcile = () => Promise.reject(new Error('not yet'));
    const failureBackoff = { baseMs: 1_000, maxMs: 3_000 };
    const { clock, queue, runs } = await controllerQueue({ failureBackoff, reconcile });
    queue.add('a');
    await advance(clock, 10_000);
    expect(runs).toEqual(['0 a', '1000 a', '3000 a', '6000 a', '9000 a']);
  });

  test('a failing key does not slow another', async () => {
    const { clock, queue, runs } = await controllerQueue({
      reconcile: (key) => {
        if (key === 'bad') throw new Error('never');
        return done;
      },
    });
    queue.add('bad');
    queue.add('good');
    await advance(clock, 100);
    expect(runs.filter((run) => run.endsWith('good'))).toEqual(['0 good']);
  });

  test('a terminal error is logged and not tried again before the next change', async () => {
    const { clock, logger, queue, runs } = await controllerQueue({
      reconcile: () => {
        throw terminal('the selector is invalid');
      },
    });
    queue.add('a');
    await settled();
    await advance(clock, 1_000_000);
    expect(runs).toEqual(['0 a']);
    expect(logger.lines).toEqual([
      expect.objectContaining({
        level: 'error',
        fields: expect.objectContaining({
          controller: 'test',
          key: 'a',
          reconcileId: expect.any(String),
        }),
      }),
    ]);
    queue.add('a');
    await settled();
    expect(runs).toHaveLength(2);
  });

  test('requeueAfter runs the key again on the clock', async () => {
    const { clock, queue, runs } = await controllerQueue({
      reconcile: (_key, run) => (run === 1 ? requeueAfter(60_000) : done),
    });
    queue.add('a');
    await settled();
    await advance(clock, 59_999);
    expect(runs).toEqual(['0 a']);
    await advance(clock, 1);
    expect(runs).toEqual(['0 a', '60000 a']);
  });

  test('the next run replaces the deadline that the last one gave', async () => {
    const { clock, queue, runs } = await controllerQueue({
      reconcile: (_key, run) => (run === 1 ? requeueAfter(1_000) : done),
    });
    queue.add('a');
    await settled();
    await advance(clock, 500);
    queue.add('a');
    await settled();
    await advance(clock, 10_000);
    expect(runs).toEqual(['0 a', '500 a']);
  });

  test('a deadline from addAfter outlives a run that knows nothing of it, and the earliest wins', async () => {
    const { clock, queue, runs } = await controllerQueue();
    queue.addAfter('a', 900);
    queue.addAfter('a', 700);
    queue.add('a');
    await settled();
    await advance(clock, 10_000);
    expect(runs).toEqual(['0 a', '700 a']);
  });

  test('with a minimal interval a burst is one run at once and one at its end', async () => {
    const { clock, queue, runs } = await controllerQueue({ minIntervalMs: 100 });
    for (let i = 0; i < 10; i++) {
      queue.add('a');
      await advance(clock, 9);
    }
    await advance(clock, 1_000);
    expect(runs).toEqual(['0 a', '100 a']);
    queue.add('a');
    await settled();
    expect(runs.at(-1)).toBe('1090 a');
  });

  test('tells since when the oldest key waits or runs, and nothing once all is done', async () => {
    const gate = deferred<void>();
    const { clock, queue } = await controllerQueue({
      reconcile: () => gate.promise.then(() => done),
    });
    const startMs = clock.now();
    expect(queue.oldestWorkMs()).toBeUndefined();
    queue.add('a');
    clock.advance(1_000);
    queue.add('b');
    expect(queue.oldestWorkMs()).toBe(startMs);
    await settled();
    expect(queue.oldestWorkMs()).toBe(startMs);
    gate.resolve();
    await settled();
    expect(queue.oldestWorkMs()).toBeUndefined();
  });

  test('a stopped queue takes nothing and forgets what waited', async () => {
    const { clock, queue, runs } = await controllerQueue();
    queue.addAfter('a', 100);
    queue.stop();
    queue.add('b');
    await settled();
    await advance(clock, 1_000);
    expect(runs).toEqual([]);
  });
});
