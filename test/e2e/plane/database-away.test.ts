/** PostgreSQL dies, or goes away for a while, under load. */
import fs from 'node:fs';
import { expect, test } from '@jest/globals';
import { sleep, systemClock } from '../../../src/lib/clock.ts';
import type { Deployment } from '../../../src/scheme/generated/types/apps-v1.ts';
import { startEmbeddedPostgres } from '../../../src/store/embedded/embedded-postgres.ts';
import { eventually } from '../../support/eventually.ts';
import { GraphqlRequestError } from '../../support/graphql-client.ts';
import { startServer, temporaryDataDirectory } from '../../support/server.ts';
import { assertAtomic, type RecordedTransaction } from '../../support/watch-guarantees.ts';
import { PlaneApi } from './support/plane-api.ts';
import {
  assertWatchOfPart,
  embeddedDatabaseUrl,
  postmaster,
  readLog,
} from './support/revision-log.ts';
import { configMapManifest, deploymentManifest, isRolledOut } from './support/workloads.ts';

const CLIENTS = 8;
/** How many writes, before and after the outage. */
const WRITES = 60;
const AWAY_MS = 3_000;

const TRANSACTION = `mutation ($writes: [TransactionWriteInput!]!) {
  transaction(writes: $writes) { metadata { resourceVersion } }
}`;

interface Transaction {
  transaction: { metadata: { resourceVersion: string } }[];
}

/** Creates two objects in one transaction, and records what the server said to that. */
async function writePair(api: PlaneApi, name: string): Promise<RecordedTransaction> {
  const names = [`${name}-a`, `${name}-b`];
  const writes = names.map((each) => ({ create: configMapManifest(each) }));
  const record = (answer: RecordedTransaction['answer']): RecordedTransaction => ({
    writes: names.map((each) => ({ key: `configmaps default/${each}`, type: 'ADDED' })),
    answer,
  });
  try {
    const { transaction } = await api.graphql.request<Transaction>(TRANSACTION, { writes });
    return record(transaction.map(({ metadata }) => Number(metadata.resourceVersion)));
  } catch (error) {
    if (!(error instanceof GraphqlRequestError)) throw error;
    // The only failure there may be; whether it was written, only a read can tell.
    expect(error.code).toBe('ServiceUnavailable');
    return record('unknown');
  }
}

/** Clients that write all the time, while `outage` takes place amid their writes. */
async function writeThrough(
  api: PlaneApi,
  outage: () => Promise<void>,
): Promise<RecordedTransaction[]> {
  let isOver = false;
  let written = 0;
  let outageEnd: Promise<void> | undefined;
  const begin = async (): Promise<void> => {
    await outage();
    isOver = true;
    written = 0;
  };
  const runClient = async (client: number): Promise<RecordedTransaction[]> => {
    const transactions: RecordedTransaction[] = [];
    for (let i = 0; !isOver || written < WRITES; i++) {
      transactions.push(await writePair(api, `client-${client}-${i}`));
      written++;
      if (written >= WRITES) outageEnd ??= begin();
    }
    return transactions;
  };
  const all = await Promise.all(Array.from({ length: CLIENTS }, (_, i) => runClient(i)));
  await outageEnd;
  return all.flat();
}

/** Writes through the outage, and judges what was said, what was heard, and what is there. */
async function expectNothingLost(
  api: PlaneApi,
  databaseUrl: () => string,
  outage: () => Promise<void>,
): Promise<void> {
  using watch = await api.watch([{ resource: 'configmaps', namespace: 'default' }]);
  await api.apply(deploymentManifest('web', { replicas: 20 }));
  const transactions = await writeThrough(api, outage);
  expect(await api.apply(configMapManifest('last'))).toEqual(['configmap/last created']);
  const all = await readLog(databaseUrl(), ['configmaps'], { namespace: 'default' });
  const end = all.at(-1)?.version ?? 0;
  await eventually(
    () => watch.version,
    (version) => expect(version).toBeGreaterThanOrEqual(end),
  );
  assertWatchOfPart(watch.recorded, all);
  assertAtomic(
    transactions,
    all.filter(({ key }) => key.includes('/client-')),
  );
  await api.eventually<Deployment>(
    ['deployments', 'web'],
    (object) => expect(isRolledOut(object)).toBe(true),
    60_000,
  );
}

test('the embedded PostgreSQL is killed under load: it is started again, no acknowledged write is lost, no other is half there, and an open watch goes on', async () => {
  await using server = await startServer();
  await using api = new PlaneApi(server);
  const { pid } = postmaster(server.dataDirectory);
  const kill = async (): Promise<void> => {
    process.kill(pid, 'SIGKILL');
    await eventually(
      () => postmaster(server.dataDirectory).pid,
      (successor) => expect(successor).not.toBe(pid),
    );
  };
  await expectNothingLost(api, () => embeddedDatabaseUrl(server.dataDirectory), kill);
  expect(server.output()).toContain('the embedded PostgreSQL ended unexpectedly');
}, 90_000);

test('a PostgreSQL that is stopped for three seconds under load: requests wait or fail as ServiceUnavailable, and nothing is lost', async () => {
  const dataDirectory = temporaryDataDirectory();
  const start = () => startEmbeddedPostgres({ dataDirectory, durable: true });
  let postgres = await start();
  try {
    await using server = await startServer({ databaseUrl: postgres.url });
    await using api = new PlaneApi(server);
    const restart = async (): Promise<void> => {
      await postgres.stop();
      await sleep(systemClock, AWAY_MS);
      const { url } = postgres;
      postgres = await start();
      expect(postgres.url).toBe(url);
    };
    await expectNothingLost(api, () => postgres.url, restart);
  } finally {
    await postgres.stop();
    fs.rmSync(dataDirectory, { recursive: true, force: true });
  }
}, 90_000);
