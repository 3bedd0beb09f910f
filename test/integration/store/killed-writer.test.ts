import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import {
  commitOne,
  createWrite,
  freshCache,
  readEvents,
  startTestStore,
} from '../../support/test-store.ts';
import { assertAtomic, assertWatchGuarantees } from '../../support/watch-guarantees.ts';
import { WatchRecorder, watchKey } from '../../support/watch-recorder.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const KILLS = 3;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

const children: ChildProcess[] = [];

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await database[Symbol.asyncDispose]();
});

/** A writing process, and the versions of each transaction that it says were acknowledged. */
function spawnWriter(): { child: ChildProcess; acknowledged: number[][] } {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', path.join(ROOT, 'test/support/store-writer-process.ts'), database.url],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  children.push(child);
  const acknowledged: number[][] = [];
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    acknowledged.push(line.split(' ').map(Number));
  });
  return { child, acknowledged };
}

test('a process that is killed in mid-commit leaves whole transactions behind, and all that it acknowledged', async () => {
  await using running = await startTestStore({ url: database.url });
  const { store } = running;
  const cache = await freshCache(store);
  const watch = new WatchRecorder('survivor', cache.resourceVersion);
  await watch.connect(cache);

  const writers = Array.from({ length: KILLS }, spawnWriter);
  for (const [i, { child, acknowledged }] of writers.entries()) {
    await eventually(
      () => acknowledged.length,
      (count) => expect(count).toBeGreaterThan(200 + 37 * i),
    );
    const exited = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await exited;
    // The survivor writes on: nothing that the dead process held is in its way.
    await commitOne(store, createWrite(`survived-${i}`));
  }

  const events = await readEvents(store);
  const log = events.map((event) => ({
    type: event.type,
    key: watchKey(event),
    version: Number(event.resourceVersion),
  }));
  await eventually(
    () => watch.version,
    (version) => expect(version).toBe(log.length),
  );
  assertWatchGuarantees([watch.recorded], log);
  const keys = log.map(({ key }) => key);
  const added = (key: string) => ({ key, type: 'ADDED' as const });
  // What was committed and not acknowledged must consist of whole transactions, three neighbours each.
  const acknowledged = new Set(writers.flatMap((writer) => writer.acknowledged).flat());
  const unanswered = log.filter(
    ({ key, version }) => !acknowledged.has(version) && key.endsWith('-a'),
  );
  assertAtomic(
    [
      ...writers
        .flatMap((writer) => writer.acknowledged)
        .map((versions) => ({
          writes: versions.map((version) => added(keys[version - 1] as string)),
          answer: versions,
        })),
      ...unanswered.map(({ key }) => ({
        writes: ['a', 'b', 'c'].map((part) => added(key.replace(/a$/, part))),
        answer: 'unknown' as const,
      })),
      ...Array.from({ length: KILLS }, (_, i) => ({
        writes: [added(`configmaps default/survived-${i}`)],
        answer: [keys.indexOf(`configmaps default/survived-${i}`) + 1],
      })),
    ],
    log,
  );
  watch.disconnect();
}, 60_000);
