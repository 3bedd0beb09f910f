import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import type { ApiObject } from '../../../src/scheme/object.ts';
import type { ObjectStore } from '../../../src/store/store.ts';
import type { StoreOptions } from '../../../src/store/store-options.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import {
  type HalfOpenProxy,
  type ProxiedConnection,
  startHalfOpenProxy,
} from '../../support/half-open-proxy.ts';
import {
  commitOne,
  createWrite,
  freshCache,
  startTestStore,
  updateWrite,
  versionOf,
} from '../../support/test-store.ts';
import { WatchRecorder } from '../../support/watch-recorder.ts';

let database: TestDatabase;
let proxy: HalfOpenProxy;
let admin: pg.Client;
let names = 0;
let name: string;

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startHalfOpenProxy(database.url);
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
});

afterAll(async () => {
  await admin.end();
  await proxy[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

beforeEach(() => {
  name = `object-${++names}`;
});

/** Revisions of the object of this test, oldest first. */
async function revisionsOf(object: string): Promise<{ type: string; version: number }[]> {
  const { rows } = await admin.query<{ type: string; resource_version: string }>(
    'select type, resource_version from revisions where name = $1 order by resource_version',
    [object],
  );
  return rows.map((row) => ({ type: row.type, version: Number(row.resource_version) }));
}

/** The store's connection of that purpose which is in use now. */
function connectionOf(applicationName: string): ProxiedConnection {
  const open = proxy.connections(applicationName).filter(({ isCut }) => !isCut);
  return open[open.length - 1] as ProxiedConnection;
}

const startProxiedStore = (options: Omit<StoreOptions, 'url'> = {}) =>
  startTestStore({ url: proxy.urlFor(database.url), ...options });

/** Commits by a process that stands still once it was told that it may, and may no longer when it goes on. */
async function commitTooLate(store: ObjectStore): Promise<{
  readonly fenced: Promise<unknown>;
  readonly free: Promise<unknown>;
  readonly writer: ProxiedConnection;
}> {
  await commitOne(store, createWrite(`${name}-before`));
  const writer = connectionOf('orrery-write');
  writer.holdRequests();
  let asked = 0;
  const assertMayCommit = (): void => {
    if (asked++ > 0) throw new Error('another has taken over');
  };
  const fenced = store.commit([createWrite(name)], { assertMayCommit });
  const free = store.commit([createWrite(`${name}-free`)]);
  await eventually(
    () => asked,
    (times) => expect(times).toBe(1),
  );
  return { fenced, free, writer };
}

test('a commit whose answer is lost is found to be committed, acknowledged, and not applied again', async () => {
  await using running = await startProxiedStore();
  const { store } = running;
  await commitOne(store, createWrite(`${name}-before`));
  const writer = connectionOf('orrery-write');
  writer.holdResponses();
  const commit = commitOne(store, createWrite(name));
  await eventually(
    () => revisionsOf(name),
    (revisions) => expect(revisions).toHaveLength(1),
  );
  writer.cut();
  const object = await commit;
  expect(await revisionsOf(name)).toEqual([{ type: 'ADDED', version: versionOf(object) }]);
  expect((await freshCache(store)).get('default', name)).toEqual(object);
});

test('a lost answer of a group commit tells refused from committed, as the answer did', async () => {
  await using running = await startProxiedStore();
  const { store } = running;
  const old = await commitOne(store, createWrite(`${name}-old`));
  await commitOne(store, updateWrite(old, { n: '1' }));
  const writer = connectionOf('orrery-write');
  writer.holdResponses();
  const outcomes = Promise.allSettled([
    store.commit([createWrite(name)]),
    store.commit([updateWrite(old, { n: '2' })]),
    store.commit([createWrite(`${name}-b`), createWrite(`${name}-c`)]),
  ]);
  await eventually(
    () => revisionsOf(`${name}-c`),
    (revisions) => expect(revisions).toHaveLength(1),
  );
  writer.cut();
  const [first, second, third] = await outcomes;
  expect(first).toMatchObject({ status: 'fulfilled' });
  expect(second).toMatchObject({ status: 'rejected', reason: { reason: 'Conflict' } });
  expect(third).toMatchObject({ status: 'fulfilled' });
  const [b, c] = third.status === 'fulfilled' ? third.value : [];
  expect(await revisionsOf(`${name}-b`)).toEqual([
    { type: 'ADDED', version: versionOf(b as ApiObject) },
  ]);
  expect(versionOf(c as ApiObject)).toBe(versionOf(b as ApiObject) + 1);
});

test('a commit that never reached PostgreSQL is sent again', async () => {
  await using running = await startProxiedStore();
  const { store } = running;
  await commitOne(store, createWrite(`${name}-before`));
  const writer = connectionOf('orrery-write');
  writer.holdRequests();
  const commit = commitOne(store, createWrite(name));
  await eventually(
    () => writer.heldRequestBytes,
    (bytes) => expect(bytes).toBeGreaterThan(0),
  );
  writer.cut();
  const object = await commit;
  expect(await revisionsOf(name)).toEqual([{ type: 'ADDED', version: versionOf(object) }]);
});

test('a commit that arrives late, after its connection was given up, is refused', async () => {
  await using running = await startProxiedStore({ idleTimeoutMs: 60_000 });
  const { store } = running;
  const before = await commitOne(store, createWrite(`${name}-before`));
  const writer = connectionOf('orrery-write');
  writer.holdRequests();
  const commit = commitOne(store, updateWrite(before, { n: '1' }));
  await eventually(
    () => writer.heldRequestBytes,
    (bytes) => expect(bytes).toBeGreaterThan(0),
  );
  writer.cutClient();
  const object = await commit;
  const version = await store.currentResourceVersion();
  writer.releaseRequests();
  await eventually(
    () => writer.heldResponses,
    (answer) => expect(answer).toContain('OR001'),
  );
  expect(await store.currentResourceVersion()).toBe(version);
  expect(await revisionsOf(`${name}-before`)).toEqual([
    { type: 'ADDED', version: versionOf(before) },
    { type: 'MODIFIED', version: versionOf(object) },
  ]);
});

test('what a process that stood still sends afterwards is not taken, and it is asked again whether it may write', async () => {
  await using running = await startProxiedStore({ idleTimeoutMs: 200 });
  const { fenced, free, writer } = await commitTooLate(running.store);
  await expect(fenced).rejects.toThrow('another has taken over');
  await free;
  writer.releaseRequests();
  expect(await revisionsOf(`${name}-free`)).toHaveLength(1);
  expect(await revisionsOf(name)).toEqual([]);
});

test('without an end of silent connections it would be taken', async () => {
  await using running = await startProxiedStore({ idleTimeoutMs: 60_000 });
  const { fenced, writer } = await commitTooLate(running.store);
  writer.releaseRequests();
  await fenced;
  expect(await revisionsOf(name)).toHaveLength(1);
});

test('a write that may be made no longer when its turn comes is refused, and those beside it are not', async () => {
  await using running = await startProxiedStore();
  const refusal = new Error('another has taken over');
  const assertMayCommit = (): void => {
    throw refusal;
  };
  const [fenced, free] = await Promise.allSettled([
    running.store.commit([createWrite(name)], { assertMayCommit }),
    running.store.commit([createWrite(`${name}-free`)]),
  ]);
  expect(fenced).toEqual({ status: 'rejected', reason: refusal });
  expect(free.status).toBe('fulfilled');
  expect(await revisionsOf(name)).toEqual([]);
});

test('a writer that has nothing to write gives signs of life, so that it keeps its connection', async () => {
  await using running = await startProxiedStore({ idleTimeoutMs: 4_000 });
  await commitOne(running.store, createWrite(name));
  const lastStatements = async (): Promise<string[]> => {
    const { rows } = await admin.query<{ query: string }>(
      `select query from pg_stat_activity
       where datname = current_database() and application_name = 'orrery-write'`,
    );
    return rows.map(({ query }) => query);
  };
  await eventually(lastStatements, (statements) => expect(statements).toContain('select 1'));
  expect(connectionOf('orrery-write').isCut).toBe(false);
});

test('a writer that falls silent is given up after its time and the commit goes through over another connection', async () => {
  await using running = await startTestStore({
    url: proxy.urlFor(database.url),
    commitTimeoutMs: 200,
  });
  const { store } = running;
  await commitOne(store, createWrite(`${name}-before`));
  connectionOf('orrery-write').holdResponses();
  const object = await commitOne(store, createWrite(name));
  expect(await revisionsOf(name)).toEqual([{ type: 'ADDED', version: versionOf(object) }]);
});

test('without any notification, what another process wrote arrives by polling', async () => {
  await using writing = await startTestStore({ url: database.url });
  await using watching = await startTestStore({
    url: proxy.urlFor(database.url),
    pollIntervalMs: 50,
  });
  const cache = await freshCache(watching.store);
  await eventually(
    () => proxy.connections('orrery-listen'),
    (connections) => expect(connections).not.toHaveLength(0),
  );
  connectionOf('orrery-listen').holdResponses();
  const watch = new WatchRecorder('watch', cache.resourceVersion);
  await watch.connect(cache);
  const object = await commitOne(writing.store, createWrite(name));
  await eventually(
    () => watch.version,
    (version) => expect(version).toBe(versionOf(object)),
  );
  expect(cache.get('default', name)).toEqual(object);
  watch.disconnect();
});

test('a notification makes what another process wrote arrive without a poll', async () => {
  const never = { url: database.url, pollIntervalMs: 3_600_000 };
  await using writing = await startTestStore(never);
  await using watching = await startTestStore(never);
  const cache = await freshCache(watching.store);
  // The first writes may come before the two have heard of each other; a later notification tells of them too.
  let writes = 0;
  await eventually(
    async () => {
      await commitOne(writing.store, createWrite(`${name}-${writes++}`));
      return cache.get('default', `${name}-0`);
    },
    (seen) => expect(seen).toBeDefined(),
  );
});

test('a process that is alone notifies nobody, and notifies again once another listens', async () => {
  await using lonely = await createTestDatabase();
  const listener = new pg.Client({ connectionString: lonely.url });
  await listener.connect();
  const heard: string[] = [];
  listener.on('notification', ({ payload }) => heard.push(payload ?? ''));
  await listener.query('listen orrery_revisions');
  await using first = await startTestStore({ url: lonely.url, pollIntervalMs: 20 });
  let writes = 0;
  /** Commits until notifications are as expected, and says how many a commit brings. */
  const expectNotifications = (count: number) =>
    eventually(
      async () => {
        await listener.query('select');
        heard.length = 0;
        await commitOne(first.store, createWrite(`${name}-${writes++}`));
        await listener.query('select');
        return heard.length;
      },
      (received) => expect(received).toBe(count),
    );
  await expectNotifications(0);
  await using second = await startTestStore({ url: lonely.url });
  await expectNotifications(1);
  await second.store.stop();
  await expectNotifications(0);
  await listener.end();
});

test('reads go on after every connection of the pool was lost', async () => {
  await using running = await startProxiedStore();
  const { store } = running;
  const object = await commitOne(store, createWrite(name));
  for (const connection of proxy.connections('orrery-read')) connection.cut();
  expect(await store.currentResourceVersion()).toBe(object.metadata.resourceVersion);
});

test('a process that falls behind retention tells its watchers so, and its cache begins anew', async () => {
  await using writing = await startTestStore({ url: database.url, maxRevisions: 5 });
  await using behind = await startTestStore({
    url: proxy.urlFor(database.url),
    pollIntervalMs: 50,
  });
  const cache = await freshCache(behind.store);
  const watch = new WatchRecorder('behind', cache.resourceVersion);
  await watch.connect(cache);
  // Whatever it reads with: a connection that it has begun to open is cut as well.
  proxy.refuse();
  for (let i = 0; i < 20; i++) await commitOne(writing.store, createWrite(`${name}-${i}`));
  await writing.store.compact();
  proxy.accept();
  await eventually(
    () => watch.closedWith,
    (error) => expect(error).toMatchObject({ reason: 'Expired' }),
  );
  expect(watch.eventCount).toBe(0);
  const known = await freshCache(behind.store);
  expect(known).toBe(cache);
  expect(cache.list().items).toEqual((await freshCache(writing.store)).list().items);
  const resumed = new WatchRecorder('resumed', cache.resourceVersion);
  await resumed.connect(cache);
  const object = await commitOne(writing.store, createWrite(`${name}-after`));
  await eventually(
    () => resumed.version,
    (version) => expect(version).toBe(versionOf(object)),
  );
  expect(resumed.eventCount).toBe(1);
  resumed.disconnect();
});
