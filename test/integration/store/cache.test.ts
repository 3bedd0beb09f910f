import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import { BoundedSubscriber, CAUSE_RESUME_FROM } from '../../../src/store/bounded-subscriber.ts';
import type {
  ObjectStore,
  ResourceCache,
  StoreEventBatch,
  Subscriber,
} from '../../../src/store/store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import {
  CONFIG_MAPS,
  commitOne,
  createWrite,
  deleteWrite,
  freshCache,
  keyOfConfigMap,
  newConfigMap,
  startTestStore,
  type TestStore,
  updateWrite,
  versionOf,
} from '../../support/test-store.ts';
import { WatchRecorder } from '../../support/watch-recorder.ts';

let database: TestDatabase;
let running: TestStore;
let store: ObjectStore;
let cache: ResourceCache;
const logger = new RecordingLogger();

beforeAll(async () => {
  database = await createTestDatabase();
  running = await startTestStore({ url: database.url, logger, progressIntervalMs: 20 });
  store = running.store;
  cache = await store.cache(CONFIG_MAPS);
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** A subscriber that collects its batches, and can be told what to do on each. */
function collector(onBatch: (batch: StoreEventBatch) => void = () => undefined) {
  const batches: StoreEventBatch[] = [];
  const closedWith: Error[] = [];
  const subscriber: Subscriber = {
    onBatch: (batch) => {
      batches.push(batch);
      onBatch(batch);
    },
    onClose: (error) => closedWith.push(error),
  };
  return { batches, closedWith, subscriber };
}

const fromNow = () => cache.resourceVersion;
const eventNames = (batches: readonly StoreEventBatch[]): string[] =>
  batches.flatMap(({ events }) => events.map(({ key }) => key.name));

describe('a list', () => {
  test('is ordered by namespace, then name, by code units', async () => {
    const places = [
      ['order-b', 'z'],
      ['order-a', 'b'],
      ['order-a', 'B'],
      ['order-a', 'a-1'],
      ['order-a', 'a.1'],
      ['order-b', 'a'],
    ];
    for (const [namespace, name = ''] of places) {
      await commitOne(store, createWrite(name, {}, namespace));
    }
    const names = (namespace: string): (string | undefined)[] =>
      cache.list(namespace).items.map(({ metadata }) => metadata.name);
    expect(names('order-a')).toEqual(['B', 'a-1', 'a.1', 'b']);
    expect(names('order-b')).toEqual(['a', 'z']);
    const all = cache.list().items.map(({ metadata }) => metadata.namespace);
    expect(all).toEqual([...all].sort());
    expect(cache.list('nowhere').items).toEqual([]);
  });

  test('is a snapshot: later writes change neither its objects nor its length', async () => {
    const kept = await commitOne(store, createWrite('kept', {}, 'snapshot'));
    const before = cache.list('snapshot');
    await commitOne(store, updateWrite(kept, { n: '1' }));
    await commitOne(store, createWrite('added', {}, 'snapshot'));
    expect(before.items).toEqual([kept]);
    expect(cache.list('snapshot').items).toHaveLength(2);
    expect(Number(before.resourceVersion)).toBe(versionOf(kept));
  });

  test('shares its objects with every other reader, and they cannot be changed', async () => {
    const object = await commitOne(store, createWrite('shared', { n: '1' }, 'sharing'));
    expect(cache.list('sharing').items[0]).toBe(object);
    expect(cache.get('sharing', 'shared')).toBe(object);
    expect(() => {
      (object.data as Record<string, string>).n = '2';
    }).toThrow(TypeError);
  });

  test('then watch from it misses nothing and repeats nothing while others write', async () => {
    const writing = Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        commitOne(store, createWrite(`ltw-${i}`, {}, 'list-then-watch')),
      ),
    );
    await using other = await startTestStore({ url: database.url });
    const lists = [];
    for (let i = 0; i < 5; i++) {
      const late = await freshCache(other.store);
      const { items, resourceVersion } = late.list('list-then-watch');
      const { batches, subscriber } = collector();
      await late.subscribe({ afterResourceVersion: resourceVersion, subscriber });
      lists.push({ items, batches });
    }
    await writing;
    const expected = Array.from({ length: 200 }, (_, i) => `ltw-${i}`).sort();
    for (const { items, batches } of lists) {
      const listed = items.map(({ metadata }) => metadata.name ?? '');
      await eventually(
        () => [...listed, ...eventNames(batches)].sort(),
        (names) => expect(names).toEqual(expected),
      );
    }
  });
});

describe('a subscription', () => {
  test('gets a group commit as one batch that all subscribers share', async () => {
    const one = collector();
    const two = collector();
    for (const { subscriber } of [one, two]) {
      await cache.subscribe({ afterResourceVersion: fromNow(), subscriber });
    }
    const objects = await store.commit(
      ['x', 'y'].map((name) => createWrite(name, {}, 'one-batch')),
    );
    const batch = one.batches.find(({ events }) => events.length > 0);
    expect(batch?.events.map(({ object }) => object)).toEqual(objects);
    expect(batch?.resourceVersion).toBe(objects[1]?.metadata.resourceVersion);
    expect(two.batches.find(({ events }) => events.length > 0)?.events).toBe(batch?.events);
  });

  test('tells what an event replaced, and the last state with the version of its deletion', async () => {
    const { batches, subscriber } = collector();
    await cache.subscribe({ afterResourceVersion: fromNow(), subscriber });
    const first = await commitOne(store, createWrite('told'));
    const second = await commitOne(store, updateWrite(first, { n: '2' }));
    const deleted = await commitOne(store, deleteWrite(second));
    expect(batches.flatMap(({ events }) => events)).toMatchObject([
      { type: 'ADDED', object: first, resourceVersion: first.metadata.resourceVersion },
      { type: 'MODIFIED', object: second, previous: first },
      { type: 'DELETED', object: deleted, previous: second },
    ]);
    expect(deleted).toMatchObject({ data: { n: '2' } });
    expect(versionOf(deleted)).toBe(versionOf(second) + 1);
  });

  test('hears nothing more once it is stopped, not even the rest of what is being delivered', async () => {
    const one = collector(() => stopAll());
    const two = collector(() => stopAll());
    const subscriptions = await Promise.all(
      [one, two].map(({ subscriber }) =>
        cache.subscribe({ afterResourceVersion: fromNow(), subscriber }),
      ),
    );
    const stopAll = (): void => {
      for (const subscription of subscriptions) subscription.stop();
    };
    await commitOne(store, createWrite('stopping'));
    await commitOne(store, createWrite('stopped'));
    expect(eventNames([...one.batches, ...two.batches])).toEqual(['stopping']);
    expect([...one.closedWith, ...two.closedWith]).toEqual([]);
  });

  test('ends with its signal', async () => {
    const controller = new AbortController();
    const { batches, subscriber } = collector();
    const { signal } = controller;
    await cache.subscribe({ afterResourceVersion: fromNow(), subscriber, signal });
    controller.abort();
    await commitOne(store, createWrite('after-abort'));
    expect(eventNames(batches)).toEqual([]);
    await expect(
      cache.subscribe({ afterResourceVersion: fromNow(), subscriber, signal }),
    ).rejects.toThrow();
  });

  test('that throws is closed and logged, and the others get everything', async () => {
    const broken = collector(({ events }) => {
      if (events.length > 0) throw new Error('no room');
    });
    const healthy = collector();
    for (const { subscriber } of [broken, healthy]) {
      await cache.subscribe({ afterResourceVersion: fromNow(), subscriber });
    }
    await commitOne(store, createWrite('breaks'));
    await commitOne(store, createWrite('goes-on'));
    expect(eventNames(broken.batches)).toEqual(['breaks']);
    expect(broken.closedWith).toMatchObject([{ message: 'no room' }]);
    expect(eventNames(healthy.batches)).toEqual(['breaks', 'goes-on']);
    expect(logger.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'a subscriber failed and is closed' }),
    );
  });

  test('made while a batch is delivered gets that batch once', async () => {
    const before = fromNow();
    const late = collector();
    let subscribed: Promise<unknown> | undefined;
    const early = collector(({ events }) => {
      if (events.length > 0) {
        subscribed ??= cache.subscribe({
          afterResourceVersion: before,
          subscriber: late.subscriber,
        });
      }
    });
    await cache.subscribe({ afterResourceVersion: before, subscriber: early.subscriber });
    await commitOne(store, createWrite('while-delivering'));
    await subscribed;
    expect(eventNames(late.batches)).toEqual(['while-delivering']);
  });

  test('of a quiet resource hears how far the log is, for its bookmarks', async () => {
    const secrets = await store.cache({ group: '', resource: 'secrets' });
    const { batches, subscriber } = collector();
    await secrets.subscribe({ afterResourceVersion: secrets.resourceVersion, subscriber });
    const object = await commitOne(store, createWrite('elsewhere'));
    await eventually(
      () => batches[batches.length - 1],
      (batch) =>
        expect(batch).toEqual({ events: [], resourceVersion: object.metadata.resourceVersion }),
    );
    expect(secrets.size).toBe(0);
    expect(secrets.resourceVersion).toBe(object.metadata.resourceVersion);
  });

  test('that starts in the future waits for that version, and fails with Timeout when it does not come', async () => {
    const { batches, subscriber } = collector();
    const next = Number(await store.currentResourceVersion()) + 2;
    const subscribing = cache.subscribe({ afterResourceVersion: String(next), subscriber });
    for (const name of ['future-1', 'future-2', 'future-3']) {
      await commitOne(store, createWrite(name));
    }
    await subscribing;
    await eventually(
      () => eventNames(batches),
      (names) => expect(names).toEqual(['future-3']),
    );
    await expect(cache.waitFor('999999999', { timeoutMs: 20 })).rejects.toMatchObject({
      reason: 'Timeout',
      code: 504,
    });
    expect(Number(cache.resourceVersion)).toBeLessThan(999_999_999);
  });

  test('from something that is no version is a BadRequest', async () => {
    for (const afterResourceVersion of ['', 'abc', '-1', '1.5', '99999999999999999999']) {
      await expect(
        cache.subscribe({ afterResourceVersion, subscriber: collector().subscriber }),
      ).rejects.toMatchObject({ reason: 'BadRequest' });
    }
  });
});

describe('a slow watcher', () => {
  test('is closed with the version to resume from, and resuming there it has missed nothing', async () => {
    const afterResourceVersion = fromNow();
    const slow = new BoundedSubscriber({ afterResourceVersion, maxBacklogEvents: 10 });
    await cache.subscribe({ afterResourceVersion, subscriber: slow });
    await store.commit([createWrite('slow-0', {}, 'slow')]);
    const taken = (await slow.next()).value as StoreEventBatch;
    for (let i = 1; i <= 20; i++) await commitOne(store, createWrite(`slow-${i}`, {}, 'slow'));
    const { resourceVersion } = taken;
    await expect(slow.next()).rejects.toMatchObject({
      reason: 'TooManyRequests',
      message: expect.stringContaining(`watch again from resourceVersion ${resourceVersion}`),
      details: { causes: [{ reason: CAUSE_RESUME_FROM, message: resourceVersion }] },
    });
    expect(slow.resumeFrom).toBe(resourceVersion);
    expect(await slow.next()).toEqual({ done: true, value: undefined });
    const resumed = new WatchRecorder('resumed', slow.resumeFrom);
    await resumed.connect(cache);
    expect(resumed.eventCount).toBe(20);
    resumed.disconnect();
  });
});

describe('a cache', () => {
  test('that is loaded while others write has every write once', async () => {
    await using other = await startTestStore({ url: database.url });
    const writing = Promise.all(
      Array.from({ length: 300 }, (_, i) =>
        commitOne(store, createWrite(`load-${i}`, {}, 'loading')),
      ),
    );
    const loaded = await other.store.cache(CONFIG_MAPS);
    await writing;
    await loaded.waitFor(await store.currentResourceVersion());
    expect(loaded.list('loading').items).toEqual(cache.list('loading').items);
  });

  test('is one for each resource, however many ask for it at once', async () => {
    const resource = { group: 'apps', resource: 'deployments' };
    const [one, two] = await Promise.all([store.cache(resource), store.cache({ ...resource })]);
    expect(one).toBe(two);
  });

  test('never decodes resources that nobody asked for', async () => {
    await using other = await startTestStore({ url: database.url });
    const secrets = await other.store.cache({ group: '', resource: 'secrets' });
    const object = await commitOne(store, createWrite('unseen'));
    await secrets.waitFor(object.metadata.resourceVersion ?? '');
    expect(secrets.size).toBe(0);
    expect((await other.store.cache(CONFIG_MAPS)).get('default', 'unseen')).toEqual(object);
  });

  test('gives the object that was committed, not a copy of it', async () => {
    const mine = newConfigMap('identity', { n: '1' });
    const [stored] = await store.commit([
      { type: 'create', key: keyOfConfigMap('identity'), object: mine },
    ]);
    const cached = cache.get('default', 'identity') as ApiObject & { data: object };
    expect(cached).toBe(stored);
    expect(cached.data).toBe(mine.data);
  });
});

test('stopping the store ends every subscription with ServiceUnavailable, and later calls say so', async () => {
  const stopping = await startTestStore({ url: database.url });
  const watched = await stopping.store.cache(CONFIG_MAPS);
  const { closedWith, subscriber } = collector();
  await watched.subscribe({ afterResourceVersion: watched.resourceVersion, subscriber });
  const lastWrite = stopping.store.commit([createWrite('last-words')]);
  await stopping.store.stop();
  await expect(lastWrite).resolves.toHaveLength(1);
  expect(closedWith).toMatchObject([{ reason: 'ServiceUnavailable' }]);
  await expect(stopping.store.commit([createWrite('too-late')])).rejects.toMatchObject({
    reason: 'ServiceUnavailable',
  });
});

test('virtual time moves no deadline: a store on a clock that stands still commits, reads and follows', async () => {
  await using writing = await startTestStore({ url: database.url, clock: new VirtualClock() });
  const object = await commitOne(writing.store, createWrite('timeless'));
  await cache.waitFor(object.metadata.resourceVersion ?? '');
  expect(cache.get('default', 'timeless')).toEqual(object);
});
