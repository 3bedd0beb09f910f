/** What a Deployment promises while it changes, judged at every event of a watch. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Deployment, ReplicaSet } from '../../../src/scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import { eventually } from '../../support/eventually.ts';
import { type Plane, startPlane } from './support/plane.ts';
import type { PlaneApi } from './support/plane-api.ts';
import type { Change, PlaneWatch } from './support/plane-watch.ts';
import { assertWatchOfPart, readLog } from './support/revision-log.ts';
import { deploymentManifest, isReady, isRolledOut, isTerminating } from './support/workloads.ts';

let plane: Plane;
let api: PlaneApi;

beforeAll(async () => {
  plane = await startPlane();
  api = plane.api;
});

afterAll(async () => plane[Symbol.asyncDispose]());

const imageOf = ({ spec }: Pod): string | undefined => spec?.containers[0]?.image;
const setsOf = (name: string) =>
  api.list<ReplicaSet>('replicasets', { labelSelector: `app=${name}` });
const podsOf = (name: string) => api.list<Pod>('pods', { labelSelector: `app=${name}` });

const watchWorkload = (name: string): Promise<PlaneWatch> =>
  api.watch(
    ['pods', 'replicasets'].map((resource) => ({
      resource,
      namespace: 'default',
      labelSelector: `app=${name}`,
    })),
  );

/** Waits for the Deployment, and for its old Pods to be gone. */
async function rolledOut(name: string): Promise<Deployment> {
  const deployment = await api.eventually<Deployment>(
    ['deployments', name],
    (object) => expect(isRolledOut(object)).toBe(true),
    30_000,
  );
  await eventually(
    () => podsOf(name),
    (pods) => expect(pods).toHaveLength(deployment.spec?.replicas ?? 0),
    { withinMs: 30_000 },
  );
  return deployment;
}

/** What there is after each event of a watch, by name. */
function states<T extends ApiObject>(before: readonly T[], changes: readonly Change<T>[]): T[][] {
  const present = new Map(before.map((object) => [object.metadata.name, object]));
  return changes.map(({ type, object }) => {
    if (type === 'DELETED') present.delete(object.metadata.name);
    else present.set(object.metadata.name, object);
    return [...present.values()];
  });
}

const countAvailable = (pods: readonly Pod[]): number =>
  pods.filter((pod) => isReady(pod) && !isTerminating(pod)).length;

/** As upstream's own tests count: what a ReplicaSet no longer wants is on its way out. */
const countWanted = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((sum, { spec }) => sum + (spec?.replicas ?? 0), 0);

const CASES = [
  { name: 'surge-only', maxSurge: 2, maxUnavailable: 0, least: 8, most: 10 },
  { name: 'in-place', maxSurge: 0, maxUnavailable: 3, least: 5, most: 8 },
  { name: 'percentages', maxSurge: '25%', maxUnavailable: '25%', least: 6, most: 10 },
];

test.each(CASES)(
  'an edited image rolls out within maxSurge $maxSurge and maxUnavailable $maxUnavailable at every event',
  async ({ name, maxSurge, maxUnavailable, least, most }) => {
    const strategy = {
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge, maxUnavailable },
    } as const;
    const manifest = (image: string) => deploymentManifest(name, { replicas: 8, strategy, image });
    await api.apply(manifest('nginx:1.7.9'));
    await rolledOut(name);
    const [pods, sets] = [await podsOf(name), await setsOf(name)];
    using watch = await watchWorkload(name);
    expect(await api.apply(manifest('nginx:1.9.1'))).toEqual([
      `deployment.apps/${name} configured`,
    ]);
    await rolledOut(name);
    const after = await podsOf(name);
    expect(after.map(imageOf)).toEqual(Array(8).fill('nginx:1.9.1'));
    await eventually(
      () => watch.changesOf<Pod>('pods').filter(({ type }) => type === 'DELETED'),
      (deleted) => expect(deleted).toHaveLength(8),
    );
    const available = states(pods, watch.changesOf<Pod>('pods')).map(countAvailable);
    expect(Math.min(...available)).toBeGreaterThanOrEqual(least);
    const wanted = states(sets, watch.changesOf<ReplicaSet>('replicasets')).map(countWanted);
    expect(Math.max(...wanted)).toBeLessThanOrEqual(most);
    const log = await readLog(plane.databaseUrl, ['pods', 'replicasets'], { namespace: 'default' });
    assertWatchOfPart(
      watch.recorded,
      log.filter(({ key }) => key.includes(`/${name}-`)),
    );
  },
);

test('a rollback brings the template before back, as a new revision, in the ReplicaSet that had it', async () => {
  const manifest = (image: string) => deploymentManifest('back', { replicas: 2, image });
  await api.apply(manifest('nginx:1.7.9'));
  await rolledOut('back');
  const [first] = await setsOf('back');
  await api.apply(manifest('nginx:1.9.1'));
  await rolledOut('back');
  await api.graphql.request('mutation { rollbackAppsV1Deployment(name: "back") { kind } }');
  const deployment = await rolledOut('back');
  expect((await podsOf('back')).map(imageOf)).toEqual(['nginx:1.7.9', 'nginx:1.7.9']);
  expect(deployment.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  const sets = await setsOf('back');
  expect(sets.map(({ metadata, spec }) => [metadata.uid, spec?.replicas])).toContainEqual([
    first?.metadata.uid,
    2,
  ]);
  expect(sets).toHaveLength(2);
});

test('scaled to fifty, the Deployment has fifty Ready Pods with addresses of their own; a deleted one is replaced; deleted, nothing of it stays', async () => {
  const mine = { labelSelector: 'app=wide' };
  await api.apply(deploymentManifest('wide'));
  await api.scale('wide', 50);
  await rolledOut('wide');
  const pods = await podsOf('wide');
  expect(pods.filter(isReady)).toHaveLength(50);
  expect(new Set(pods.map(({ status }) => status?.podIP)).size).toBe(50);

  const victim = pods[7]?.metadata.name ?? '';
  await api.delete('pods', victim);
  const names = (all: readonly Pod[]) => all.map(({ metadata }) => metadata.name);
  const replaced = await eventually(
    () => podsOf('wide'),
    (present) => {
      expect(present.filter(isReady)).toHaveLength(50);
      expect(names(present)).not.toContain(victim);
    },
  );
  expect(names(replaced).filter((name) => !names(pods).includes(name))).toHaveLength(1);

  await api.delete('deployments', 'wide');
  await eventually(
    async () => [
      await api.list('deployments').then((all) => all.filter((d) => d.metadata.name === 'wide')),
      await api.list('replicasets', mine),
      await podsOf('wide'),
    ],
    (left) => expect(left).toEqual([[], [], []]),
    { withinMs: 20_000 },
  );
});
