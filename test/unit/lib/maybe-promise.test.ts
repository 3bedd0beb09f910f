import { expect, test } from '@jest/globals';
import { andThen, eachInTurn } from '../../../src/lib/maybe-promise.ts';

test('what is there is passed on at once', () => {
  expect(andThen(1, (value) => value + 1)).toBe(2);
});

test('what is promised is passed on when it comes', async () => {
  const result = andThen(Promise.resolve(1), (value) => value + 1);
  expect(result).toBeInstanceOf(Promise);
  await expect(result).resolves.toBe(2);
});

test('items are worked on synchronously while nothing has to be waited for', () => {
  const done: number[] = [];
  expect(eachInTurn([1, 2, 3], (item) => void done.push(item))).toBeUndefined();
  expect(done).toEqual([1, 2, 3]);
});

test('an item waits until the one before it is done', async () => {
  const log: string[] = [];
  await eachInTurn(['a', 'b', 'c'], async (item) => {
    log.push(`${item} begins`);
    await Promise.resolve();
    log.push(`${item} ends`);
  });
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('after a failure no further item is worked on', async () => {
  const done: number[] = [];
  const work = async (item: number): Promise<void> => {
    if (item === 2) throw new Error('two');
    done.push(item);
  };
  await expect(eachInTurn([1, 2, 3], work)).rejects.toThrow('two');
  expect(done).toEqual([1]);
});
