/** The clock of a running cluster, steered by `orrery time`: kubelets, controllers, leases and CronJobs go by it. */
import fs from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CronJob, Job } from '../../../src/scheme/generated/types/batch-v1.ts';
import type { Lease } from '../../../src/scheme/generated/types/coordination-v1.ts';
import type { Node } from '../../../src/scheme/generated/types/core-v1.ts';
import { type CliRun, runOrrery } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { type ServerProcess, startServer, temporaryDataDirectory } from '../../support/server.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** What the day takes on two slow cores that have other things to do. */
const PATIENCE_MS = 240_000;
/** A node that is given more time lets the clock go further ahead of the work. */
const ARGS = ['--initial-nodes', '1', '--node-monitor-grace-period', '90'];

let dataDirectory: string;
let server: ServerProcess;

beforeAll(async () => {
  dataDirectory = temporaryDataDirectory();
  server = await startServer({ dataDirectory, args: ARGS });
  await eventually(nodesAreReady);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  fs.rmSync(dataDirectory, { recursive: true });
});

function run(line: string, stdin?: string): Promise<CliRun> {
  return runOrrery(line.split(' '), { server, ...(stdin ? { stdin } : {}) });
}

async function orrery(line: string, stdin?: string): Promise<string> {
  const { exitCode, stderr, stdout } = await run(line, stdin);
  expect([line, exitCode, stderr]).toEqual([line, 0, '']);
  return stdout;
}

interface Time {
  readonly time: string;
  readonly realTime: string;
  readonly paused: boolean;
  readonly speed: number;
  readonly effectiveSpeed: number;
}

const readTime = async (): Promise<Time> => JSON.parse(await orrery('time -o json'));
const nowMs = async (): Promise<number> => Date.parse((await readTime()).time);

async function list<T>(resource: string): Promise<T[]> {
  return JSON.parse(await orrery(`get ${resource} -o json`)).items;
}

const readyOf = ({ status }: Node) => status?.conditions?.find(({ type }) => type === 'Ready');

/** Since when each node is ready: the same as before means that it has been all the time. */
async function nodesAreReady(): Promise<Record<string, string | undefined>> {
  const nodes = await list<Node>('nodes');
  expect(nodes.map((node) => readyOf(node)?.status)).toEqual(['True']);
  return Object.fromEntries(
    nodes.map((node) => [node.metadata.name, readyOf(node)?.lastTransitionTime]),
  );
}

/** Waits until the machine's clock has moved on by `forMs`. */
async function realTimePasses(forMs: number): Promise<void> {
  const startMs = Date.now();
  await eventually(
    () => Date.now(),
    (realMs) => expect(realMs - startMs).toBeGreaterThan(forMs),
  );
}

function cronJob(name: string, schedule: string, keep: number): string {
  return `
apiVersion: batch/v1
kind: CronJob
metadata: { name: ${name} }
spec:
  schedule: '${schedule}'
  successfulJobsHistoryLimit: ${keep}
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{ name: work, image: busybox, command: [sh, -c, exit 0] }]
`;
}

/** The minutes that the Jobs of a CronJob ran for, as their names say. */
async function runsOf(name: string): Promise<number[]> {
  const jobs = await list<Job>('jobs');
  return jobs
    .filter(({ metadata }) => metadata.ownerReferences?.[0]?.name === name)
    .map(({ metadata }) => Number(metadata.name?.slice(name.length + 1)))
    .sort((a, b) => a - b);
}

/** The minutes of every `period`th minute after one time, up to another. */
function minutesBetween(afterMs: number, untilMs: number, period: number): number[] {
  const first = Math.floor(afterMs / MINUTE_MS / period) * period + period;
  const last = untilMs / MINUTE_MS;
  const minutes: number[] = [];
  for (let minute = first; minute <= last; minute += period) minutes.push(minute);
  return minutes;
}

test('a cluster runs in real time until it is told otherwise', async () => {
  expect(await orrery('time')).toMatch(
    /^Cluster time: +(\S+)\nReal time: +\1\nOffset: +0s\nClock: +running at real time\n$/,
  );
});

test('a paused clock stands: leases and schedules wait for it', async () => {
  expect(await orrery('time pause')).toMatch(/^cluster time \S+, paused/);
  const before = await nowMs();
  const leases = await list<Lease>('leases -A');
  await realTimePasses(1_500);
  expect(await nowMs()).toBe(before);
  expect(await list<Lease>('leases -A')).toEqual(leases);
});

test('a step of ten minutes runs the CronJobs that are due in it, keeps the node ready, and stands at its end', async () => {
  await orrery('apply -f -', cronJob('often', '*/5 * * * *', 400));
  const [{ metadata }] = (await list<CronJob>('cronjobs')) as [CronJob];
  const createdMs = Date.parse(metadata.creationTimestamp ?? '');
  const readySince = await nodesAreReady();
  const before = await nowMs();
  await orrery('time step 10m');
  expect(await readTime()).toMatchObject({ paused: true, effectiveSpeed: 0 });
  expect((await nowMs()) - before).toBe(10 * MINUTE_MS);
  await eventually(
    () => runsOf('often'),
    (runs) => expect(runs).toEqual(minutesBetween(createdMs, before + 10 * MINUTE_MS, 5)),
  );
  expect(await nodesAreReady()).toEqual(readySince);
  expect(await orrery('get nodes')).toMatch(/Ready +<none> +10m/);
});

test(
  'a day of CronJobs takes moments: each run once, none missed, no more kept than is to be kept',
  async () => {
    await orrery('apply -f -', cronJob('hourly', '0 * * * *', 3));
    const readySince = await nodesAreReady();
    const before = await nowMs();
    const known = await runsOf('often');
    await orrery('time step 24h');
    const after = before + DAY_MS;
    expect(await nowMs()).toBe(after);
    await eventually(
      () => runsOf('often'),
      (runs) => expect(runs).toEqual([...known, ...minutesBetween(before, after, 5)]),
    );
    const hours = minutesBetween(before, after, 60);
    expect(hours).toHaveLength(24);
    const kept = await runsOf('hourly');
    expect(kept).toEqual(hours.slice(-kept.length));
    expect(kept.length).toBeGreaterThanOrEqual(3);
    expect(kept.length).toBeLessThanOrEqual(4);
    expect(await nodesAreReady()).toEqual(readySince);
  },
  PATIENCE_MS,
);

test('at sixty times real time a minute passes in a second, and the node stays ready', async () => {
  expect(await orrery('time speed 60')).toMatch(/, running at 60 times real time/);
  const readySince = await nodesAreReady();
  const before = await readTime();
  await realTimePasses(2_000);
  const after = await readTime();
  const realMs = Date.parse(after.realTime) - Date.parse(before.realTime);
  const clusterMs = Date.parse(after.time) - Date.parse(before.time);
  expect(clusterMs / realMs).toBeGreaterThan(10);
  expect(clusterMs / realMs).toBeLessThanOrEqual(60.5);
  expect(await nodesAreReady()).toEqual(readySince);
});

test('a server that was killed goes on at the speed and from the time that it had', async () => {
  const before = await nowMs();
  await server.kill();
  server = await startServer({ dataDirectory, args: ARGS });
  expect(await nowMs()).toBeGreaterThanOrEqual(before);
  expect(await readTime()).toMatchObject({ speed: 60, paused: false });
  await orrery('time pause');
  const paused = await nowMs();
  await server.kill();
  server = await startServer({ dataDirectory, args: ARGS });
  expect(await nowMs()).toBe(paused);
  expect(await orrery('time resume')).toMatch(/, running at 60 times real time/);
});

test.each([
  ['time speed fast', /"fast" is no speed; give a number such as 60 or 0\.5/],
  ['time speed 0', /speed: 0 is not between 0\.01 and 3600 .*; to stop the clock, pause it/],
  ['time speed 1e9', /no speed/],
  ['time speed 9999', /speed: 9999 is not between/],
  ['time step tomorrow', /"tomorrow" is no step; give a duration/],
  ['time step -10m', /unknown option|is no step/],
  ['time step 99999h', /step: .* are not between/],
  ['time speed', /missing required argument/],
])('orrery %s is refused', async (line, words) => {
  const { exitCode, stderr } = await run(line);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(words);
});

test('nobody but administrators steers the clock, and everybody may read it', async () => {
  for (const change of ['speed 2', 'pause', 'resume', 'step 1m']) {
    const { exitCode, stderr } = await run(`time ${change} --as jane`);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'User "jane" cannot update resource "clocks" in API group "orrery.dev" at the cluster scope',
    );
  }
  expect(await orrery('time --as jane')).toContain('Cluster time:');
});
