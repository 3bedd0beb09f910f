import { describe, expect, test } from '@jest/globals';
import { deferred } from '../../../src/lib/deferred.ts';
import { done, requeueAfter } from '../../../src/machinery/controller.ts';
import { advance, controllerQueue } from '../../support/controller-queue.ts';
import { settled } from '../../support/settled.ts';

describe('ControllerQueue beside the server of its queue', () => {
  test('what a run asks for is kept outside as well when the queue is shared, a little later and before its job ends', async () => {
    const later: string[] = [];
    const { queue } = await controllerQueue({
      reconcile: (key) => {
        if (key === 'bad') throw new Error('not yet');
        return requeueAfter(60_000);
      },
      enqueueLater: async (key, delayMs) => void later.push(`${key} ${delayMs}`),
    });
    queue.add('good');
    queue.add('bad');
    await settled();
    expect(later.sort()).toEqual(['bad 1005', 'good 61000']);
  });

  test('a deadline that cannot be kept outside is kept in memory', async () => {
    const { clock, logger, queue, runs } = await controllerQueue({
      reconcile: (_key, run) => (run === 1 ? requeueAfter(1_000) : done),
      enqueueLater: () => Promise.reject(new Error('the server is away')),
    });
    queue.add('a');
    await settled();
    await advance(clock, 1_000);
    expect(runs).toEqual(['0 a', '1000 a']);
    expect(logger.lines).toContainEqual(expect.objectContaining({ level: 'warn' }));
  });

  test('keys that a restarted server may have forgotten are enqueued again', async () => {
    const { bulks, queue } = await controllerQueue({ enqueue: () => Promise.resolve() });
    queue.add('a');
    queue.add('b');
    await settled();
    queue.recover();
    await settled();
    expect(bulks).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  test('a key that is touched while it runs goes through the queue again once the queue was lost', async () => {
    const gate = deferred<void>();
    const { bulks, queue, runs } = await controllerQueue({
      reconcile: () => gate.promise.then(() => done),
    });
    queue.add('a');
    await settled();
    queue.add('a');
    queue.noteLoss();
    gate.resolve();
    await settled();
    expect(runs).toEqual(['0 a', '0 a']);
    expect(bulks).toEqual([['a'], ['a']]);
  });

  test('keys that found the server away are enqueued as soon as it is back', async () => {
    let isAway = true;
    const { bulks, clock, queue } = await controllerQueue({
      enqueue: () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve()),
    });
    queue.add('a');
    await advance(clock, 20_000);
    isAway = false;
    const tries = bulks.length;
    queue.recover();
    await settled();
    expect(bulks.slice(tries)).toEqual([['a']]);
  });
});
