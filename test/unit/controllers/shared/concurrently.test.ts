import { expect, test } from '@jest/globals';
import { concurrently } from '../../../../src/controllers/shared/concurrently.ts';
import { deferred } from '../../../../src/lib/deferred.ts';
import { settled } from '../../../support/settled.ts';

test('work is done on all items, so many at a time, and its errors are gathered', async () => {
  const gates = Array.from({ length: 5 }, () => deferred());
  const started: number[] = [];
  const all = concurrently([0, 1, 2, 3, 4], 2, async (item) => {
    started.push(item);
    await gates[item]?.promise;
    if (item % 2 === 1) throw new Error(`item ${item}`);
  });
  await settled();
  expect(started).toEqual([0, 1]);
  gates[1]?.resolve();
  await settled();
  expect(started).toEqual([0, 1, 2]);
  for (const gate of gates) gate.resolve();
  expect((await all).map(({ message }) => message).sort()).toEqual(['item 1', 'item 3']);
  expect(started).toEqual([0, 1, 2, 3, 4]);
});

test('no items are no work', async () => {
  expect(await concurrently([], 10, () => Promise.reject(new Error('never')))).toEqual([]);
});
