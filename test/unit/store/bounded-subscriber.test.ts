import { describe, expect, test } from '@jest/globals';
import { BoundedSubscriber } from '../../../src/store/bounded-subscriber.ts';
import type { StoreEvent, StoreEventBatch } from '../../../src/store/store.ts';
import { keyOfConfigMap, newConfigMap } from '../../support/test-store.ts';

/** A batch that ends at `version` and has `count` events. */
function batch(version: number, count = 1): StoreEventBatch {
  const resourceVersion = String(version);
  const event: StoreEvent = {
    type: 'ADDED',
    key: keyOfConfigMap('n'),
    object: newConfigMap('n'),
    resourceVersion,
  };
  return { events: Array(count).fill(event), resourceVersion };
}

const subscriber = (maxBacklogEvents = 10) =>
  new BoundedSubscriber({ afterResourceVersion: '1', maxBacklogEvents });

describe('a bounded subscriber', () => {
  test('gives what was pushed before and after it was asked for, in order', async () => {
    const stream = subscriber();
    const asked = stream.next();
    stream.onBatch(batch(2));
    stream.onBatch(batch(3));
    expect(await asked).toEqual({ done: false, value: batch(2) });
    expect(await stream.next()).toEqual({ done: false, value: batch(3) });
    expect(stream.resumeFrom).toBe('3');
  });

  test('keeps one batch, however many without events come while nobody takes them', async () => {
    const stream = subscriber();
    stream.onBatch(batch(2));
    for (let version = 3; version < 1_000; version++) stream.onBatch(batch(version, 0));
    expect(await stream.next()).toEqual({
      done: false,
      value: { events: batch(2).events, resourceVersion: '999' },
    });
  });

  test('closes when more events wait than it may keep, and names the last version that was taken', async () => {
    const stream = subscriber(10);
    stream.onBatch(batch(2));
    await stream.next();
    stream.onBatch(batch(12, 10));
    stream.onBatch(batch(13, 1));
    stream.onBatch(batch(14, 1));
    await expect(stream.next()).rejects.toThrow(
      'fell 11 events behind; watch again from resourceVersion 2',
    );
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test('gives what it had before the stream was closed, then the reason', async () => {
    const stream = subscriber();
    stream.onBatch(batch(2));
    stream.onClose(new Error('stopped'));
    expect(await stream.next()).toEqual({ done: false, value: batch(2) });
    await expect(stream.next()).rejects.toThrow('stopped');
  });

  test('tells whoever waits that the stream was closed, or that the iteration ended', async () => {
    const closed = subscriber();
    const waiting = closed.next();
    closed.onClose(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    const ended = subscriber();
    const stillWaiting = ended.next();
    await ended.return();
    expect(await stillWaiting).toEqual({ done: true, value: undefined });
    ended.onBatch(batch(2));
    expect(await ended.next()).toEqual({ done: true, value: undefined });
  });
});
