/** The first thing that anybody does: the classic Deployment, watched from before it was there. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Deployment } from '../../../src/scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { eventually } from '../../support/eventually.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';
import { PlaneApi } from './support/plane-api.ts';
import type { Change } from './support/plane-watch.ts';
import { assertWatchOfPart, embeddedDatabaseUrl, readLog } from './support/revision-log.ts';
import { SseSubscription } from './support/sse.ts';
import { conditionOf, deploymentManifest, isReady, isRolledOut } from './support/workloads.ts';

const MANIFEST = readFileSync(
  path.resolve(import.meta.dirname, '../../../examples/nginx-deployment.yaml'),
  'utf8',
);
const RESOURCES = ['deployments', 'replicasets', 'pods'];
const NGINX = ['deployments', 'nginx-deployment'] as const;

let server: ServerProcess;
let api: PlaneApi;

beforeAll(async () => {
  server = await startServer();
  api = new PlaneApi(server);
});

afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** The steps of a Pod's way up, each told by what the step before does not have yet. */
function stepOf(pod: Pod): string {
  if (isReady(pod)) return 'Ready';
  if (pod.status?.phase === 'Running') return 'Running';
  const [container] = pod.status?.containerStatuses ?? [];
  if (container?.state?.waiting?.reason === 'ContainerCreating') return 'ContainerCreating';
  if (conditionOf(pod, 'PodScheduled')?.status === 'True') return 'Bound';
  return 'Created';
}

function stepsByPod(changes: readonly Change<Pod>[]): Map<string, string[]> {
  const steps = new Map<string, string[]>();
  for (const { key, object } of changes) {
    const of = steps.get(key) ?? [];
    steps.set(key, of);
    if (of.at(-1) !== stepOf(object)) of.push(stepOf(object));
  }
  return steps;
}

test('the classic Deployment becomes two Running and Ready Pods, and a watch open before hears of every step once and in order', async () => {
  const watched = RESOURCES.map((resource) => ({ resource, namespace: 'default' }));
  using watch = await api.watch(watched);
  expect(await api.apply(MANIFEST)).toEqual(['deployment.apps/nginx-deployment created']);
  const deployment = await api.eventually<Deployment>(NGINX, (object) =>
    expect(isRolledOut(object)).toBe(true),
  );
  const settledAt = Number(deployment.metadata.resourceVersion);
  await eventually(
    () => watch.version,
    (version) => expect(version).toBeGreaterThanOrEqual(settledAt),
  );
  const database = embeddedDatabaseUrl(server.dataDirectory);
  assertWatchOfPart(watch.recorded, await readLog(database, RESOURCES, { namespace: 'default' }));
  expect(watch.changes.slice(0, 1)).toMatchObject([{ type: 'ADDED', resource: 'deployments' }]);
  const firsts = RESOURCES.map((resource) => watch.changesOf(resource)[0]?.version ?? 0);
  expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
  const steps = [...stepsByPod(watch.changesOf<Pod>('pods')).values()];
  const allSteps = ['Created', 'Bound', 'ContainerCreating', 'Running', 'Ready'];
  expect(steps).toEqual([allSteps, allSteps]);
  for (const pod of await api.list<Pod>('pods', { labelSelector: 'app=nginx' })) {
    expect(pod.spec?.nodeName).toMatch(/^node-[123]$/);
    expect(pod.status).toMatchObject({ phase: 'Running', podIP: expect.any(String) });
  }
});

test('applying the same again says unchanged and writes nothing; an edited one says configured, and --record is kept', async () => {
  await api.apply(MANIFEST);
  const settled = await api.eventually<Deployment>(NGINX, (object) =>
    expect(isRolledOut(object)).toBe(true),
  );
  expect(await api.apply(MANIFEST)).toEqual(['deployment.apps/nginx-deployment unchanged']);
  const { metadata } = await api.get<Deployment>(...NGINX);
  expect(metadata.resourceVersion).toBe(settled.metadata.resourceVersion);
  const edited = MANIFEST.replace('replicas: 2', 'replicas: 3');
  const cause = 'orrery apply -f nginx-deployment.yaml --record';
  expect(await api.apply(edited, cause)).toEqual(['deployment.apps/nginx-deployment configured']);
  await api.eventually<Deployment>(NGINX, (object) => {
    expect(isRolledOut(object)).toBe(true);
    expect(object.spec?.replicas).toBe(3);
    expect(object.metadata.annotations?.['kubernetes.io/change-cause']).toBe(cause);
  });
});

const KINDS = [
  ['deployments', 'watchAppsV1Deployments'],
  ['replicasets', 'watchAppsV1ReplicaSets'],
  ['pods', 'watchCoreV1Pods'],
] as const;

type KindWatch = Record<
  string,
  { type: string; resourceVersion: string; object: { metadata: { name: string } } }
>;

const watchOf = (field: string): string =>
  `subscription ($rv: String!) { ${field}(namespace: "default", labelSelector: "app=kinds", resourceVersion: $rv) {
    type resourceVersion object { metadata { name } }
  } }`;

test('a subscription of each kind hears the same over WebSocket and over server-sent events, and all that was committed', async () => {
  const rv = await api.resourceVersion();
  const sockets = KINDS.map(([, field]) =>
    api.graphql.subscribe<KindWatch>(watchOf(field), { rv }),
  );
  const streams = KINDS.map(([, field]) => {
    return new SseSubscription<KindWatch>(server, watchOf(field), { rv });
  });
  const manifest = deploymentManifest('kinds') as { metadata: object };
  await api.apply({ ...manifest, metadata: { ...manifest.metadata, labels: { app: 'kinds' } } });
  await api.eventually<Deployment>(['deployments', 'kinds'], (object) =>
    expect(isRolledOut(object)).toBe(true),
  );
  const database = embeddedDatabaseUrl(server.dataDirectory);
  for (const [i, [resource, field]] of KINDS.entries()) {
    const results = () => [sockets[i]?.results, streams[i]?.results];
    await eventually(results, async ([socket, stream]) => {
      const log = (await readLog(database, [resource])).filter(({ key }) => key.includes('/kinds'));
      const committed = log.map(({ type, version }) => `${type} ${version}`);
      const heard = socket?.map(({ [field]: event }) => `${event?.type} ${event?.resourceVersion}`);
      expect(heard).toEqual(committed);
      expect(stream).toEqual(socket);
    });
  }
  for (const socket of sockets) socket.stop();
  await Promise.all(streams.map((stream) => stream[Symbol.asyncDispose]()));
});
