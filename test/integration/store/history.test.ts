import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { seededRandom } from '../../../src/lib/random.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import type { ObjectStore, StoreEvent } from '../../../src/store/store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { testSeed } from '../../support/test-seed.ts';
import {
  CONFIG_MAPS,
  type ConfigMap,
  commitOne,
  createWrite,
  deleteWrite,
  freshCache,
  keyOfConfigMap,
  startTestStore,
  type TestStore,
  updateWrite,
} from '../../support/test-store.ts';
import { WatchRecorder } from '../../support/watch-recorder.ts';

const HOUR_MS = 3_600_000;
const seed = testSeed();

let database: TestDatabase;
let admin: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
});

afterAll(async () => {
  await admin.end();
  await database[Symbol.asyncDispose]();
});

/** A store on a logical cluster of its own, with partitions of 20 revisions and a clock that the test moves. */
async function startHistory(cluster: string, options: object = {}) {
  await admin.query('insert into clusters (name, partition_size) values ($1, 20)', [cluster]);
  const clock = new VirtualClock();
  const running: TestStore = await startTestStore({
    url: database.url,
    cluster,
    clock,
    retentionMs: HOUR_MS,
    compactionIntervalMs: 24 * HOUR_MS,
    maxRecentEvents: 10,
    ...options,
  });
  return { clock, store: running.store, [Symbol.asyncDispose]: () => running.store.stop() };
}

/** What the resource looked like after each version, kept beside the store by the simplest means. */
type Model = Map<number, Map<string, ConfigMap>>;

/** Commits `count` random writes, one second apart, and returns the resource as it was after each. */
async function writeRandomly(
  { store, clock }: { store: ObjectStore; clock: VirtualClock },
  count: number,
): Promise<Model> {
  const random = seededRandom(seed);
  const model: Model = new Map([[0, new Map()]]);
  let state = new Map<string, ConfigMap>();
  for (let version = 1; version <= count; version++) {
    clock.advance(1_000);
    const namespace = random() < 0.5 ? 'a' : 'b';
    const name = `n-${Math.floor(random() * 12)}`;
    const id = `${namespace}/${name}`;
    const current = state.get(id);
    state = new Map(state);
    const data = { version: String(version) };
    if (!current) state.set(id, await commitOne(store, createWrite(name, data, namespace)));
    else if (random() < 0.25) {
      await store.commit([deleteWrite(current)]);
      state.delete(id);
    } else state.set(id, await commitOne(store, updateWrite(current, data)));
    model.set(version, state);
  }
  return model;
}

function sorted(state: Map<string, ConfigMap>, namespace?: string): ConfigMap[] {
  return [...state]
    .filter(([id]) => namespace === undefined || id.startsWith(`${namespace}/`))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, object]) => object);
}

/** Every read at every version from `oldest` on gives what the model says. */
async function expectPast(store: ObjectStore, model: Model, oldest: number): Promise<void> {
  for (const [version, state] of model) {
    if (version < oldest) continue;
    const at = { resourceVersion: String(version) };
    const list = await store.listAt(CONFIG_MAPS, at);
    expect(list).toEqual({ resourceVersion: String(version), items: sorted(state) });
    const probe = `n-${version % 12}`;
    expect(await store.getAt(keyOfConfigMap(probe, 'a'), at)).toEqual(state.get(`a/${probe}`));
  }
}

test('every read at every retained version gives the objects as they were, before and after compaction', async () => {
  await using world = await startHistory('every-version');
  const { store, clock } = world;
  const model = await writeRandomly(world, 150);
  await expectPast(store, model, 0);

  clock.advance(HOUR_MS - 70_000);
  const oldest = Number(await store.compact());
  expect(oldest).toBe(80);
  await expectPast(store, model, oldest);
  expect(await countPartitions('every-version')).toBe(4);

  // Now objects that were last changed before the horizon change: what they were must still be known.
  const cache = await freshCache(store);
  const present = model.get(150) as Map<string, ConfigMap>;
  await store.commit(
    [...present.values()].map((object) => updateWrite(object, { touched: 'yes' })),
  );
  await expectPast(store, model, oldest);
  const previous = new Map<string, unknown>();
  for (const [id, object] of model.get(oldest) as Map<string, ConfigMap>) previous.set(id, object);
  await new Promise<void>((resolve, reject) => {
    cache
      .subscribe({
        afterResourceVersion: String(oldest),
        subscriber: {
          onBatch: ({ events, resourceVersion }) => {
            for (const { key, object, previous: before, type } of events) {
              const id = `${key.namespace}/${key.name}`;
              expect(before).toEqual(previous.get(id));
              if (type === 'DELETED') previous.delete(id);
              else previous.set(id, object);
            }
            if (resourceVersion === cache.resourceVersion) resolve();
          },
          onClose: reject,
        },
      })
      .catch(reject);
  });
});

test('a page of the past continues where the page before ended, at the same version, whatever is written meanwhile', async () => {
  await using world = await startHistory('pages');
  const { store } = world;
  const model = await writeRandomly(world, 60);
  const at = { resourceVersion: '40' };
  const expected = sorted(model.get(40) as Map<string, ConfigMap>);
  const pages: ConfigMap[] = [];
  let after = { namespace: '', name: '' };
  for (;;) {
    const { items } = await store.listAt(CONFIG_MAPS, at, { limit: 3, after });
    const last = items[items.length - 1];
    if (!last) break;
    pages.push(...(items as ConfigMap[]));
    after = { namespace: last.metadata.namespace ?? '', name: last.metadata.name ?? '' };
    const cache = await freshCache(store);
    await store.commit([updateWrite(cache.list().items[0] as ConfigMap, { busy: after.name })]);
  }
  expect(pages).toEqual(expected);
  const inB = await store.listAt(CONFIG_MAPS, at, { namespace: 'b' });
  expect(inB.items).toEqual(sorted(model.get(40) as Map<string, ConfigMap>, 'b'));
});

describe('a time', () => {
  test('stands for the last version that was committed by then', async () => {
    await using world = await startHistory('times');
    const { store, clock } = world;
    const start = clock.now();
    const model = await writeRandomly(world, 30);
    const versionAt = async (timeMs: number): Promise<string> =>
      (await store.listAt(CONFIG_MAPS, { timeMs })).resourceVersion;
    expect(await versionAt(start + 999)).toBe('0');
    expect(await versionAt(start + 1_000)).toBe('1');
    expect(await versionAt(start + 12_345)).toBe('12');
    expect(await versionAt(start + 29_999)).toBe('29');
    expect(await versionAt(start + HOUR_MS)).toBe('30');
    const at = { timeMs: start + 20_500 };
    expect(await store.getAt(keyOfConfigMap('n-3', 'a'), at)).toEqual(model.get(20)?.get('a/n-3'));
  });

  test('past retention is Expired', async () => {
    await using world = await startHistory('expired-times');
    const { store, clock } = world;
    const start = clock.now();
    await writeRandomly(world, 30);
    clock.advance(HOUR_MS - 10_000);
    expect(await store.compact()).toBe('20');
    await expect(
      store.getAt(keyOfConfigMap('n-1'), { timeMs: start + 19_000 }),
    ).rejects.toMatchObject({ reason: 'Expired' });
    expect((await store.listAt(CONFIG_MAPS, { timeMs: start + 20_000 })).resourceVersion).toBe(
      '20',
    );
  });

  test('never goes back in the log, even when the clock of a writer does', async () => {
    await using world = await startHistory('backwards');
    const { store, clock } = world;
    const start = clock.now();
    clock.advance(10_000);
    await commitOne(store, createWrite('ahead'));
    await using other = await startTestStore({
      url: database.url,
      cluster: 'backwards',
      clock: new VirtualClock(start),
    });
    await commitOne(other.store, createWrite('behind'));
    const { items } = await store.listAt(CONFIG_MAPS, { timeMs: start + 5_000 });
    expect(items).toEqual([]);
    expect((await store.listAt(CONFIG_MAPS, { timeMs: start + 10_000 })).items).toHaveLength(2);
  });
});

describe('the history of an object', () => {
  test('is its retained revisions, newest first, each with what it replaced, through deletion and rebirth', async () => {
    await using world = await startHistory('histories');
    const { store } = world;
    const first = await commitOne(store, createWrite('x', { n: '1' }));
    const second = await commitOne(store, updateWrite(first, { n: '2' }));
    await commitOne(store, deleteWrite(second));
    await commitOne(store, createWrite('x', { n: '3' }, 'elsewhere'));
    const fourth = await commitOne(store, createWrite('x', { n: '4' }));
    const summary = (event: StoreEvent): unknown[] => [
      event.type,
      event.resourceVersion,
      event.previous?.metadata.resourceVersion,
    ];
    const history = await store.history(keyOfConfigMap('x'));
    expect(history.map(summary)).toEqual([
      ['ADDED', '5', undefined],
      ['DELETED', '3', '2'],
      ['MODIFIED', '2', '1'],
      ['ADDED', '1', undefined],
    ]);
    expect(history[0]?.object).toEqual(fourth);
    expect(history[1]?.previous).toEqual(second);
    expect(await store.history(keyOfConfigMap('x'), { limit: 2 })).toHaveLength(2);
    expect(await store.history(keyOfConfigMap('nobody'))).toEqual([]);
  });
});

describe('past retention', () => {
  test('a read or a watch is Expired and says what is left and what to do', async () => {
    await using world = await startHistory('expired', { maxRevisions: 10 });
    const { store } = world;
    await writeRandomly(world, 60);
    const cache = await freshCache(store);
    expect(await store.compact()).toBe('50');
    const words =
      /too old resource version: 49 \(oldest available: 50\); list again, and watch from the version of that list/;
    const at = { resourceVersion: '49' };
    await expect(store.getAt(keyOfConfigMap('n-1'), at)).rejects.toThrow(words);
    await expect(store.listAt(CONFIG_MAPS, at)).rejects.toMatchObject({ reason: 'Expired' });
    const watch = new WatchRecorder('late', '49');
    await expect(watch.connect(cache)).rejects.toMatchObject({ reason: 'Expired', code: 410 });
    const inTime = new WatchRecorder('in time', '50');
    await inTime.connect(cache);
    await eventually(
      () => inTime.eventCount,
      (count) => expect(count).toBe(10),
    );
    inTime.disconnect();
  });

  test('compaction keeps no more partitions than retention needs, and can be repeated', async () => {
    await using world = await startHistory('partitions', { maxRevisions: 10 });
    const { store } = world;
    await writeRandomly(world, 100);
    expect(await countPartitions('partitions')).toBe(5);
    expect(await store.compact()).toBe('90');
    expect(await countPartitions('partitions')).toBe(1);
    expect(await store.compact()).toBe('90');
    await commitOne(store, createWrite('after'));
    expect(await store.compact()).toBe('91');
  });

  test('compaction that a long read stands in the way of leaves the partition for the next time', async () => {
    await using world = await startHistory('in-the-way', { maxRevisions: 10 });
    const { store } = world;
    await writeRandomly(world, 60);
    const reader = new pg.Client({ connectionString: database.url });
    await reader.connect();
    await reader.query('begin');
    await reader.query('select count(*) from revisions');
    expect(await store.compact()).toBe('50');
    expect(await countPartitions('in-the-way')).toBe(3);
    await commitOne(store, createWrite('meanwhile'));
    await reader.query('commit');
    await reader.end();
    await store.compact();
    expect(await countPartitions('in-the-way')).toBe(2);
  });

  test('what is young in real time is kept, however old it is in the world', async () => {
    await using world = await startHistory('young', { minRealRetentionMs: HOUR_MS });
    const { clock, store } = world;
    await writeRandomly(world, 20);
    clock.advance(48 * HOUR_MS);
    await commitOne(store, createWrite('after'));
    expect(await store.compact()).toBe('0');
  });

  test('compaction runs by itself, again and again', async () => {
    await using world = await startHistory('by-itself', {
      maxRevisions: 10,
      compactionIntervalMs: 10,
    });
    await writeRandomly(world, 45);
    await eventually(
      () => readCompactedVersion('by-itself'),
      (version) => expect(version).toBe(35),
    );
  });
});

test('a group commit that is refused at the end of a partition does not stand in the way of the next', async () => {
  await using world = await startHistory('full-partition');
  const { store } = world;
  await store.commit(Array.from({ length: 20 }, (_, i) => createWrite(`n-${i}`)));
  expect(await countPartitions('full-partition')).toBe(1);
  await expect(store.commit([createWrite('n-0')])).rejects.toMatchObject({
    reason: 'AlreadyExists',
  });
  await commitOne(store, createWrite('next'));
  expect(await store.currentResourceVersion()).toBe('21');
  expect(await countPartitions('full-partition')).toBe(2);
});

test('a read of the future says that the version is too large', async () => {
  await using world = await startHistory('future');
  const { store } = world;
  await commitOne(store, createWrite('now'));
  await expect(store.getAt(keyOfConfigMap('now'), { resourceVersion: '2' })).rejects.toMatchObject({
    reason: 'Timeout',
    message: 'Too large resource version: 2, current: 1',
  });
});

test('logical clusters on one database know nothing of each other', async () => {
  await using one = await startHistory('one');
  await using two = await startHistory('two');
  await commitOne(one.store, createWrite('same-name', { in: 'one' }));
  await commitOne(one.store, createWrite('only-in-one'));
  await commitOne(two.store, createWrite('same-name', { in: 'two' }));
  expect(await two.store.currentResourceVersion()).toBe('1');
  expect((await freshCache(two.store)).list().items).toMatchObject([{ data: { in: 'two' } }]);
  expect(await one.store.resourceCounts()).toEqual([{ ...CONFIG_MAPS, count: 2 }]);
});

async function countPartitions(cluster: string): Promise<number> {
  const { rows } = await admin.query<{ count: number }>(
    `select count(*)::integer
     from pg_inherits i
     join pg_class c on c.oid = i.inhrelid
     join clusters on split_part(c.relname, '_', 2) = clusters.id::text
     where i.inhparent = 'revisions'::regclass and clusters.name = $1`,
    [cluster],
  );
  return rows[0]?.count ?? 0;
}

async function readCompactedVersion(cluster: string): Promise<number> {
  const { rows } = await admin.query<{ compacted_version: string }>(
    'select compacted_version from clusters where name = $1',
    [cluster],
  );
  return Number(rows[0]?.compacted_version);
}
