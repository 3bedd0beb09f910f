import { expect, test } from '@jest/globals';
import { sleep, systemClock } from '../../../src/lib/clock.ts';
import { seededRandom } from '../../../src/lib/random.ts';
import { createTestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { startHalfOpenProxy } from '../../support/half-open-proxy.ts';
import { runWriter } from '../../support/store-workload.ts';
import { testSeed } from '../../support/test-seed.ts';
import { freshCache, readEvents, startTestStore } from '../../support/test-store.ts';
import { assertAtomic, assertWatchGuarantees } from '../../support/watch-guarantees.ts';
import { WatchRecorder, watchKey } from '../../support/watch-recorder.ts';

test('PostgreSQL gone for ten seconds under load: every write waits and is acknowledged, and every watch goes on', async () => {
  const seed = testSeed();
  await using database = await createTestDatabase();
  await using proxy = await startHalfOpenProxy(database.url);
  await using running = await startTestStore({ url: proxy.urlFor(database.url) });
  const { store } = running;
  const cache = await freshCache(store);
  const watch = new WatchRecorder('watch', cache.resourceVersion);
  await watch.connect(cache);
  let outage: Promise<void> | undefined;
  let done = 0;
  const endureOutage = async (): Promise<void> => {
    proxy.refuse();
    await sleep(systemClock, 10_000);
    proxy.accept();
  };
  const onDone = (): void => {
    done++;
    if (done === 2_000) outage = endureOutage();
  };
  const transactions = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      runWriter({ store, random: seededRandom(seed + i), transactions: 300, names: 400, onDone }),
    ),
  );
  await outage;
  expect(transactions.flat().filter(({ answer }) => answer === 'unknown')).toEqual([]);
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
  assertAtomic(transactions.flat(), log);
  watch.disconnect();
}, 120_000);
