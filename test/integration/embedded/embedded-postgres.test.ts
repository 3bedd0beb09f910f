import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../../../src/store/embedded/embedded-postgres.ts';
import { isAlive, readPostmasterState } from '../../../src/store/embedded/postmaster.ts';
import { canEnter, findServerUser } from '../../../src/store/embedded/server-user.ts';
import { eventually } from '../../support/eventually.ts';

const isRoot = process.getuid?.() === 0;
const PROGRAM = path.resolve('test/support/embedded-postgres-process.ts');
const TSX = path.resolve('node_modules/tsx/dist/loader.mjs');
const NOBODY = 65_534;

/** A folder with all of a test's files, which the server's account can reach. */
function scratch(): { directory: string; shared: string; data: string } & Disposable {
  const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-embedded-')));
  fs.chmodSync(directory, 0o711);
  return {
    directory,
    data: path.join(directory, 'data'),
    shared: path.join(directory, 'shared'),
    [Symbol.dispose]: () => fs.rmSync(directory, { recursive: true, force: true }),
  };
}

function start(dataDirectory: string, options: Partial<EmbeddedPostgresOptions> = {}) {
  return startEmbeddedPostgres({ dataDirectory, durable: false, ...options });
}

/** Starts one in a process of its own, as the given user, and resolves when it serves. */
async function startProcess(args: string[], uid?: number) {
  const child = spawn(process.execPath, ['--import', TSX, PROGRAM, ...args], {
    ...(uid === undefined ? {} : { uid, gid: uid }),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', TMPDIR: os.tmpdir() },
  });
  const errors = text(child.stderr);
  for await (const url of createInterface({ input: child.stdout })) return { child, url };
  throw new Error(`the process did not start: ${await errors}`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

async function query(url: string, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

const store = (url: string) => query(url, 'create table kept as select 42 as answer');
const restore = (url: string) => query(url, 'select answer from kept');

function clusterOf(data: string): string {
  return path.join(data, 'cluster');
}

test('a second start finds what the first one stored, under the same URL', async () => {
  using files = scratch();
  const first = await start(files.data);
  await store(first.url);
  await first.stop();
  await using second = await start(files.data);
  expect(second.url).toBe(first.url);
  expect(await restore(second.url)).toEqual([[42]]);
});

test('stop ends the server and is idempotent', async () => {
  using files = scratch();
  const postgres = await start(files.data);
  await Promise.all([postgres.stop(), postgres.stop()]);
  expect(isAlive(postgres.pid ?? 0)).toBe(false);
  expect(readPostmasterState(path.join(clusterOf(files.data), 'data'))).toBeUndefined();
});

test('only who knows the password gets in, and only the owner can read it', async () => {
  using files = scratch();
  await using postgres = await start(files.data);
  const without = new URL(postgres.url);
  without.password = '';
  await expect(query(without.href, 'select 1')).rejects.toThrow(/password/);
  without.password = 'guess';
  await expect(query(without.href, 'select 1')).rejects.toThrow(/authentication failed/);
  const cluster = clusterOf(files.data);
  expect(fs.statSync(cluster).mode & 0o777).toBe(0o700);
  expect(fs.statSync(path.join(cluster, 'password')).mode & 0o777).toBe(0o600);
});

test('a start after kill -9 takes over from the PostgreSQL that was left behind', async () => {
  using files = scratch();
  const { child, url } = await startProcess([files.data]);
  await store(url);
  const orphan = readPostmasterState(path.join(clusterOf(files.data), 'data'))?.pid ?? 0;
  await end(child, 'SIGKILL');
  expect(isAlive(orphan)).toBe(true);
  await using postgres = await start(files.data);
  expect(postgres.pid).not.toBe(orphan);
  expect(isAlive(orphan)).toBe(false);
  expect(await restore(postgres.url)).toEqual([[42]]);
});

test('a second start on a data directory in use is refused in one sentence, and the first goes on', async () => {
  using files = scratch();
  const { child, url } = await startProcess([files.data]);
  await store(url);
  await expect(start(files.data)).rejects.toThrow(
    `Another Orrery (process ${child.pid}) is using ${files.data}; stop it first, or choose another data directory with --data-dir`,
  );
  expect(await restore(url)).toEqual([[42]]);
  await end(child, 'SIGTERM');
});

test('of four first starts at once exactly one wins', async () => {
  using files = scratch();
  const starts = Array.from({ length: 4 }, () => start(files.data));
  const outcomes = await Promise.allSettled(starts);
  const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
  const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(won).toHaveLength(1);
  for (const { reason } of lost) expect(String(reason)).toMatch(/Another Orrery/);
  const [winner] = won.map(({ value }) => value) as [EmbeddedPostgres];
  await store(winner.url);
  await winner.stop();
  expect(fs.readdirSync(files.data).sort()).toEqual(['cluster', 'postgres-port', 'postgres.log']);
});

test('a pid file whose number now belongs to another process is no obstacle', async () => {
  using files = scratch();
  await (await start(files.data)).stop();
  const user = findServerUser();
  const stranger = spawn('sleep', ['60'], user ? { uid: user.uid, gid: user.gid } : {});
  const pidFile = path.join(clusterOf(files.data), 'data', 'postmaster.pid');
  fs.writeFileSync(pidFile, `${stranger.pid}\n/elsewhere\n1\n5432\n\n\n\nready   \n`);
  if (user) fs.chownSync(pidFile, user.uid, user.gid);
  await using postgres = await start(files.data);
  expect(await query(postgres.url, 'select 1')).toEqual([[1]]);
  expect(isAlive(stranger.pid ?? 0)).toBe(true);
  await end(stranger, 'SIGKILL');
});

test('what an interrupted initialisation left is removed', async () => {
  using files = scratch();
  const gone = spawn('true');
  await once(gone, 'exit');
  const leftover = path.join(files.data, `cluster.initialising-${gone.pid}-0123abcd`);
  fs.mkdirSync(path.join(leftover, 'data'), { recursive: true });
  fs.chmodSync(files.data, 0o711);
  await using postgres = await start(files.data);
  expect(await query(postgres.url, 'select 1')).toEqual([[1]]);
  expect(fs.existsSync(leftover)).toBe(false);
});

test('a half-written database folder is set aside, not deleted, and a new one made', async () => {
  using files = scratch();
  fs.mkdirSync(path.join(clusterOf(files.data), 'data', 'base'), { recursive: true });
  fs.chmodSync(files.data, 0o711);
  await using postgres = await start(files.data);
  expect(await query(postgres.url, 'select 1')).toEqual([[1]]);
  const aside = fs.readdirSync(files.data).find((name) => name.startsWith('cluster.incomplete-'));
  expect(fs.existsSync(path.join(files.data, aside ?? '', 'data', 'base'))).toBe(true);
});

test('a database that has lost its password is refused, never replaced by an empty one', async () => {
  using files = scratch();
  await (await start(files.data)).stop();
  const password = path.join(clusterOf(files.data), 'password');
  const kept = fs.readFileSync(password);
  fs.rmSync(password);
  await expect(start(files.data)).rejects.toThrow(
    /has lost files that it needs .* move the folder/,
  );
  fs.writeFileSync(password, kept, { mode: 0o600 });
  await using postgres = await start(files.data);
  expect(await query(postgres.url, 'select 1')).toEqual([[1]]);
});

test('a database of another PostgreSQL version is refused with both versions', async () => {
  using files = scratch();
  await (await start(files.data)).stop();
  fs.writeFileSync(path.join(clusterOf(files.data), 'data', 'PG_VERSION'), '15\n');
  await expect(start(files.data)).rejects.toThrow(
    /was made by PostgreSQL 15 and this Orrery brings PostgreSQL 18; start it with/,
  );
});

test('a file in the place of the data directory is refused in one sentence', async () => {
  using files = scratch();
  fs.writeFileSync(files.data, '');
  await expect(start(files.data)).rejects.toThrow(
    /cannot be used .* choose another with --data-dir/,
  );
});

test('a remembered port that someone has taken is replaced, a fixed one is refused', async () => {
  using files = scratch();
  const first = await start(files.data);
  const port = Number(new URL(first.url).port);
  await first.stop();
  const squatter = net.createServer().listen(port, '127.0.0.1');
  await once(squatter, 'listening');
  const second = await start(files.data);
  expect(new URL(second.url).port).not.toBe(String(port));
  await second.stop();
  await expect(start(files.data, { port })).rejects.toThrow(`Port ${port} on 127.0.0.1`);
  squatter.close();
});

test('a server that dies is started again under the same URL', async () => {
  using files = scratch();
  await using postgres = await start(files.data, { durable: true });
  await store(postgres.url);
  const { pid } = postgres;
  process.kill(pid ?? 0, 'SIGKILL');
  await eventually(
    () => postgres.pid,
    (current) => expect(current).not.toBe(pid),
  );
  const rows = await eventually(() => restore(postgres.url));
  expect(rows).toEqual([[42]]);
});

test('a server whose owner session was ended keeps running and stays locked', async () => {
  using files = scratch();
  await using postgres = await start(files.data);
  const { pid } = postgres;
  const sessions = `from pg_stat_activity where application_name like 'orrery-owner-%'`;
  await query(postgres.url, `select pg_terminate_backend(pid) ${sessions}`);
  await eventually(
    () => query(postgres.url, `select 1 ${sessions}`),
    (rows) => expect(rows).toEqual([[1]]),
  );
  expect(postgres.pid).toBe(pid);
  await expect(start(files.data)).rejects.toThrow(/Another Orrery/);
});

test('an aborted start leaves no server behind', async () => {
  using files = scratch();
  await (await start(files.data)).stop();
  const signal = AbortSignal.abort(new Error('changed my mind'));
  await expect(start(files.data, { signal })).rejects.toThrow('changed my mind');
  expect(readPostmasterState(path.join(clusterOf(files.data), 'data'))).toBeUndefined();
});

const asRoot = isRoot ? test : test.skip;

/** As root's own folders are: closed to the account that the server runs under. */
function closedDataDirectory(files: { directory: string }, name: string): string {
  const closed = path.join(files.directory, name);
  fs.mkdirSync(closed, { mode: 0o700 });
  return path.join(closed, 'data');
}

asRoot(
  'as root, a data directory that the server cannot enter points to a folder that it can',
  async () => {
    using files = scratch();
    const data = closedDataDirectory(files, 'root');
    const options = { sharedDirectory: files.shared };
    const first = await start(data, options);
    await store(first.url);
    await first.stop();
    expect(fs.existsSync(clusterOf(data))).toBe(false);
    fs.renameSync(path.dirname(data), path.join(files.directory, 'moved'));
    await using second = await start(path.join(files.directory, 'moved', 'data'), options);
    expect(await restore(second.url)).toEqual([[42]]);
  },
);

asRoot('as root, a copied data directory does not share the original’s database', async () => {
  using files = scratch();
  const data = closedDataDirectory(files, 'root');
  const copy = closedDataDirectory(files, 'copy');
  await (await start(data, { sharedDirectory: files.shared })).stop();
  fs.cpSync(data, copy, { recursive: true });
  await expect(start(copy, { sharedDirectory: files.shared })).rejects.toThrow(
    `${copy} is a copy of ${data}`,
  );
});

asRoot(
  'as root, deleting the data directory starts afresh and the old database is removed',
  async () => {
    using files = scratch();
    const data = closedDataDirectory(files, 'root');
    const first = await start(data, { sharedDirectory: files.shared });
    await store(first.url);
    await first.stop();
    const clusters = () =>
      fs.readdirSync(files.shared).filter((name) => name.startsWith('cluster-'));
    const [old] = clusters();
    fs.rmSync(data, { recursive: true });
    // As if it had been left a while ago: a start in progress is not disturbed.
    fs.utimesSync(path.join(files.shared, old ?? ''), 0, 0);
    await using second = await start(data, { sharedDirectory: files.shared });
    await expect(restore(second.url)).rejects.toThrow(/does not exist/);
    expect(clusters()).toHaveLength(1);
    expect(clusters()).not.toContain(old);
  },
);

const nobody = { name: 'nobody', uid: NOBODY, gid: NOBODY };
const asOrdinaryUser = isRoot && canEnter(path.dirname(PROGRAM), nobody) ? test : test.skip;

asOrdinaryUser(
  'an ordinary user runs it on a folder of their own, and root can take over',
  async () => {
    using files = scratch();
    fs.mkdirSync(files.data);
    fs.chownSync(files.data, NOBODY, NOBODY);
    const { child, url } = await startProcess([files.data], NOBODY);
    await store(url);
    await end(child, 'SIGTERM');
    expect(fs.statSync(clusterOf(files.data)).uid).toBe(NOBODY);
    await using postgres = await start(files.data);
    expect(await restore(postgres.url)).toEqual([[42]]);
  },
);
