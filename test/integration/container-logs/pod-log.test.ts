import { expect, test } from '@jest/globals';
import { createBearerTokenAuthenticator } from '../../../src/apiserver/authentication/bearer-token.ts';
import { ADMIN_USER } from '../../../src/apiserver/authentication/identities.ts';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import type { PodLogOptions } from '../../../src/apiserver/subresources/pod-log-options.ts';
import { createNodeIpamController } from '../../../src/controllers/node-ipam/reconciler.ts';
import { createKubeletControllers } from '../../../src/kubelet/kubelet.ts';
import { simulatedNode } from '../../../src/kubelet/nodes/simulated-node.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import type { ContainerLine } from '../../../src/lib/container-log.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import { seededRandom } from '../../../src/lib/random.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { BatchLane } from '../../../src/observability/batch-lane.ts';
import {
  coreNodes,
  corePods,
  rbacRoleBindings,
  rbacRoles,
} from '../../../src/scheme/generated/resources.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { ContainerLogTable } from '../../../src/store/telemetry/container-log-table.ts';
import { createTestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { GraphqlClient } from '../../support/graphql-client.ts';
import { TEST_TOKEN, testGraphql } from '../../support/graphql-server.ts';
import { person, role, roleBinding } from '../../support/policy.ts';
import { runControllers } from '../../support/running-controllers.ts';

const JANE_TOKEN = 'the-token-of-jane';
const TARGET = { namespace: 'default', name: 'web' };

/** Kubelets whose containers print into the database, and an API that reads it. Time stands still until the test moves it. */
async function loggingPlane() {
  const database = await createTestDatabase();
  const clock = new VirtualClock(Date.UTC(2026, 5, 1, 12));
  const io = { ioClock: systemClock, logger: silentLogger };
  const table = new ContainerLogTable({ url: database.url, random: seededRandom(1), ...io });
  const backend = { name: 'the table', append: (l: readonly ContainerLine[]) => table.append(l) };
  const lane = new BatchLane<ContainerLine>({ what: 'lines', backend, ...io });
  const authenticators = [
    createBearerTokenAuthenticator({ token: TEST_TOKEN, user: ADMIN_USER }),
    createBearerTokenAuthenticator({ token: JANE_TOKEN, user: person('jane') }),
  ];
  const graphql = await testGraphql({
    api: { clock, databaseUrl: database.url, containerLogs: table, authenticators },
  });
  const { client } = graphql.api;
  const controllers = [
    createNodeIpamController(),
    ...createKubeletControllers({ containerLog: { write: (line) => lane.add(line) } }),
  ];
  const running = await runControllers({ client, controllers, clock });
  await client.create(coreNodes, simulatedNode({ name: 'n1' }));
  return {
    client,
    clock,
    graphql,
    async log(options: PodLogOptions = {}): Promise<string[]> {
      await lane.flush();
      return (await client.podLog(TARGET, options)).split('\n').slice(0, -1);
    },
    /** Lets time go by until the Pod is as `check` wants it. */
    asTimePasses: (check: (pod: Pod) => void): Promise<Pod> =>
      eventually(() => {
        clock.advance(100);
        return client.get(corePods, TARGET);
      }, check),
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await lane.flush();
      await graphql[Symbol.asyncDispose]();
      await table.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

const podOf = (annotations: Record<string, string>) => ({
  metadata: { name: 'web', namespace: 'default', annotations },
  spec: {
    nodeName: 'n1',
    automountServiceAccountToken: false,
    containers: [{ name: 'main', image: 'nginx:1.7.9' }],
  },
});

const isRunning = (pod: Pod): void => expect(pod.status?.phase).toBe('Running');
const restarts =
  (count: number) =>
  ({ status }: Pod): void =>
    expect(status?.containerStatuses?.[0]).toMatchObject({
      restartCount: count,
      state: { running: {} },
    });

const STARTED = 'Container main started from image nginx:1.7.9';
const STOPPED = 'Container main stopped with exit code 7';

test('a container prints that it starts and stops, and each run is read by itself', async () => {
  await using plane = await loggingPlane();
  const annotations = { 'orrery.dev/exit-after': '5s', 'orrery.dev/exit-code': '7' };
  await plane.client.create(corePods, podOf({ ...annotations, 'orrery.dev/log': 'hello' }));
  await plane.asTimePasses(restarts(0));
  expect(await plane.log()).toEqual([STARTED, 'hello']);
  await plane.asTimePasses(restarts(1));
  expect(await plane.log()).toEqual([STARTED, 'hello']);
  expect(await plane.log({ previous: true })).toEqual([STARTED, 'hello', STOPPED]);
  expect(await plane.log({ previous: true, tailLines: 1 })).toEqual([STOPPED]);
  const waiting = await plane.asTimePasses(({ status }) =>
    expect(status?.containerStatuses?.[0]?.state?.waiting).toBeDefined(),
  );
  expect(waiting.status?.containerStatuses?.[0]?.restartCount).toBe(1);
  expect(await plane.log()).toEqual([STARTED, 'hello', STOPPED]);
});

test('lines with an interval are printed on the clock of the world, and read by their times', async () => {
  await using plane = await loggingPlane();
  await plane.client.create(
    corePods,
    podOf({ 'orrery.dev/log': 'tick', 'orrery.dev/log-every': '10s' }),
  );
  const { status } = await plane.asTimePasses(isRunning);
  const startedMs = Date.parse(status?.containerStatuses?.[0]?.state?.running?.startedAt ?? '');
  plane.clock.advance(startedMs + 35_000 - plane.clock.now());
  const at = (seconds: number) => new Date(startedMs + seconds * 1_000).toISOString();
  const stamped = (seconds: number) => `${at(seconds).replace('Z', '000000Z')} tick`;
  expect(await plane.log({ timestamps: true, tailLines: 3 })).toEqual([10, 20, 30].map(stamped));
  expect(await plane.log({ sinceSeconds: 15 })).toEqual(['tick', 'tick']);
  expect(await plane.log({ sinceTime: at(30) })).toEqual(['tick']);
});

test('an answer ends after limitBytes, and has no part of a character', async () => {
  await using plane = await loggingPlane();
  await plane.client.create(corePods, podOf({ 'orrery.dev/log': 'äö' }));
  await plane.asTimePasses(isRunning);
  await plane.log();
  const read = (limitBytes: number) => plane.client.podLog(TARGET, { tailLines: 1, limitBytes });
  expect(await Promise.all([1, 2, 3, 4, 100].map(read))).toEqual(['', 'ä', 'ä', 'äö', 'äö\n']);
});

test('a Pod that no node runs has printed nothing, and one that is not there is NotFound', async () => {
  await using plane = await loggingPlane();
  await expect(plane.client.podLog(TARGET)).rejects.toMatchObject({ reason: 'NotFound' });
  const { nodeName: _, ...spec } = podOf({}).spec;
  await plane.client.create(corePods, { ...podOf({}), spec });
  expect(await plane.client.podLog(TARGET)).toBe('');
});

test('a log takes the right to get pods/log: for others it is null with a Forbidden, beside the Pod', async () => {
  await using plane = await loggingPlane();
  const { client, graphql } = plane;
  await client.create(corePods, podOf({}));
  await plane.asTimePasses(isRunning);
  await plane.log();
  await client.create(rbacRoles, role('default', 'pods', 'get pods'));
  await client.create(rbacRoleBindings, roleBinding('default', 'jane', 'pods', 'User:jane'));
  await using jane = new GraphqlClient({ url: graphql.url, token: JANE_TOKEN });
  const QUERY = '{ core { v1 { pod(name: "web") { metadata { name } logs } } } }';
  const pod = (logs: string | null) => ({
    core: { v1: { pod: { metadata: { name: 'web' }, logs } } },
  });
  await eventually(
    () => jane.send(QUERY),
    (answer) => expect(answer.data).toEqual(pod(null)),
  );
  expect((await jane.send(QUERY)).errors).toMatchObject([
    { path: ['core', 'v1', 'pod', 'logs'], extensions: { code: 'Forbidden' } },
  ]);
  const asJane = createClient(graphql.api.apiServer, { user: person('jane') });
  await expect(asJane.podLog(TARGET)).rejects.toMatchObject({ reason: 'Forbidden' });
  await client.create(rbacRoles, role('default', 'logs', 'get pods/log'));
  await client.create(rbacRoleBindings, roleBinding('default', 'jane-logs', 'logs', 'User:jane'));
  await eventually(
    () => jane.send(QUERY),
    (answer) => expect(answer.data).toEqual(pod(`${STARTED}\n`)),
  );
  expect(await asJane.podLog(TARGET)).toBe(`${STARTED}\n`);
});
