import { expect, test } from '@jest/globals';
import { deferred } from '../../../src/lib/deferred.ts';
import { Gate } from '../../../src/lib/gate.ts';
import { settled } from '../../support/settled.ts';

test('no more are inside at once than the limit, in the order in which they came, and failures leave as well', async () => {
  const gate = new Gate(2);
  const begun: number[] = [];
  const ends = Array.from({ length: 5 }, () => deferred<void>());
  const runs = ends.map((end, n) =>
    gate.run(async () => {
      begun.push(n);
      await end.promise;
      if (n === 1) throw new Error('one');
      return n;
    }),
  );
  const outcomes = Promise.allSettled(runs);
  await settled();
  expect(begun).toEqual([0, 1]);
  ends[1]?.resolve();
  await settled();
  expect(begun).toEqual([0, 1, 2]);
  for (const end of ends) end.resolve();
  expect((await outcomes).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
  expect(await gate.run(async () => 'again')).toBe('again');
});
