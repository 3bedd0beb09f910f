import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import { startEmbeddedPostgres } from '../../src/store/embedded/embedded-postgres.ts';
import { temporaryDataDirectory } from '../../test/support/server.ts';
import type { Sample } from '../figure.ts';
import { pause } from './cluster.ts';
import type { Measurement } from './measurement.ts';

const POLL_MS = 10;

/**
 * `npm start` until `/readyz` says yes, on a data directory that was not there, and again on the same. Packages are
 * installed and the bundle is built. What is measured is npm itself, the look at what is stale, PostgreSQL (initialised
 * the first time), migrations, the GraphQL schema, the controllers and, the first time, three nodes.
 */
export const measureStart: Measurement = async (ctx) => {
  const dataDirectory = temporaryDataDirectory();
  const rawDirectory = temporaryDataDirectory();
  try {
    ctx.say('start: npm start on a new data directory');
    const first = await timeStart(dataDirectory);
    ctx.say('start: npm start again');
    const second = await timeStart(dataDirectory);
    const rawFirst = await timePostgres(rawDirectory);
    const rawSecond = await timePostgres(rawDirectory);
    return toSamples({ first, second, rawFirst, rawSecond });
  } finally {
    fs.rmSync(dataDirectory, { recursive: true, force: true });
    fs.rmSync(rawDirectory, { recursive: true, force: true });
  }
};

/** In seconds. The server is stopped again. */
async function timeStart(dataDirectory: string): Promise<number> {
  const port = await findFreePort();
  const startedAt = performance.now();
  const args = ['start', '--', '--port', String(port), '--data-dir', dataDirectory];
  // A group of its own, so that the signal reaches the server below npm, as Ctrl-C does.
  const child = spawn('npm', args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  while (!(await isReady(port))) {
    if (child.exitCode !== null) throw new Error(`npm start has ended:\n${output}`);
    await pause(POLL_MS);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  process.kill(-(child.pid as number), 'SIGINT');
  await exited;
  return seconds;
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    // Ignored: nobody listens yet.
    return false;
  }
}

async function timePostgres(dataDirectory: string): Promise<number> {
  const startedAt = performance.now();
  const postgres = await startEmbeddedPostgres({ dataDirectory });
  const seconds = (performance.now() - startedAt) / 1_000;
  await postgres.stop();
  return seconds;
}

function findFreePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function toSamples(seconds: {
  first: number;
  second: number;
  rawFirst: number;
  rawSecond: number;
}): Sample[] {
  return [
    {
      name: 'first_start_s',
      label: 'npm start on a new data directory, to ready',
      unit: 's',
      value: seconds.first,
      limitedBy: 'postgres_first_start_s',
    },
    {
      name: 'second_start_s',
      label: 'npm start again on the same, to ready',
      unit: 's',
      value: seconds.second,
      target: { atMost: 3 },
      limitedBy: 'postgres_second_start_s',
    },
    {
      name: 'postgres_first_start_s',
      label: 'the embedded PostgreSQL alone, on a new folder',
      unit: 's',
      value: seconds.rawFirst,
    },
    {
      name: 'postgres_second_start_s',
      label: 'the same again',
      unit: 's',
      value: seconds.rawSecond,
    },
  ];
}
