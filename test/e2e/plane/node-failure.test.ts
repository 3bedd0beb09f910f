/** A node that falls silent, and one that never spoke. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Deployment } from '../../../src/scheme/generated/types/apps-v1.ts';
import type { Node, Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { eventually } from '../../support/eventually.ts';
import { type Plane, startPlane } from './support/plane.ts';
import type { PlaneApi } from './support/plane-api.ts';
import {
  conditionOf,
  deploymentManifest,
  isReady,
  isRolledOut,
  isTerminating,
  powerManifest,
} from './support/workloads.ts';

const GRACE_SECONDS = 2;
const TOLERATION_SECONDS = 2;

const NODES = ['node-1', 'node-2', 'node-3'];

let plane: Plane;
let api: PlaneApi;

beforeAll(async () => {
  plane = await startPlane({
    args: [
      ...['--node-monitor-grace-period', String(GRACE_SECONDS)],
      ...['--node-startup-grace-period', String(GRACE_SECONDS)],
      ...['--default-toleration-seconds', String(TOLERATION_SECONDS)],
    ],
  });
  api = plane.api;
  // Pods would all go to the first that is ready, and whose taint of before has been taken away.
  await Promise.all(
    NODES.map((name) =>
      api.eventually<Node>(['nodes', name], (node) => {
        expect(conditionOf(node, 'Ready')?.status).toBe('True');
        expect(taintsOf(node)).toEqual([]);
      }),
    ),
  );
});

afterAll(async () => plane[Symbol.asyncDispose]());

const podsOf = (name: string) => api.list<Pod>('pods', { labelSelector: `app=${name}` });
const nodeOf = ({ spec }: Pod): string | undefined => spec?.nodeName;
const taintsOf = ({ spec }: Node): string[] =>
  (spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).sort();

test('a node that is powered off turns Unknown after the grace period and its Pods move; powered on, it is Ready and takes Pods again', async () => {
  await api.apply(deploymentManifest('web', { replicas: 6 }));
  await api.eventually<Deployment>(['deployments', 'web'], (object) =>
    expect(isRolledOut(object)).toBe(true),
  );
  const before = await podsOf('web');
  expect(new Set(before.map(nodeOf))).toEqual(new Set(NODES));

  const poweredOffAt = Date.now();
  await api.apply(powerManifest('node-2', 'off'));
  const silent = await api.eventually<Node>(['nodes', 'node-2'], (node) => {
    expect(conditionOf(node, 'Ready')).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    });
    expect(taintsOf(node)).toEqual([
      'node.kubernetes.io/unreachable:NoExecute',
      'node.kubernetes.io/unreachable:NoSchedule',
    ]);
  });
  expect(Date.now() - poweredOffAt).toBeGreaterThanOrEqual(GRACE_SECONDS * 1_000 * 0.5);
  for (const type of ['MemoryPressure', 'DiskPressure', 'PIDPressure']) {
    expect(conditionOf(silent, type)?.status).toBe('Unknown');
  }

  await eventually(
    () => podsOf('web'),
    (pods) => {
      const present = pods.filter((pod) => !isTerminating(pod));
      expect(present.filter(isReady)).toHaveLength(6);
      expect(present.map(nodeOf)).not.toContain('node-2');
    },
    { withinMs: 20_000 },
  );
  // Nobody is there to end them, and nobody may say that they have ended.
  const stranded = (await podsOf('web')).filter(isTerminating);
  expect(stranded.map(nodeOf)).toEqual(['node-2', 'node-2']);
  expect(stranded.filter(isReady)).toEqual([]);

  await api.apply(powerManifest('node-2', 'on'));
  await api.eventually<Node>(['nodes', 'node-2'], (node) => {
    expect(isReady(node)).toBe(true);
    expect(taintsOf(node)).toEqual([]);
  });
  await eventually(
    () => podsOf('web'),
    (pods) => expect(pods.filter(isTerminating)).toEqual([]),
  );
  await api.scale('web', 12);
  await eventually(
    () => podsOf('web'),
    (pods) => {
      expect(pods.filter(isReady)).toHaveLength(12);
      expect(pods.map(nodeOf)).toContain('node-2');
    },
  );
}, 60_000);

test('a Node made by hand is kept, turns Unknown for want of a kubelet, and gets no Pod until a kubelet of its name reports it Ready', async () => {
  const node = {
    kind: 'Node',
    apiVersion: 'v1',
    metadata: { name: '10.240.79.157', labels: { name: 'my-first-k8s-node' } },
  };
  expect(await api.apply(node)).toEqual(['node/10.240.79.157 created']);
  await api.apply(deploymentManifest('others', { replicas: 9 }));
  await api.eventually<Node>(['nodes', '10.240.79.157'], (object) => {
    expect(object.metadata.labels).toMatchObject({ name: 'my-first-k8s-node' });
    expect(conditionOf(object, 'Ready')).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
    });
  });
  await api.eventually<Deployment>(['deployments', 'others'], (object) =>
    expect(isRolledOut(object)).toBe(true),
  );
  expect((await api.list<Pod>('pods')).map(nodeOf)).not.toContain('10.240.79.157');
  const nodeSelector = { name: 'my-first-k8s-node' };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'waiting' },
    spec: { nodeSelector, containers: [{ name: 'a', image: 'nginx' }] },
  };
  await api.apply(pod);
  await api.eventually<Pod>(['pods', 'waiting'], (object) =>
    expect(conditionOf(object, 'PodScheduled')).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
      message: expect.stringContaining('0/4 nodes are available: '),
    }),
  );

  // What was missing all the time is somebody who runs the node.
  await api.apply({
    ...node,
    metadata: { ...node.metadata, annotations: { 'orrery.dev/kubelet': 'simulated' } },
  });
  await api.eventually<Pod>(['pods', 'waiting'], (object) => {
    expect(isReady(object)).toBe(true);
    expect(nodeOf(object)).toBe('10.240.79.157');
  });
});
