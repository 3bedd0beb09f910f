import { expect, test } from '@jest/globals';
import { type Deferred, deferred } from '../../../src/lib/deferred.ts';
import { CoalescedRead } from '../../../src/store/coalesced-read.ts';
import { settled } from '../../support/settled.ts';

/** A read whose answers come when the test says so. */
function gatedRead() {
  const begun: Deferred<number>[] = [];
  const read = new CoalescedRead(() => {
    const gate = deferred<number>();
    begun.push(gate);
    return gate.promise;
  });
  return { begun, read };
}

test('callers of the same moment share one read', async () => {
  const { begun, read } = gatedRead();
  const answers = Promise.all([read.read(), read.read(), read.read()]);
  await settled();
  expect(begun).toHaveLength(1);
  begun[0]?.resolve(1);
  expect(await answers).toEqual([1, 1, 1]);
});

test('a caller never gets the answer of a read that began before it asked', async () => {
  const { begun, read } = gatedRead();
  const first = read.read();
  await settled();
  const later = Promise.all([read.read(), read.read()]);
  begun[0]?.resolve(1);
  expect(await first).toBe(1);
  await settled();
  expect(begun).toHaveLength(2);
  begun[1]?.resolve(2);
  expect(await later).toEqual([2, 2]);
});

test('a failure is for those who shared the read, and not for the next', async () => {
  const { begun, read } = gatedRead();
  const first = read.read();
  await settled();
  const second = read.read();
  begun[0]?.reject(new Error('away'));
  await expect(first).rejects.toThrow('away');
  await settled();
  begun[1]?.resolve(2);
  expect(await second).toBe(2);
});
