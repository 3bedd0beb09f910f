import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import type { SentBatch } from '../../../src/store/commit/batch-sender.ts';
import { CommitQueue } from '../../../src/store/commit/commit-queue.ts';
import { Committer } from '../../../src/store/commit/committer.ts';
import type { Transaction } from '../../../src/store/commit/transaction.ts';
import { PLAIN_CODEC } from '../../../src/store/encryption/object-codec.ts';
import { createWrite } from '../../support/test-store.ts';

const turnOfEventLoop = (): Promise<unknown> => new Promise(setImmediate);

/** A database that takes every batch, and a turn of the event loop for each. */
class FakeSender {
  readonly batches: string[][] = [];
  #version = 1;

  async send(transactions: readonly Transaction[]): Promise<SentBatch[]> {
    const writes = transactions.flatMap((transaction) => transaction.writes);
    this.batches.push(writes.map(({ key }) => key.name));
    const firstVersion = this.#version;
    this.#version += writes.length;
    await turnOfEventLoop();
    return [{ transactions, outcome: { firstVersion, rejected: new Map() } }];
  }

  giveUp(): void {
    // Nothing is tried again.
  }
}

interface Setup extends AsyncDisposable {
  readonly sender: FakeSender;
  write(name: string, lane: 'foreground' | 'background'): Promise<unknown>;
}

function setup(): Setup {
  const sender = new FakeSender();
  const committer = new Committer({
    queue: new CommitQueue({ maxBatchWrites: 100, maxBatchSize: 1_000_000 }),
    sender,
    onCommitted: () => undefined,
    codec: PLAIN_CODEC,
    logger: silentLogger,
    freeze: false,
    ioClock: systemClock,
    deadlineMs: 60_000,
    maxQueuedWrites: 1_000,
    maxQueuedSize: 1_000_000,
  });
  return {
    sender,
    write: (name, lane) => committer.commit([createWrite(name)], { lane }),
    [Symbol.asyncDispose]: () => committer.stop(),
  };
}

describe('background work', () => {
  test('goes alone when nobody else commits for some turns of the event loop', async () => {
    await using plane = setup();
    await plane.write('event', 'background');
    expect(plane.sender.batches).toEqual([['event']]);
  });

  test('lets foreground work of those turns go first, and goes with it', async () => {
    await using plane = setup();
    const event = plane.write('event', 'background');
    await turnOfEventLoop();
    await turnOfEventLoop();
    await Promise.all([event, plane.write('pod', 'foreground')]);
    expect(plane.sender.batches).toEqual([['pod', 'event']]);
  });

  test('has its share beside foreground work that never ends, and no batch of its own', async () => {
    await using plane = setup();
    const events = Array.from({ length: 10 }, (_, i) => plane.write(`event-${i}`, 'background'));
    let areWritten = false;
    const all = Promise.all(events).then(() => {
      areWritten = true;
    });
    for (let i = 0; !areWritten; i++) await plane.write(`pod-${i}`, 'foreground');
    await all;
    expect(plane.sender.batches.filter((names) => names.length !== 2)).toHaveLength(
      plane.sender.batches.length - events.length,
    );
    expect(plane.sender.batches.slice(0, 10)).toEqual(
      events.map((_, i) => [`pod-${i}`, `event-${i}`]),
    );
  });
});

test('what waits in the background is committed before a store stops', async () => {
  const plane = setup();
  const event = plane.write('event', 'background');
  await plane[Symbol.asyncDispose]();
  await event;
  expect(plane.sender.batches).toEqual([['event']]);
});
