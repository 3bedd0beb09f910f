import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { type Random, seededRandom } from '../../../src/lib/random.ts';
import { isApiError } from '../../../src/scheme/errors.ts';
import type { ObjectStore } from '../../../src/store/store.ts';
import { cutSessions } from '../../support/cut-sessions.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { AUDIT_SQL, readAudit, runWriter } from '../../support/store-workload.ts';
import { testSeed } from '../../support/test-seed.ts';
import { CONFIG_MAPS, freshCache, startTestStore } from '../../support/test-store.ts';
import { assertAtomic, assertWatchGuarantees } from '../../support/watch-guarantees.ts';
import { WatchRecorder, watchKey } from '../../support/watch-recorder.ts';

const WRITERS = 20;
const TRANSACTIONS_PER_WRITER = 120;
/** Few enough that writers collide all the time. */
const NAMES = 40;

const seed = testSeed();

let database: TestDatabase;
let admin: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  await admin.query(AUDIT_SQL);
  // Partitions so small that a run goes through dozens, and compaction drops most of them meanwhile.
  await admin.query(`insert into clusters (name, partition_size) values ('default', 100)`);
});

afterAll(async () => {
  await admin.end();
  await database[Symbol.asyncDispose]();
});

/** A watcher that comes and goes, and begins anew where its place is past retention. */
class RestlessWatcher {
  readonly recorders: WatchRecorder[] = [];
  readonly #name: string;
  readonly #store: ObjectStore;

  constructor(name: string, store: ObjectStore) {
    this.#name = name;
    this.#store = store;
  }

  get current(): WatchRecorder {
    return this.recorders[this.recorders.length - 1] as WatchRecorder;
  }

  async connect(): Promise<void> {
    const cache = await this.#store.cache(CONFIG_MAPS);
    if (this.recorders.length === 0) this.#begin(cache.resourceVersion);
    try {
      await this.current.connect(cache);
    } catch (error) {
      if (!isApiError(error, 'Expired')) throw error;
      this.#begin(cache.resourceVersion);
      await this.current.connect(cache);
    }
  }

  /** Also after an Expired that came while the stream was catching up. */
  async reconnect(): Promise<void> {
    this.current.disconnect();
    await this.connect();
  }

  #begin(version: string): void {
    this.recorders.push(new WatchRecorder(`${this.#name}.${this.recorders.length}`, version));
  }
}

type Disturbance = (random: Random) => Promise<unknown>;

/** Runs disturbances one at a time, each after some more transactions, until there are no more transactions. */
function createChaos(random: Random, disturbances: readonly Disturbance[]) {
  let done = 0;
  let disturbed = 0;
  let running: Promise<unknown> | undefined;
  const failures: unknown[] = [];
  return {
    onDone(): void {
      done++;
      if (running || done % 15 !== 0) return;
      // The first round is each of them once, whatever the seed.
      const choice = disturbed < disturbances.length ? disturbed : random() * disturbances.length;
      disturbed++;
      running = (disturbances[Math.floor(choice)] as Disturbance)(random)
        .catch((error: unknown) => failures.push(error))
        .finally(() => {
          running = undefined;
        });
    },
    async end(): Promise<void> {
      await running;
      expect(failures).toEqual([]);
      expect(disturbed).toBeGreaterThan(disturbances.length);
    },
  };
}

test('twenty writers on two stores, watchers that come and go, compaction and killed sessions: every guarantee holds', async () => {
  const random = seededRandom(seed);
  const options = {
    url: database.url,
    maxRevisions: 300,
    maxRecentEvents: 50,
    progressIntervalMs: 20,
    pollIntervalMs: 100,
  };
  await using first = await startTestStore(options);
  await using second = await startTestStore(options);
  const stores = [first.store, second.store];
  const watchers = stores.flatMap((store, i) =>
    Array.from({ length: 4 }, (_, n) => new RestlessWatcher(`store ${i} watcher ${n}`, store)),
  );
  // The first watcher of each store stays, the others come and go.
  await Promise.all(watchers.map((watcher) => watcher.connect()));
  const restless = watchers.filter((_, i) => i % 4 !== 0);
  const choose = (): RestlessWatcher =>
    restless[Math.floor(random() * restless.length)] as RestlessWatcher;
  const chaos = createChaos(random, [
    async () => choose().current.disconnect(),
    async () => choose().current.disconnect(),
    () => choose().reconnect(),
    () => choose().reconnect(),
    () => cutSessions(database.url, { names: ['orrery-listen'] }),
    () => cutSessions(database.url, { names: ['orrery-read'] }),
    () => cutSessions(database.url, { names: ['orrery-write'] }),
    () => (stores[Math.floor(random() * 2)] as ObjectStore).compact(),
  ]);

  const transactions = await Promise.all(
    Array.from({ length: WRITERS }, (_, i) =>
      runWriter({
        store: stores[i % 2] as ObjectStore,
        random: seededRandom(seed + i),
        transactions: TRANSACTIONS_PER_WRITER,
        names: NAMES,
        onDone: () => chaos.onDone(),
      }),
    ),
  );
  await chaos.end();

  const away = watchers.filter((watcher, i) => i % 4 !== 0 || !watcher.current.isConnected);
  await Promise.all(away.map((watcher) => watcher.reconnect()));
  const log = await readAudit((sql) => admin.query(sql));
  const last = log[log.length - 1]?.version ?? 0;
  expect(last).toBeGreaterThan(200);
  await eventually(
    () => watchers.map(({ current }) => current.version),
    (versions) => expect(versions).toEqual(versions.map(() => last)),
  );
  const recorders = watchers.flatMap((watcher) => watcher.recorders);
  assertWatchGuarantees(
    recorders.map(({ recorded }) => recorded),
    log,
  );
  assertAtomic(transactions.flat(), log);

  const present = new Map<string, number>();
  for (const { key, type, version } of log) {
    if (type === 'DELETED') present.delete(key);
    else present.set(key, version);
  }
  for (const store of stores) {
    const cache = await freshCache(store);
    const listed = cache.list().items.map((object): [string, number] => [
      watchKey({
        key: { ...CONFIG_MAPS, namespace: 'default', name: object.metadata.name ?? '' },
      }),
      Number(object.metadata.resourceVersion),
    ]);
    expect(listed).toEqual([...present].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}, 60_000);
