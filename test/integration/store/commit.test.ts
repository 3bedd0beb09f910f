import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isApiError } from '../../../src/scheme/errors.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import type { ObjectStore, StoreWrite } from '../../../src/store/store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import {
  CONFIG_MAPS,
  commitOne,
  createWrite,
  deleteWrite,
  freshCache,
  keyOfConfigMap,
  newConfigMap,
  readEvents,
  startTestStore,
  type TestStore,
  updateWrite,
  versionOf,
} from '../../support/test-store.ts';

const CONTENDERS = 20;

let database: TestDatabase;
let running: TestStore;
let store: ObjectStore;

beforeAll(async () => {
  database = await createTestDatabase();
  running = await startTestStore({ url: database.url });
  store = running.store;
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** Runs all at once and sorts out what became of them. */
async function race(writes: readonly (readonly StoreWrite[])[]): Promise<{
  committed: (readonly ApiObject[])[];
  reasons: string[];
}> {
  const outcomes = await Promise.allSettled(writes.map((transaction) => store.commit(transaction)));
  return {
    committed: outcomes.flatMap((outcome) =>
      outcome.status === 'fulfilled' ? [outcome.value] : [],
    ),
    reasons: outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' && isApiError(outcome.reason) ? [outcome.reason.reason] : [],
    ),
  };
}

async function expectRefusal(writes: readonly StoreWrite[], reason: string): Promise<void> {
  await expect(store.commit(writes)).rejects.toMatchObject({ reason });
}

describe('one write', () => {
  test('a create is stored under the next version and is in the cache when it is acknowledged', async () => {
    const cache = await freshCache(store);
    const before = Number(cache.resourceVersion);
    const object = await commitOne(store, createWrite('first', { a: '1' }));
    expect(object.metadata.resourceVersion).toBe(String(before + 1));
    expect(cache.get('default', 'first')).toBe(object);
    expect(await store.currentResourceVersion()).toBe(object.metadata.resourceVersion);
  });

  test('the object that was handed in is neither changed nor shared at the levels that the store changes', async () => {
    const mine = newConfigMap('mine');
    const [stored] = await store.commit([
      { type: 'create', key: keyOfConfigMap('mine'), object: mine },
    ]);
    expect(mine.metadata).not.toHaveProperty('resourceVersion');
    expect(stored).not.toBe(mine);
  });

  test('a commit by who hears of a commit is made at once, though nothing follows', async () => {
    await using hasty = await startTestStore({ url: database.url, deadlineMs: 5_000 });
    const cache = await freshCache(hasty.store);
    let echo: Promise<unknown> | undefined;
    const subscription = await cache.subscribe({
      afterResourceVersion: cache.resourceVersion,
      subscriber: {
        onBatch: ({ events }) => {
          if (events.length > 0) echo ??= hasty.store.commit([createWrite('echo')]);
        },
        onClose: () => undefined,
      },
    });
    await hasty.store.commit([createWrite('voice')]);
    await expect(echo).resolves.toMatchObject([{ metadata: { name: 'echo' } }]);
    subscription.stop();
  });

  test('creating what exists is AlreadyExists in the words of Kubernetes', async () => {
    await commitOne(store, createWrite('twice'));
    await expect(store.commit([createWrite('twice')])).rejects.toThrow(
      'configmaps "twice" already exists',
    );
  });

  test('changing or deleting what does not exist is NotFound', async () => {
    const ghost = newConfigMap('ghost');
    ghost.metadata.resourceVersion = '1';
    await expectRefusal([updateWrite(ghost, {})], 'NotFound');
    await expectRefusal([deleteWrite(ghost)], 'NotFound');
  });

  test('a change computed from an older version is a Conflict and spends no version', async () => {
    const old = await commitOne(store, createWrite('stale'));
    const current = await commitOne(store, updateWrite(old, { n: '1' }));
    await expectRefusal([updateWrite(old, { n: '2' })], 'Conflict');
    await expectRefusal([deleteWrite(old)], 'Conflict');
    expect(await store.currentResourceVersion()).toBe(current.metadata.resourceVersion);
  });

  test('a deletion has a version of its own, and the name can be used again', async () => {
    const object = await commitOne(store, createWrite('again'));
    const deleted = await commitOne(store, deleteWrite(object));
    expect(versionOf(deleted)).toBe(versionOf(object) + 1);
    const remade = await commitOne(store, createWrite('again'));
    await expectRefusal([updateWrite(object, {})], 'Conflict');
    expect((await freshCache(store)).get('default', 'again')).toBe(remade);
  });

  test('text of every script, quotes, backslashes and control characters come back as they were', async () => {
    const data = { text: 'žluťoučký 🪐 "quoted" \\ \u001e \u0000 \n\t', '{"a":1}': '[1,2]' };
    await commitOne(store, createWrite('text', data));
    const [event] = await store.history(keyOfConfigMap('text'));
    expect(event?.object).toMatchObject({ data });
  });
});

describe('a transaction', () => {
  test('takes consecutive versions in the order of its writes', async () => {
    const objects = await store.commit(['t1', 't2', 't3'].map((name) => createWrite(name)));
    const [first = 0, ...rest] = objects.map(versionOf);
    expect(rest).toEqual([first + 1, first + 2]);
  });

  test('is refused as a whole when one write is, and spends no version', async () => {
    const existing = await commitOne(store, createWrite('existing'));
    const before = await store.currentResourceVersion();
    await expectRefusal([createWrite('fresh'), createWrite('existing')], 'AlreadyExists');
    await expectRefusal([deleteWrite(existing), createWrite('existing')], 'BadRequest');
    expect(await store.currentResourceVersion()).toBe(before);
    expect((await freshCache(store)).get('default', 'fresh')).toBeUndefined();
  });

  test('without writes does nothing', async () => {
    expect(await store.commit([])).toEqual([]);
  });

  test('larger than any batch is still committed as one', async () => {
    const objects = await store.commit(
      Array.from({ length: 1_200 }, (_, i) => createWrite(`large-${i}`)),
    );
    expect(versionOf(objects[1_199] as ApiObject) - versionOf(objects[0] as ApiObject)).toBe(1_199);
  });
});

describe('many writers at once', () => {
  test('one of twenty creators of a name wins', async () => {
    const { committed, reasons } = await race(
      Array.from({ length: CONTENDERS }, () => [createWrite('contended')]),
    );
    expect(committed).toHaveLength(1);
    expect(reasons).toEqual(Array(CONTENDERS - 1).fill('AlreadyExists'));
  });

  test('one of twenty updates from the same version wins, and nineteen conflict', async () => {
    const object = await commitOne(store, createWrite('swapped'));
    const { committed, reasons } = await race(
      Array.from({ length: CONTENDERS }, (_, i) => [updateWrite(object, { writer: String(i) })]),
    );
    expect(committed).toHaveLength(1);
    expect(reasons).toEqual(Array(CONTENDERS - 1).fill('Conflict'));
    expect((await freshCache(store)).get('default', 'swapped')).toBe(committed[0]?.[0]);
  });

  test('no increment of a counter is lost when twenty writers retry on conflict', async () => {
    const cache = await store.cache(CONFIG_MAPS);
    await commitOne(store, createWrite('counter', { n: '0' }));
    const increment = async (): Promise<void> => {
      for (;;) {
        const current = cache.get('default', 'counter') as ApiObject & { data: { n: string } };
        try {
          await store.commit([updateWrite(current, { n: String(Number(current.data.n) + 1) })]);
          return;
        } catch (error) {
          if (!isApiError(error, 'Conflict')) throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: CONTENDERS }, increment));
    expect(cache.get('default', 'counter')).toMatchObject({ data: { n: String(CONTENDERS) } });
  });

  test('a refused transaction does not fail those that share its group commit', async () => {
    const { committed, reasons } = await race([
      [createWrite('neighbour-1')],
      [createWrite('half'), createWrite('contended')],
      [createWrite('neighbour-2')],
      [createWrite('neighbour-3')],
    ]);
    expect(committed).toHaveLength(3);
    expect(reasons).toEqual(['AlreadyExists']);
    const versions = committed.map(([object]) => versionOf(object as ApiObject));
    expect(Math.max(...versions) - Math.min(...versions)).toBe(2);
  });

  test('a text that PostgreSQL refuses fails alone, however many share its group commit', async () => {
    const good = (i: number): StoreWrite[] => [createWrite(`beside-${i}`)];
    const poisoned: StoreWrite = {
      type: 'create',
      key: keyOfConfigMap('nul-\u0000-character'),
      object: newConfigMap('nul'),
    };
    const { committed, reasons } = await race([
      ...Array.from({ length: 7 }, (_, i) => good(i)),
      [poisoned],
      ...Array.from({ length: 8 }, (_, i) => good(7 + i)),
    ]);
    expect(committed).toHaveLength(15);
    expect(reasons).toEqual(['InternalError']);
  });

  test('concurrent single writes share group commits', async () => {
    const before = await countCommits();
    await race(Array.from({ length: 400 }, (_, i) => [createWrite(`shared-${i}`)]));
    expect((await countCommits()) - before).toBeLessThan(10);
  });

  test('the log has every version once, in order, and tells the story of each object', async () => {
    const events = await readEvents(store);
    expect(events.map(({ resourceVersion }) => Number(resourceVersion))).toEqual(
      events.map((_, i) => i + 1),
    );
    const swapped = events.filter(({ key }) => key.name === 'swapped');
    expect(swapped.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED']);
    expect(swapped[1]?.previous).toEqual(swapped[0]?.object);
  });
});

describe('giving up', () => {
  test('a write whose signal aborts while it waits is not written', async () => {
    const controller = new AbortController();
    const write = store.commit([createWrite('aborted')], { signal: controller.signal });
    controller.abort(new Error('changed my mind'));
    await expect(write).rejects.toThrow('changed my mind');
    await commitOne(store, createWrite('after-aborted'));
    expect((await freshCache(store)).get('default', 'aborted')).toBeUndefined();
  });

  test('a signal that has aborted already writes nothing', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(store.commit([createWrite('never')], { signal })).rejects.toThrow('too late');
  });
});

/** Group commits of all writers so far: each counts its own. */
async function countCommits(): Promise<number> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ sum: string }>('select sum(batch) from writers');
    return Number(rows[0]?.sum);
  } finally {
    await client.end();
  }
}
