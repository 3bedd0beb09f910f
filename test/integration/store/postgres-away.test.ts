import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { seededRandom } from '../../../src/lib/random.ts';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../src/store/embedded/embedded-postgres.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { createTestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { startHalfOpenProxy } from '../../support/half-open-proxy.ts';
import { runWriter } from '../../support/store-workload.ts';
import { testSeed } from '../../support/test-seed.ts';
import {
  commitOne,
  createWrite,
  freshCache,
  readEvents,
  startTestStore,
} from '../../support/test-store.ts';
import { assertAtomic, assertWatchGuarantees } from '../../support/watch-guarantees.ts';
import { WatchRecorder, watchKey } from '../../support/watch-recorder.ts';

const seed = testSeed();

let directory: string;
let postgres: EmbeddedPostgres;

beforeAll(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-away-'));
  fs.chmodSync(directory, 0o711);
  // Durable: what was acknowledged must survive the kill.
  postgres = await startEmbeddedPostgres({ dataDirectory: directory });
  await migrate({ url: postgres.url });
}, 60_000);

afterAll(async () => {
  await postgres.stop();
  fs.rmSync(directory, { recursive: true, force: true });
});

test('PostgreSQL killed and restarted under load: writers wait, watches go on, nothing is lost, doubled or half written', async () => {
  await using running = await startTestStore({ url: postgres.url, pollIntervalMs: 100 });
  const { store } = running;
  const cache = await freshCache(store);
  const watch = new WatchRecorder('watch', cache.resourceVersion);
  await watch.connect(cache);
  let done = 0;
  const writers = Array.from({ length: 20 }, (_, i) =>
    runWriter({
      store,
      random: seededRandom(seed + i),
      transactions: 120,
      names: 400,
      onDone: () => {
        done++;
        // Twice in mid-run. The embedded server's keeper starts it again.
        if (done === 600 || done === 1_600) process.kill(postgres.pid as number, 'SIGKILL');
      },
    }),
  );
  const transactions = (await Promise.all(writers)).flat();
  expect(transactions.filter(({ answer }) => answer === 'unknown')).toEqual([]);

  const log = (await readEvents(store)).map((event) => ({
    type: event.type,
    key: watchKey(event),
    version: Number(event.resourceVersion),
  }));
  await eventually(
    () => watch.version,
    (version) => expect(version).toBe(log.length),
  );
  assertWatchGuarantees([watch.recorded], log);
  assertAtomic(transactions, log);
  expect(watch.closedWith).toBeUndefined();
  watch.disconnect();
}, 60_000);

test('when PostgreSQL stays away, commits and reads fail clearly at their deadline, and the store recovers when it is back', async () => {
  await using database = await createTestDatabase();
  await using running = await (async () => {
    const proxy = await startHalfOpenProxy(database.url);
    const started = await startTestStore({
      url: proxy.urlFor(database.url),
      deadlineMs: 300,
      commitTimeoutMs: 100,
    });
    return {
      proxy,
      store: started.store,
      async [Symbol.asyncDispose]() {
        await started[Symbol.asyncDispose]();
        await proxy[Symbol.asyncDispose]();
      },
    };
  })();
  const { proxy, store } = running;
  await commitOne(store, createWrite('before'));
  proxy.refuse();
  const [queued, alone, read] = await Promise.allSettled([
    store.commit([createWrite('queued')]),
    store.commit([createWrite('alone')]),
    store.currentResourceVersion(),
  ]);
  for (const outcome of [queued, alone, read]) {
    expect(outcome).toMatchObject({
      status: 'rejected',
      reason: { reason: 'ServiceUnavailable', message: expect.stringContaining('PostgreSQL') },
    });
  }
  proxy.accept();
  let attempts = 0;
  await eventually(() => commitOne(store, createWrite(`after-${++attempts}`)));
  const cache = await freshCache(store);
  expect(cache.get('default', 'queued')).toBeUndefined();
  expect(cache.get('default', 'alone')).toBeUndefined();
}, 30_000);

test('while PostgreSQL is away, no more than the allowed number of writes wait', async () => {
  await using database = await createTestDatabase();
  await using proxy = await startHalfOpenProxy(database.url);
  await using running = await startTestStore({
    url: proxy.urlFor(database.url),
    deadlineMs: 300,
    maxQueuedWrites: 5,
    maxBatchWrites: 1,
  });
  const { store } = running;
  await commitOne(store, createWrite('before'));
  proxy.refuse();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 12 }, (_, i) => store.commit([createWrite(`waiting-${i}`)])),
  );
  const reasons = outcomes.map((outcome) =>
    outcome.status === 'rejected' ? outcome.reason.reason : 'committed',
  );
  expect(reasons.filter((reason) => reason === 'TooManyRequests')).toHaveLength(7);
  expect(reasons.filter((reason) => reason === 'ServiceUnavailable')).toHaveLength(5);
});
