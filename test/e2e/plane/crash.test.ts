/** What a user finds after the worst moment to lose the process, and what a start says that cannot go on. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import type { Deployment } from '../../../src/scheme/generated/types/apps-v1.ts';
import type { ConfigMap, Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { eventually } from '../../support/eventually.ts';
import { GraphqlRequestError } from '../../support/graphql-client.ts';
import { startServer, temporaryDataDirectory } from '../../support/server.ts';
import { PlaneApi } from './support/plane-api.ts';
import { runServer } from './support/program.ts';
import { embeddedDatabaseUrl, postmaster, readLog } from './support/revision-log.ts';
import {
  configMapManifest,
  deploymentManifest,
  isReady,
  isRolledOut,
} from './support/workloads.ts';

const CLIENTS = 8;
const ACKNOWLEDGED_BEFORE_THE_KILL = 400;

function scratch(): { readonly directory: string } & Disposable {
  const directory = temporaryDataDirectory();
  return {
    directory,
    [Symbol.dispose]: () => fs.rmSync(directory, { recursive: true, force: true }),
  };
}

const CREATE = `mutation ($input: CoreV1ConfigMapInput!) {
  createCoreV1ConfigMap(input: $input) { metadata { name } }
}`;

/** Creates one object after the other until the server is gone; returns what it was told is there. */
async function createUntilGone(
  api: PlaneApi,
  client: number,
  onCreated: () => void,
): Promise<string[]> {
  const created: string[] = [];
  for (let i = 0; ; i++) {
    const name = `client-${client}-${i}`;
    const { apiVersion: _, kind: __, ...input } = configMapManifest(name, { i: String(i) });
    try {
      await api.graphql.request(CREATE, { input });
    } catch (error) {
      if (!(error instanceof GraphqlRequestError)) return created;
      throw error;
    }
    created.push(name);
    onCreated();
  }
}

test('after kill -9 amid the writes of eight clients, every acknowledged one is there once, and the Deployment that was rolling out completes', async () => {
  using data = scratch();
  const first = await startServer({ dataDirectory: data.directory });
  await using api = new PlaneApi(first);
  let acknowledged = 0;
  let killed: Promise<void> | undefined;
  const onCreated = (): void => {
    acknowledged++;
    if (acknowledged === ACKNOWLEDGED_BEFORE_THE_KILL) {
      killed = api.apply(deploymentManifest('web', { replicas: 30 })).then(() => first.kill());
    }
  };
  const clients = Array.from({ length: CLIENTS }, (_, i) => createUntilGone(api, i, onCreated));
  const created = (await Promise.all(clients)).flat();
  await killed;
  // The database outlives its owner, as it would after any crash.
  expect(() => process.kill(postmaster(data.directory).pid, 0)).not.toThrow();

  await using second = await startServer({ dataDirectory: data.directory });
  expect(second.token).toBe(first.token);
  await using again = new PlaneApi(second);
  const found = (await again.list<ConfigMap>('configmaps', { namespace: 'default' }))
    .map(({ metadata }) => metadata.name ?? '')
    .filter((name) => name.startsWith('client-'));
  expect(new Set(found).size).toBe(found.length);
  expect(created.filter((name) => !found.includes(name))).toEqual([]);
  // Each client had one request under way at most, of which it heard nothing.
  expect(found.length - created.length).toBeLessThanOrEqual(CLIENTS);

  await again.eventually<Deployment>(['deployments', 'web'], (object) =>
    expect(isRolledOut(object)).toBe(true),
  );
  const pods = await again.list<Pod>('pods', { labelSelector: 'app=web' });
  expect(pods.filter(isReady)).toHaveLength(30);
  const log = await readLog(embeddedDatabaseUrl(data.directory), ['configmaps', 'pods'], {
    namespace: 'default',
  });
  const added = log.filter(({ type }) => type === 'ADDED').map(({ key }) => key);
  expect(new Set(added).size).toBe(added.length);
}, 120_000);

test('a second server on the same data directory is refused in one sentence, a second on the same port too, and the first goes on', async () => {
  using data = scratch();
  using other = scratch();
  await using first = await startServer({ dataDirectory: data.directory });
  const [sameDirectory, samePort] = await Promise.all([
    runServer({ args: ['--port', '0', '--data-dir', data.directory] }),
    runServer({ args: ['--port', String(first.port), '--data-dir', other.directory] }),
  ]);
  expect(sameDirectory).toEqual({
    exitCode: 1,
    errors: expect.stringMatching(
      new RegExp(
        `^orrery: Another Orrery \\(process ${first.pid}\\) is using \\S+; stop it first, or choose another data directory with --data-dir \\(and another port with --port\\)\\.\\n$`,
      ),
    ),
  });
  expect(samePort).toEqual({
    exitCode: 2,
    errors: `orrery: port ${first.port} is in use; stop what listens there, or choose another with --port\n`,
  });
  // What a refused start has begun, it has ended.
  await eventually(
    () => fs.existsSync(path.join(other.directory, 'postgres/cluster/data/postmaster.pid')),
    (isRunning) => expect(isRunning).toBe(false),
  );
  expect((await fetch(`${first.url}/readyz`)).ok).toBe(true);
}, 60_000);

test('what a start that was killed has left half-done is no obstacle to the next one', async () => {
  using data = scratch();
  const draft = path.join(data.directory, 'postgres/cluster.initialising-999999999-00000000/data');
  fs.mkdirSync(draft, { recursive: true });
  fs.writeFileSync(path.join(draft, 'PG_VERSION'), '18\n');
  fs.mkdirSync(path.join(data.directory, 'postgres/cluster/data'), { recursive: true });
  fs.writeFileSync(path.join(data.directory, 'token.999999999'), 'half');
  fs.writeFileSync(path.join(data.directory, 'orrery.pid'), '999999999\n');
  await using server = await startServer({ dataDirectory: data.directory });
  await using api = new PlaneApi(server);
  expect(await api.apply(configMapManifest('alive'))).toEqual(['configmap/alive created']);
  const { mode } = fs.statSync(path.join(data.directory, 'token'));
  expect((mode & 0o777).toString(8)).toBe('600');
}, 60_000);

test('a data directory that cannot be one, and a token that is none, are each one sentence with the remedy', async () => {
  using data = scratch();
  const file = path.join(data.directory, 'a-file');
  fs.writeFileSync(file, '');
  const empty = path.join(data.directory, 'empty-token');
  fs.mkdirSync(empty);
  fs.writeFileSync(path.join(empty, 'token'), '');
  const start = (directory: string) =>
    runServer({ args: ['--port', '0', '--data-dir', directory] });
  const [isFile, noToken] = await Promise.all([file, empty].map(start));
  expect(isFile).toEqual({
    exitCode: 2,
    errors: expect.stringMatching(
      /^orrery: the data directory \S+a-file cannot be used \(.*\); choose another with --data-dir\n$/,
    ),
  });
  expect(noToken).toEqual({
    exitCode: 2,
    errors: `orrery: ${empty}/token holds no token; remove it, and the next start makes a new one\n`,
  });
});
