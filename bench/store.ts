/**
 * What the store alone can do: its hot paths on a real, durable PostgreSQL, beside what PostgreSQL does with the same rows
 * and no store.
 *
 *   npm run perf:store [-- --writes 20000] [-- --url postgres://…]
 *
 * Without `--url` it starts an embedded PostgreSQL in a temporary folder.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import type { ApiObject } from '../src/scheme/object.ts';
import { createDatabaseIfMissing } from '../src/store/create-database.ts';
import { startEmbeddedPostgres } from '../src/store/embedded/embedded-postgres.ts';
import { migrate } from '../src/store/migrate.ts';
import { createStore } from '../src/store/postgres-store.ts';
import type { ObjectKey, ObjectStore, StoreWrite } from '../src/store/store.ts';

const PODS = { group: '', resource: 'pods' };

const { values: flags } = parseArgs({
  options: {
    writes: { type: 'string', default: '20000' },
    url: { type: 'string' },
  },
});
const WRITES = Number(flags.writes);

const nameOf = (i: number): string => `nginx-deployment-5d59d67564-${i}`;
const keyOf = (i: number): ObjectKey => ({ ...PODS, namespace: 'default', name: nameOf(i) });

/** About 1.4 kB of JSON, as a small Pod has. */
function newPod(i: number): ApiObject & { status: object } {
  const labels = { app: 'nginx', 'pod-template-hash': '5d59d67564' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: nameOf(i), namespace: 'default', uid: `uid-${i}`, generation: 1, labels },
    spec: { containers: [{ name: 'nginx', image: 'nginx:1.7.9', env: padding() }] },
    status: { phase: 'Pending', conditions: [] },
  } as ApiObject & { status: object };
}

function padding(): object[] {
  return Array.from({ length: 20 }, (_, i) => ({ name: `VARIABLE_${i}`, value: 'x'.repeat(16) }));
}

async function report(label: string, count: number, work: () => Promise<unknown>): Promise<void> {
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  await work();
  const seconds = (performance.now() - startedMs) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const rate = Math.round(count / seconds).toLocaleString('en');
  const cpuUs = ((user + system) / count).toFixed(1);
  console.log(
    `${label.padEnd(58)} ${rate.padStart(11)}/s ${cpuUs.padStart(8)} µs of Node's CPU each`,
  );
}

/** Calls `work` for each number below `count`, `clients` at a time. */
async function concurrently(
  count: number,
  clients: number,
  work: (i: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: clients }, client));
}

/** Creates, changes and deletes the same objects. */
async function benchWrites(store: ObjectStore, count: number, clients: number): Promise<void> {
  const stored: ApiObject[] = [];
  const one = async (i: number, write: StoreWrite): Promise<void> => {
    stored[i] = (await store.commit([write]))[0] as ApiObject;
  };
  const change = (type: 'update' | 'delete', i: number): StoreWrite => {
    const object = stored[i] as ApiObject;
    const expectedResourceVersion = object.metadata.resourceVersion ?? '';
    return { type, key: keyOf(i), object: { ...object }, expectedResourceVersion };
  };
  const of = `${clients} client${clients === 1 ? '' : 's'}`;
  await report(`create, ${of}`, count, () =>
    concurrently(count, clients, (i) =>
      one(i, { type: 'create', key: keyOf(i), object: newPod(i) }),
    ),
  );
  await report(`update, ${of}`, count, () =>
    concurrently(count, clients, (i) => one(i, change('update', i))),
  );
  await report(`delete, ${of}`, count, () =>
    concurrently(count, clients, (i) => one(i, change('delete', i))),
  );
}

/** The floor: the same two rows a write, by `insert`, without any of the store's promises. */
async function benchRawInserts(url: string, count: number, perTransaction: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('create table raw (like objects including all)');
  await client.query('create table raw_log (like revisions including all)');
  const text = JSON.stringify(newPod(0));
  const insert = {
    name: 'raw',
    text: `with o as (
             insert into raw
             select 1, '', 'pods', 'default', 'pod-' || n, n, $3::json
             from generate_series($1::integer, $2::integer) n
           )
           insert into raw_log
           select 1, n, 'ADDED', '', 'pods', 'default', 'pod-' || n, 0, 0, $3::json
           from generate_series($1::integer, $2::integer) n`,
  };
  await report(`raw insert of both rows, ${perTransaction} a transaction`, count, async () => {
    for (let i = 0; i < count; i += perTransaction) {
      await client.query({ ...insert, values: [i, i + perTransaction - 1, text] });
    }
  });
  await client.query('drop table raw, raw_log');
  await client.end();
}

async function benchReads(store: ObjectStore, url: string): Promise<void> {
  const cache = await store.cache(PODS);
  const writes = Array.from({ length: 10_000 }, (_, i): StoreWrite => {
    return { type: 'create', key: keyOf(i), object: newPod(i) };
  });
  await store.commit(writes);
  await report('list of 10,000, unchanged', 1_000, async () => {
    for (let i = 0; i < 1_000; i++) cache.list('default');
  });
  await report('list of 10,000, one changed since the last', 500, () =>
    concurrently(500, 1, async (i) => {
      const object = cache.get('default', nameOf(i)) as ApiObject;
      const expectedResourceVersion = object.metadata.resourceVersion ?? '';
      await store.commit([{ type: 'update', key: keyOf(i), object, expectedResourceVersion }]);
      cache.list('default');
    }),
  );
  const other = createStore({ url, cluster: 'bench' });
  await other.start();
  await report('objects loaded into a cache', 10_000, () => other.cache(PODS));
  await report('consistent reads (version from PostgreSQL), 64 clients', 20_000, () =>
    concurrently(20_000, 64, async () => {
      await cache.waitFor(await store.currentResourceVersion());
    }),
  );
  const followed = await other.cache(PODS);
  await report('events read from the log by another process', 20_000, async () => {
    await concurrently(20_000, 500, async (i) => {
      const object = cache.get('default', nameOf(i % 10_000)) as ApiObject;
      const expectedResourceVersion = object.metadata.resourceVersion ?? '';
      await store.commit([
        { type: 'update', key: keyOf(i % 10_000), object, expectedResourceVersion },
      ]);
    });
    await followed.waitFor(cache.resourceVersion, { timeoutMs: 60_000 });
  });
  await other.stop();
}

async function run(url: string): Promise<void> {
  await createDatabaseIfMissing(url);
  await migrate({ url });
  for (const perTransaction of [1, 20, 200]) {
    await benchRawInserts(url, perTransaction === 1 ? 2_000 : WRITES, perTransaction);
  }
  const store = createStore({ url, cluster: 'bench' });
  await store.start();
  await store.cache(PODS);
  await benchWrites(store, Math.min(2_000, WRITES), 1);
  for (const clients of [20, 200, 1_000]) await benchWrites(store, WRITES, clients);
  await benchReads(store, url);
  await store.stop();
}

if (flags.url) {
  await run(flags.url);
} else {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-perf-'));
  fs.chmodSync(directory, 0o711);
  const postgres = await startEmbeddedPostgres({ dataDirectory: directory });
  try {
    await run(postgres.url);
  } finally {
    await postgres.stop();
    fs.rmSync(directory, { recursive: true, force: true });
  }
}
