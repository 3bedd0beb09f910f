import { describe, expect, test } from '@jest/globals';
import {
  appsControllerRevisions,
  appsDaemonSets,
  coreEvents,
  coreNodes,
  corePods,
} from '../../../src/scheme/generated/resources.ts';
import type { ControllerRevision, DaemonSet } from '../../../src/scheme/generated/types/apps-v1.ts';
import type { Pod, Taint } from '../../../src/scheme/generated/types/core-v1.ts';
import type { Labels } from '../../../src/scheme/labels.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { newDaemonSet, newPod } from '../../support/workloads.ts';

const WEB = { namespace: 'default', name: 'web' };

async function planeWithNodes(...names: readonly string[]): Promise<TestPlane> {
  const plane = await testPlane({ controllers: ['daemonset'] });
  for (const name of names) await join(plane, name);
  return plane;
}

/** A node that is ready: until then it is tainted. */
async function join(plane: TestPlane, name: string, labels: Labels = {}): Promise<void> {
  await plane.client.create(coreNodes, { metadata: { name, labels: { ...labels } } });
  await taint(plane, name, []);
}

const pods = (plane: TestPlane): Promise<readonly Pod[]> => plane.list(corePods, 'default');
const web = (plane: TestPlane): Promise<DaemonSet> => plane.client.get(appsDaemonSets, WEB);
const revisions = (plane: TestPlane): Promise<readonly ControllerRevision[]> =>
  plane.list(appsControllerRevisions, 'default');

const allReady =
  (count: number) =>
  ({ status, metadata }: DaemonSet): void =>
    expect(status).toMatchObject({
      desiredNumberScheduled: count,
      currentNumberScheduled: count,
      numberReady: count,
      updatedNumberScheduled: count,
      numberAvailable: count,
      observedGeneration: metadata.generation,
    });

async function patchSpec(plane: TestPlane, spec: object): Promise<void> {
  await plane.client.patch(appsDaemonSets, WEB, { type: 'merge', patch: { spec } });
}

async function setImage(plane: TestPlane, image: string): Promise<void> {
  await patchSpec(plane, { template: { spec: { containers: [{ name: 'web', image }] } } });
}

async function taint(plane: TestPlane, name: string, taints: readonly Taint[]): Promise<void> {
  const patch = { spec: { taints } };
  await plane.client.patch(coreNodes, { name }, { type: 'merge', patch });
}

async function label(plane: TestPlane, name: string, labels: Record<string, string | null>) {
  await plane.client.patch(coreNodes, { name }, { type: 'merge', patch: { metadata: { labels } } });
}

function nodeOf({ spec }: Pod): string | undefined {
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0];
}

const nodesOf = (all: readonly Pod[]): readonly (string | undefined)[] => all.map(nodeOf).sort();
const imageOf = ({ spec }: Pod): string | undefined => spec?.containers[0]?.image;

describe('a DaemonSet', () => {
  test('makes one Pod for each node, pinned to it, owned, and tolerant of what befalls nodes', async () => {
    await using plane = await planeWithNodes('a', 'b', 'c');
    await plane.client.create(appsDaemonSets, newDaemonSet('web'));
    const { status, metadata } = await plane.eventually(() => web(plane), allReady(3));
    expect(status?.numberUnavailable).toBeUndefined();
    expect(status?.numberMisscheduled).toBe(0);
    const made = await pods(plane);
    expect(nodesOf(made)).toEqual(['a', 'b', 'c']);
    const [revision] = await revisions(plane);
    for (const pod of made) {
      expect(pod.metadata.name).toMatch(/^web-[a-z0-9]{5}$/);
      expect(pod.metadata.labels?.['controller-revision-hash']).toBe(
        revision?.metadata.labels?.['controller-revision-hash'],
      );
      expect(pod.metadata.ownerReferences).toMatchObject([
        { kind: 'DaemonSet', uid: metadata.uid, controller: true },
      ]);
      expect(pod.spec?.tolerations?.map(({ key }) => key)).toEqual([
        'node.kubernetes.io/not-ready',
        'node.kubernetes.io/unreachable',
        'node.kubernetes.io/disk-pressure',
        'node.kubernetes.io/memory-pressure',
        'node.kubernetes.io/pid-pressure',
        'node.kubernetes.io/unschedulable',
      ]);
    }
  });

  test('follows nodes as they come, go, and change their labels and taints', async () => {
    await using plane = await planeWithNodes('a', 'b');
    await label(plane, 'a', { disk: 'ssd' });
    const nodeSelector = { disk: 'ssd' };
    await plane.client.create(appsDaemonSets, newDaemonSet('web', { pod: { nodeSelector } }));
    const on = (...names: readonly string[]) =>
      plane.eventually(
        () => pods(plane),
        (all) => expect(nodesOf(all)).toEqual(names),
      );
    await on('a');
    await label(plane, 'b', { disk: 'ssd' });
    await on('a', 'b');
    await join(plane, 'c', nodeSelector);
    await on('a', 'b', 'c');
    await taint(plane, 'a', [{ key: 'dedicated', effect: 'NoExecute' }]);
    await on('b', 'c');
    await label(plane, 'b', { disk: null });
    await on('c');
    await plane.client.delete(coreNodes, { name: 'c' });
    await on();
  });

  test('leaves the Pod of a node that takes no new ones, and counts it as misscheduled', async () => {
    await using plane = await planeWithNodes('a', 'b');
    await plane.client.create(appsDaemonSets, newDaemonSet('web'));
    await plane.eventually(() => web(plane), allReady(2));
    await taint(plane, 'a', [{ key: 'dedicated', effect: 'NoSchedule' }]);
    const { status } = await plane.eventually(
      () => web(plane),
      (now) => expect(now.status?.numberMisscheduled).toBe(1),
    );
    expect(status).toMatchObject({ desiredNumberScheduled: 1, numberReady: 1 });
    await plane.idle();
    expect(await pods(plane)).toHaveLength(2);
  });

  test('replaces failed Pods, later each time, and tells of it', async () => {
    await using plane = await planeWithNodes('a');
    await plane.client.create(appsDaemonSets, newDaemonSet('web'));
    await plane.eventually(() => web(plane), allReady(1));
    const fail = async (): Promise<string | undefined> => {
      const [pod] = (await pods(plane)) as [Pod];
      const status = { ...pod.status, phase: 'Failed' as const };
      await plane.client.update(corePods, { ...pod, status }, { subresource: 'status' });
      return pod.metadata.uid;
    };
    const replaced = (uid: string | undefined) =>
      plane.eventually(
        () => pods(plane),
        (all) => {
          expect(all).toHaveLength(1);
          expect(all[0]?.metadata.uid).not.toBe(uid);
          expect(all[0]?.status?.phase).toBe('Running');
        },
      );
    const startMs = plane.clock.now();
    for (let round = 0; round < 4; round++) await replaced(await fail());
    expect(plane.clock.now() - startMs).toBeGreaterThanOrEqual(7_000);
    const events = await plane.eventually(
      () => plane.list(coreEvents, 'default'),
      (all) => expect(all.map(({ reason }) => reason)).toContain('FailedDaemonPod'),
    );
    const event = events.find(({ reason }) => reason === 'FailedDaemonPod');
    expect(event?.message).toMatch(
      /^Found failed daemon pod default\/web-\w{5} on node a, will try to kill it$/,
    );
    expect(event?.source?.component).toBe('daemonset-controller');
  });

  test('adopts a matching Pod that is made for one of its nodes, and keeps one Pod there', async () => {
    await using plane = await planeWithNodes('a');
    await plane.client.create(corePods, newPod('orphan', { nodeName: 'a' }));
    await create(plane, { updateStrategy: { type: 'OnDelete' } });
    const { status } = await plane.eventually(
      () => web(plane),
      (now) => expect(now.status?.numberReady).toBe(1),
    );
    expect(status?.updatedNumberScheduled).toBeUndefined();
    await plane.idle();
    const [adopted, ...others] = await pods(plane);
    expect(others).toEqual([]);
    expect(adopted?.metadata).toMatchObject({
      name: 'orphan',
      ownerReferences: [{ kind: 'DaemonSet', name: 'web', controller: true }],
    });
  });

  test('writes nothing when there is nothing to do, even after a restart', async () => {
    await using plane = await planeWithNodes('a', 'b');
    await plane.client.create(appsDaemonSets, newDaemonSet('web'));
    await plane.eventually(() => web(plane), allReady(2));
    await plane.idle();
    const before = await plane.api.store.currentResourceVersion();
    await plane.restartControllers();
    await plane.idle();
    expect(await plane.api.store.currentResourceVersion()).toBe(before);
  });
});

async function create(plane: TestPlane, spec: Partial<DaemonSet['spec']>): Promise<void> {
  await plane.client.create(appsDaemonSets, newDaemonSet('web', spec));
}

/** Which nodes have an available Pod, and how many Pods each has, at each moment of a rollout. */
function recordRollout(plane: TestPlane) {
  const seen = { leastAvailable: Infinity, mostPods: 0 };
  return {
    seen,
    watch: async (): Promise<DaemonSet> => {
      const running = (await pods(plane)).filter(({ metadata }) => !metadata.deletionTimestamp);
      const ready = running.filter((pod) =>
        pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
      );
      seen.leastAvailable = Math.min(seen.leastAvailable, new Set(ready.map(nodeOf)).size);
      seen.mostPods = Math.max(seen.mostPods, running.length);
      return web(plane);
    },
  };
}

describe('the rollout of a DaemonSet', () => {
  test('replaces as many Pods at once as may be unavailable, and keeps a revision of each template', async () => {
    await using plane = await planeWithNodes('a', 'b', 'c', 'd');
    await plane.client.create(
      appsDaemonSets,
      newDaemonSet('web', {
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '50%' } },
      }),
    );
    await plane.eventually(() => web(plane), allReady(4));
    const { seen, watch } = recordRollout(plane);
    await setImage(plane, 'nginx:1.9.1');
    await plane.eventually(watch, allReady(4));
    expect(seen.leastAvailable).toBeGreaterThanOrEqual(2);
    expect((await pods(plane)).map(imageOf)).toEqual(Array(4).fill('nginx:1.9.1'));
    const kept = [...(await revisions(plane))].sort((a, b) => a.revision - b.revision);
    expect(kept.map(({ revision }) => revision)).toEqual([1, 2]);
    expect(kept[1]?.data).toMatchObject({
      spec: { template: { $patch: 'replace', spec: { containers: [{ image: 'nginx:1.9.1' }] } } },
    });
  });

  test('with maxSurge makes the new Pod first, and never leaves a node without an available one', async () => {
    await using plane = await planeWithNodes('a', 'b', 'c', 'd');
    const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
    const updateStrategy = { type: 'RollingUpdate' as const, rollingUpdate };
    await plane.client.create(appsDaemonSets, newDaemonSet('web', { updateStrategy }));
    await plane.eventually(() => web(plane), allReady(4));
    const { seen, watch } = recordRollout(plane);
    await setImage(plane, 'nginx:1.9.1');
    await plane.eventually(watch, allReady(4));
    expect(seen).toEqual({ leastAvailable: 4, mostPods: 5 });
    await plane.eventually(
      () => pods(plane),
      (all) => expect(all.map(imageOf)).toEqual(Array(4).fill('nginx:1.9.1')),
    );
  });

  test('waits for each new Pod to have been ready for minReadySeconds', async () => {
    await using plane = await planeWithNodes('a', 'b');
    await plane.client.create(appsDaemonSets, newDaemonSet('web', { minReadySeconds: 3600 }));
    const { status } = await plane.eventually(
      () => web(plane),
      (now) => expect(now.status?.numberReady).toBe(2),
    );
    expect(status).toMatchObject({ numberUnavailable: 2 });
    plane.clock.advance(3_600_000);
    await plane.eventually(() => web(plane), allReady(2));
    await setImage(plane, 'nginx:1.9.1');
    await plane.eventually(
      () => web(plane),
      (now) => expect(now.status?.updatedNumberScheduled).toBe(1),
    );
    await plane.idle();
    expect((await web(plane)).status?.updatedNumberScheduled).toBe(1);
    plane.clock.advance(3_600_000);
    await plane.eventually(
      () => web(plane),
      (now) => expect(now.status?.updatedNumberScheduled).toBe(2),
    );
  });

  test('stops at a template that never gets ready, and goes on when it is replaced', async () => {
    await using plane = await planeWithNodes('a', 'b', 'c');
    await plane.client.create(appsDaemonSets, newDaemonSet('web'));
    await plane.eventually(() => web(plane), allReady(3));
    plane.pods.shouldBeReady = (pod) => imageOf(pod) !== 'broken';
    await setImage(plane, 'broken');
    await plane.eventually(
      () => web(plane),
      (now) => expect(now.status).toMatchObject({ updatedNumberScheduled: 1, numberReady: 2 }),
    );
    await plane.idle();
    expect((await pods(plane)).map(imageOf).filter((image) => image === 'broken')).toHaveLength(1);
    await setImage(plane, 'nginx:1.9.1');
    await plane.eventually(() => web(plane), allReady(3));
  });

  test('is the user’s with OnDelete: a Pod is of the new template once its old one was deleted', async () => {
    await using plane = await planeWithNodes('a', 'b');
    await create(plane, { updateStrategy: { type: 'OnDelete' } });
    await plane.eventually(() => web(plane), allReady(2));
    await setImage(plane, 'nginx:1.9.1');
    await plane.idle();
    expect((await web(plane)).status?.updatedNumberScheduled).toBeUndefined();
    const [first] = (await pods(plane)) as [Pod];
    const { namespace, name = '' } = first.metadata;
    await plane.client.delete(corePods, { namespace, name });
    await plane.eventually(
      () => web(plane),
      (now) => expect(now.status).toMatchObject({ updatedNumberScheduled: 1, numberReady: 2 }),
    );
  });

  test('back to an earlier template makes its revision the newest again', async () => {
    await using plane = await planeWithNodes('a');
    await plane.client.create(appsDaemonSets, newDaemonSet('web'));
    await plane.eventually(() => web(plane), allReady(1));
    await setImage(plane, 'nginx:1.9.1');
    await plane.eventually(() => web(plane), allReady(1));
    await setImage(plane, 'nginx:1.7.9');
    await plane.eventually(() => web(plane), allReady(1));
    const kept = (await revisions(plane)).map(({ revision }) => revision);
    expect([...kept].sort()).toEqual([2, 3]);
  });

  test('keeps as many old revisions as its limit says, and those of Pods that run', async () => {
    await using plane = await planeWithNodes('a');
    await plane.client.create(appsDaemonSets, newDaemonSet('web', { revisionHistoryLimit: 1 }));
    await plane.eventually(() => web(plane), allReady(1));
    for (const image of ['nginx:2', 'nginx:3', 'nginx:4']) {
      await setImage(plane, image);
      await plane.eventually(() => web(plane), allReady(1));
    }
    await plane.eventually(
      () => revisions(plane),
      (kept) => expect(kept.map(({ revision }) => revision).sort()).toEqual([3, 4]),
    );
  });

  test('gives a template another hash when its revision’s name is taken', async () => {
    await using plane = await planeWithNodes('a');
    await plane.client.create(appsDaemonSets, newDaemonSet('web'));
    await plane.eventually(() => web(plane), allReady(1));
    const [revision] = (await revisions(plane)) as [ControllerRevision];
    await plane.client.delete(appsDaemonSets, WEB);
    const { namespace, name = '' } = revision.metadata;
    await plane.client.delete(appsControllerRevisions, { namespace, name });
    await plane.client.create(appsControllerRevisions, {
      metadata: { namespace, name },
      data: { other: true },
      revision: 1,
    });
    await plane.client.create(appsDaemonSets, newDaemonSet('web'));
    const { status } = await plane.eventually(() => web(plane), allReady(1));
    expect(status?.collisionCount).toBe(1);
  });
});

test('many nodes get their Pods, each exactly one', async () => {
  await using plane = await planeWithNodes();
  const names = Array.from({ length: 600 }, (_, index) => `node-${index}`);
  await Promise.all(names.map((name) => join(plane, name)));
  await plane.client.create(appsDaemonSets, newDaemonSet('web'));
  await plane.eventually(() => web(plane), allReady(600));
  await plane.idle();
  expect(nodesOf(await pods(plane))).toEqual([...names].sort());
});
