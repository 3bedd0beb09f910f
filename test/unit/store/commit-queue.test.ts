import { describe, expect, test } from '@jest/globals';
import { CommitQueue } from '../../../src/store/commit/commit-queue.ts';
import { createTransaction, type Transaction } from '../../../src/store/commit/transaction.ts';
import { PLAIN_CODEC } from '../../../src/store/encryption/object-codec.ts';
import type { CommitOptions } from '../../../src/store/store.ts';
import { createWrite } from '../../support/test-store.ts';

const queueOf = (maxBatchWrites = 100, maxBatchSize = 1_000_000): CommitQueue =>
  new CommitQueue({ maxBatchWrites, maxBatchSize });

function transaction(names: string, lane: CommitOptions['lane'] = 'foreground'): Transaction {
  const writes = names.split(' ').map((name) => createWrite(name));
  return createTransaction(writes, { lane, deadlineMs: 0, codec: PLAIN_CODEC });
}

const named = ({ writes }: Transaction): string => writes.map(({ key }) => key.name).join(' ');
const takeNames = (queue: CommitQueue): string[] => queue.takeBatch().map(named);

function fill(queue: CommitQueue, transactions: readonly string[], lane?: CommitOptions['lane']) {
  for (const names of transactions) queue.add(transaction(names, lane));
}

describe('a batch', () => {
  test('takes what waits, first come, first served', () => {
    const queue = queueOf();
    fill(queue, ['a', 'b c', 'd']);
    expect(takeNames(queue)).toEqual(['a', 'b c', 'd']);
    expect(queue.isEmpty).toBe(true);
    expect(takeNames(queue)).toEqual([]);
  });

  test('ends before the transaction that would make it too long or too large', () => {
    const queue = queueOf(3);
    fill(queue, ['a', 'b', 'c d', 'e']);
    expect(takeNames(queue)).toEqual(['a', 'b']);
    expect(takeNames(queue)).toEqual(['c d', 'e']);
    const small = queueOf(100, 3 * transaction('a').size);
    fill(small, ['a', 'b', 'c', 'd']);
    expect(takeNames(small)).toEqual(['a', 'b', 'c']);
  });

  test('may be one transaction that is larger than any batch', () => {
    const queue = queueOf(2);
    fill(queue, ['a b c d', 'e']);
    expect(takeNames(queue)).toEqual(['a b c d']);
    expect(takeNames(queue)).toEqual(['e']);
  });

  test('never has two transactions on one object, and keeps their order', () => {
    const queue = queueOf();
    fill(queue, ['a', 'a b', 'b', 'c']);
    expect(takeNames(queue)).toEqual(['a', 'c']);
    expect(takeNames(queue)).toEqual(['a b']);
    expect(takeNames(queue)).toEqual(['b']);
  });
});

describe('the lanes', () => {
  const numbered = (prefix: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${prefix}${i}`);

  test('let background writes wait while foreground writes fill the batches, except for their share', () => {
    const queue = queueOf(20);
    fill(queue, numbered('background-', 10), 'background');
    fill(queue, numbered('foreground-', 40));
    const batch = takeNames(queue);
    expect(batch.slice(0, 18)).toEqual(numbered('foreground-', 18));
    expect(batch.slice(18)).toEqual(['background-0', 'background-1']);
  });

  test('give background writes their share beside few foreground writes, and all the room when there are none', () => {
    const queue = queueOf(20);
    fill(queue, numbered('background-', 30), 'background');
    fill(queue, numbered('foreground-', 12));
    const beside = takeNames(queue);
    expect(beside.filter((name) => name.startsWith('foreground'))).toHaveLength(12);
    expect(beside.slice(12)).toEqual(['background-0', 'background-1']);
    expect(takeNames(queue)).toHaveLength(20);
  });

  test('never starve a background transaction that is larger than its share', () => {
    const queue = queueOf(20);
    fill(queue, [numbered('b', 15).join(' ')], 'background');
    const batches: string[][] = [];
    for (let i = 0; i < 6; i++) {
      fill(queue, numbered(`foreground-${i}-`, 20));
      batches.push(takeNames(queue));
    }
    expect(batches.findIndex(([first]) => first?.startsWith('b0 '))).toBeGreaterThan(0);
  });
});

describe('the books', () => {
  test('count the writes and their size, also after a batch was taken or a transaction removed', () => {
    const queue = queueOf(2);
    fill(queue, ['a', 'b', 'c d e']);
    expect(queue.writes).toBe(5);
    queue.takeBatch();
    expect(queue.writes).toBe(3);
    expect(queue.size).toBe(transaction('c d e').size);
    expect(queue.remove(() => true).map(named)).toEqual(['c d e']);
    expect([queue.writes, queue.size, queue.isEmpty]).toEqual([0, 0, true]);
  });
});
