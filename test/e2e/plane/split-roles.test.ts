/** The same control plane as processes of one role or two each, on one database. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import type { Deployment } from '../../../src/scheme/generated/types/apps-v1.ts';
import type { Lease } from '../../../src/scheme/generated/types/coordination-v1.ts';
import type { Node, Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { runOrrery } from '../../support/cli.ts';
import { createTestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { kubeClientTools } from '../../support/kubectl.ts';
import { temporaryDataDirectory } from '../../support/server.ts';
import { startPlane } from './support/plane.ts';
import type { PlaneApi } from './support/plane-api.ts';
import { startWorker, type Worker } from './support/program.ts';
import { assertWatchOfPart, readLog } from './support/revision-log.ts';
import { conditionOf, deploymentManifest, isReady, isRolledOut } from './support/workloads.ts';

/** Since when each node is ready: the same as before means that it has been all the time. */
async function readinessOf(api: PlaneApi): Promise<Record<string, unknown>> {
  const nodes = await api.list<Node>('nodes');
  return Object.fromEntries(
    nodes.map((node) => {
      const { status, lastTransitionTime } = conditionOf(node, 'Ready') ?? {};
      return [node.metadata.name ?? '', { status, lastTransitionTime }];
    }),
  );
}

const STEP = `mutation ($duration: Duration!) { stepClusterTime(duration: $duration) { stepUntil } }`;
const TIME = '{ clusterTime { time stepUntil paused } }';

interface TimeAnswer {
  readonly clusterTime: { readonly time: string; readonly stepUntil: string | null };
}

interface StepAnswer {
  readonly stepClusterTime: { readonly stepUntil: string };
}

/** Pauses the clock and moves it on; resolves when it stands again. */
async function step(
  { graphql }: PlaneApi,
  duration: string,
): Promise<{ startMs: number; untilMs: number; endMs: number }> {
  await graphql.request('mutation { pauseClusterTime { time } }');
  const { clusterTime: start } = await graphql.request<TimeAnswer>(TIME);
  const { stepClusterTime } = await graphql.request<StepAnswer>(STEP, { duration });
  const end = await eventually(
    () => graphql.request<TimeAnswer>(TIME),
    ({ clusterTime }) => expect(clusterTime.stepUntil).toBeNull(),
    { withinMs: 60_000 },
  );
  const [startMs = 0, untilMs = 0, endMs = 0] = [
    start.time,
    stepClusterTime.stepUntil,
    end.clusterTime.time,
  ].map(Date.parse);
  return { startMs, untilMs, endMs };
}

test('three processes on one database bring up a Deployment, a new controllers process goes on where a killed one was, and containers are reached, and a step of the clock reaches all of them', async () => {
  await using database = await createTestDatabase();
  const { url: databaseUrl } = database;
  const dataDirectory = temporaryDataDirectory();
  using _files = {
    [Symbol.dispose]: () => fs.rmSync(dataDirectory, { recursive: true, force: true }),
  };
  await using plane = await startPlane({ databaseUrl, args: ['--role', 'api'] });
  // Whoever works on the database must have its keys.
  const keys = path.join(plane.server.dataDirectory, 'encryption.yaml');
  const worker = (...roles: string[]): Promise<Worker> =>
    startWorker({
      databaseUrl,
      args: [
        ...['--data-dir', dataDirectory, '--encryption-provider-config', keys],
        ...roles.flatMap((role) => ['--role', role]),
      ],
    });
  const [controllers, kubelets] = await Promise.all([
    worker('scheduler', 'controllers'),
    worker('kubelets'),
  ]);
  await using _kubelets = kubelets;
  const { api } = plane;
  using watch = await api.watch([{ resource: 'pods', namespace: 'default' }]);
  const eventuallyReady = (replicas: number) =>
    api.eventually<Deployment>(
      ['deployments', 'web'],
      (object) => {
        expect(isRolledOut(object)).toBe(true);
        expect(object.spec?.replicas).toBe(replicas);
      },
      40_000,
    );
  await api.apply(deploymentManifest('web', { replicas: 4 }));
  await eventuallyReady(4);

  await controllers.kill();
  await api.scale('web', 9);
  await using _successor = await worker('scheduler', 'controllers');
  await eventuallyReady(9);

  const pods = await api.list<Pod>('pods', { namespace: 'default' });
  expect(pods.filter(isReady)).toHaveLength(9);
  // The process that is asked runs no kubelet: a container is made where it is asked for.
  using tools = await kubeClientTools({ kubeconfig: plane.server.kubeconfig });
  const run = (...args: string[]) => tools.kubectl(args);
  const name = pods.find(isReady)?.metadata.name ?? '';
  expect(await run('exec', name, '--', 'hostname')).toMatchObject({
    exitCode: 0,
    stdout: `${name}\n`,
  });
  expect(await run('logs', name)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('started from image'),
  });

  // Nor a scheduler: what that decided is read, and what it would decide is worked out here.
  const explained = await runOrrery(['explain-scheduling', 'pod', name, '-o', 'json'], {
    server: plane.server,
  });
  expect(JSON.parse(explained.stdout)).toMatchObject({
    state: 'BOUND',
    // It may have been tried before its node had lost the taint that new nodes have.
    attempts: expect.arrayContaining([expect.objectContaining({ outcome: 'SCHEDULED' })]),
  });
  const simulated = await runOrrery(['simulate-scheduling', 'pod', name, '-o', 'json'], {
    server: plane.server,
  });
  expect(JSON.parse(simulated.stdout)).toMatchObject({ fits: 1, end: 'ALL_FIT' });

  const log = await readLog(databaseUrl, ['pods'], { namespace: 'default' });
  assertWatchOfPart(watch.recorded, log);
  expect(log.filter(({ type }) => type === 'ADDED')).toHaveLength(9);

  // One clock for all processes, and none of them so fast that another's nodes die.
  const readySince = await readinessOf(api);
  const { startMs, untilMs, endMs } = await step(api, '10m');
  // A process that heard of the pause last had shown a moment more, which stays the past of all.
  expect(untilMs - startMs).toBeGreaterThanOrEqual(600_000);
  expect(endMs).toBe(untilMs);
  const leases = await api.list<Lease>('leases', { namespace: 'kube-node-lease' });
  for (const { spec } of leases) {
    expect(Date.parse(spec?.renewTime ?? '')).toBeGreaterThan(untilMs - 60_000);
  }
  expect(await readinessOf(api)).toEqual(readySince);
}, 150_000);
