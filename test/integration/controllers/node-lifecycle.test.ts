import { describe, expect, test } from '@jest/globals';
import { toRfc3339, toRfc3339Micro } from '../../../src/lib/clock.ts';
import {
  appsReplicaSets,
  coordinationLeases,
  coreEvents,
  coreNodes,
  corePods,
} from '../../../src/scheme/generated/resources.ts';
import type { Node, Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { newPod, newReplicaSet } from '../../support/workloads.ts';

const lifecyclePlane = (): Promise<TestPlane> => testPlane({ controllers: ['node-lifecycle'] });

const node = (plane: TestPlane, name: string): Promise<Node> =>
  plane.client.get(coreNodes, { name });

/** Registers a Node whose kubelet reports Ready. */
async function joinReady(plane: TestPlane, ...names: string[]): Promise<void> {
  for (const name of names) {
    await plane.client.create(coreNodes, { metadata: { name } });
    await setReady(plane, name, 'True');
    await plane.client.create(coordinationLeases, {
      metadata: { name, namespace: 'kube-node-lease' },
      spec: { holderIdentity: name, renewTime: toRfc3339Micro(plane.clock.now()) },
    });
  }
}

async function setReady(plane: TestPlane, name: string, status: string): Promise<void> {
  const now = toRfc3339(plane.clock.now());
  const current = await node(plane, name);
  const conditions = [
    { type: 'Ready', status, lastHeartbeatTime: now, lastTransitionTime: now },
    ...['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({
      type,
      status: 'False',
      lastHeartbeatTime: now,
      lastTransitionTime: now,
    })),
  ];
  await plane.client.update(
    coreNodes,
    { ...current, status: { ...current.status, conditions } },
    { subresource: 'status' },
  );
}

/** Kubelets renew their Leases. */
async function renew(plane: TestPlane, ...names: string[]): Promise<void> {
  for (const name of names) {
    await plane.client.patch(
      coordinationLeases,
      { namespace: 'kube-node-lease', name },
      { type: 'merge', patch: { spec: { renewTime: toRfc3339Micro(plane.clock.now()) } } },
    );
  }
}

async function beat(plane: TestPlane, ...names: string[]): Promise<void> {
  await renew(plane, ...names);
  await plane.idle();
}

/** Lets time pass while only `alive` give signs of life. */
async function passTime(plane: TestPlane, seconds: number, ...alive: string[]): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 10) {
    plane.clock.advance(10_000);
    await beat(plane, ...alive);
  }
}

const taintsOf = ({ spec }: Node): string[] =>
  spec?.taints?.map(({ key, effect }) => `${key}:${effect}`).sort() ?? [];

const conditionOf = ({ status }: Node, type: string) =>
  status?.conditions?.find((condition) => condition.type === type);

/** How long a Node may be silent. */
const GRACE_SECONDS = 50;

const UNREACHABLE = [
  'node.kubernetes.io/unreachable:NoExecute',
  'node.kubernetes.io/unreachable:NoSchedule',
];

describe('a Node', () => {
  test('that falls silent becomes Unknown after its grace period, and is tainted', async () => {
    await using plane = await lifecyclePlane();
    await joinReady(plane, 'node-1', 'node-2');
    await passTime(plane, 60, 'node-1', 'node-2');
    expect(conditionOf(await node(plane, 'node-1'), 'Ready')?.status).toBe('True');
    expect(taintsOf(await node(plane, 'node-1'))).toEqual([]);
    await passTime(plane, 60, 'node-2');
    const silent = await plane.eventually(
      () => node(plane, 'node-1'),
      (now) => expect(taintsOf(now)).toEqual(UNREACHABLE),
    );
    for (const type of ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']) {
      expect(conditionOf(silent, type)).toMatchObject({
        status: 'Unknown',
        reason: 'NodeStatusUnknown',
        message: 'Kubelet stopped posting node status.',
      });
    }
    expect(conditionOf(await node(plane, 'node-2'), 'Ready')?.status).toBe('True');
    const events = await plane.list(coreEvents);
    expect(events).toContainEqual(
      expect.objectContaining({
        reason: 'NodeNotReady',
        message: 'Node node-1 status is now: NodeNotReady',
      }),
    );
  });

  test('that reports again loses its taints', async () => {
    await using plane = await lifecyclePlane();
    await joinReady(plane, 'node-1', 'node-2');
    await passTime(plane, 60, 'node-2');
    await plane.eventually(
      () => node(plane, 'node-1'),
      (now) => expect(taintsOf(now)).toEqual(UNREACHABLE),
    );
    await setReady(plane, 'node-1', 'True');
    await plane.eventually(
      () => node(plane, 'node-1'),
      (now) => expect(taintsOf(now)).toEqual([]),
    );
  });

  test('made by hand is kept, and is no place for Pods until its kubelet reports', async () => {
    await using plane = await lifecyclePlane();
    const name = '10.240.79.157';
    await plane.client.create(coreNodes, {
      metadata: { name, labels: { name: 'my-first-k8s-node' } },
    });
    await plane.idle();
    expect(taintsOf(await node(plane, name))).toEqual(['node.kubernetes.io/not-ready:NoSchedule']);
    plane.clock.advance(70_000);
    const unknown = await plane.eventually(
      () => node(plane, name),
      (now) => expect(conditionOf(now, 'Ready')?.status).toBe('Unknown'),
    );
    expect(conditionOf(unknown, 'Ready')).toMatchObject({
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
    });
    await setReady(plane, name, 'True');
    await plane.eventually(
      () => node(plane, name),
      (now) => expect(taintsOf(now)).toEqual([]),
    );
  });

  test('is tainted by its conditions and by being unschedulable, and by nothing it does not say', async () => {
    await using plane = await lifecyclePlane();
    await joinReady(plane, 'node-1');
    const current = await node(plane, 'node-1');
    await plane.client.update(coreNodes, {
      ...current,
      spec: {
        ...current.spec,
        unschedulable: true,
        taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }],
      },
    });
    await plane.eventually(
      () => node(plane, 'node-1'),
      (now) =>
        expect(taintsOf(now)).toEqual([
          'dedicated:NoSchedule',
          'node.kubernetes.io/unschedulable:NoSchedule',
        ]),
    );
    await setReady(plane, 'node-1', 'False');
    await plane.eventually(
      () => node(plane, 'node-1'),
      (now) => expect(taintsOf(now)).toContain('node.kubernetes.io/not-ready:NoSchedule'),
    );
  });

  test('that falls silent takes its Pods out of service, which stay on it', async () => {
    await using plane = await lifecyclePlane();
    await joinReady(plane, 'node-1', 'node-2');
    await plane.client.create(corePods, newPod('web', { nodeName: 'node-1' }));
    await passTime(plane, 60, 'node-2');
    const pod = await plane.eventually(
      () => plane.client.get(corePods, { namespace: 'default', name: 'web' }),
      ({ status }) =>
        expect(status?.conditions).toContainEqual(
          expect.objectContaining({ type: 'Ready', status: 'False' }),
        ),
    );
    expect(pod.metadata.deletionTimestamp).toBeUndefined();
  });

  test('whose kubelet itself says that it is not ready keeps its Pods in service', async () => {
    await using plane = await lifecyclePlane();
    await joinReady(plane, 'node-1', 'node-2');
    await plane.client.create(corePods, newPod('web', { nodeName: 'node-1' }));
    const place = { namespace: 'default', name: 'web' };
    const isReady = async (): Promise<boolean> => {
      const { status } = await plane.client.get(corePods, place);
      return (
        status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false
      );
    };
    await plane.eventually(isReady, (ready) => expect(ready).toBe(true));
    await setReady(plane, 'node-1', 'False');
    await plane.eventually(
      () => node(plane, 'node-1'),
      (now) => expect(taintsOf(now)).toContain('node.kubernetes.io/not-ready:NoExecute'),
    );
    await plane.idle();
    expect(await isReady()).toBe(true);
    const reasons = (await plane.list(coreEvents)).map(({ reason }) => reason);
    expect(reasons).not.toContain('NodeNotReady');
  });

  test('is not marked for eviction while no Node at all is heard from', async () => {
    await using plane = await lifecyclePlane();
    await joinReady(plane, 'node-1', 'node-2');
    await passTime(plane, 120);
    await plane.eventually(
      () => Promise.all([node(plane, 'node-1'), node(plane, 'node-2')]),
      (nodes) =>
        expect(nodes.map(taintsOf)).toEqual([
          ['node.kubernetes.io/unreachable:NoSchedule'],
          ['node.kubernetes.io/unreachable:NoSchedule'],
        ]),
    );
  });

  test('costs no write while all is well, even after a restart', async () => {
    await using plane = await lifecyclePlane();
    await joinReady(plane, 'node-1', 'node-2');
    await passTime(plane, 70, 'node-1', 'node-2');
    const before = await plane.api.store.currentResourceVersion();
    await plane.restartControllers();
    await plane.idle();
    expect(await plane.api.store.currentResourceVersion()).toBe(before);
  });
});

describe('the look for silent Nodes', () => {
  const beginMs = Date.UTC(2026, 0, 1);
  const secondsIn = (seconds: number): number => beginMs + seconds * 1_000;
  const at = (seconds: number): string => toRfc3339(secondsIn(seconds));

  /** Lets time pass up to that moment, and all happen that it brings. */
  async function passUntil(plane: TestPlane, seconds: number): Promise<void> {
    plane.clock.advance(secondsIn(seconds) - plane.clock.now());
    await plane.idle(0);
  }

  /** Since when each Node is Unknown. */
  const silences = async (plane: TestPlane): Promise<Record<string, string | undefined>> => {
    const nodes = await plane.list(coreNodes);
    const unknown = nodes.flatMap((one) => {
      const ready = conditionOf(one, 'Ready');
      return ready?.status === 'Unknown' ? [[one.metadata.name, ready.lastTransitionTime]] : [];
    });
    return Object.fromEntries(unknown);
  };

  test.each([
    ['5 s', 5_000],
    ['40 s', 40_000],
  ])(
    'comes half a second after the time of one is up, where it comes every %s, and finds those that fell silent with it',
    async (_, nodeMonitorPeriodMs) => {
      await using plane = await testPlane({
        controllers: ['node-lifecycle'],
        controllerOptions: { nodeMonitorPeriodMs },
      });
      expect(plane.clock.now()).toBe(beginMs);
      await passUntil(plane, 2.5);
      await joinReady(plane, 'first', 'with-it', 'later', 'alive');
      await plane.idle(0);
      for (const [seconds, ...names] of [
        [12.5, 'first'],
        [12.75, 'with-it'],
        [13.5, 'later'],
        [30, 'alive'],
      ] as const) {
        await passUntil(plane, seconds);
        await renew(plane, ...names);
        await plane.idle(0);
      }
      await passUntil(plane, 62.999);
      expect(await silences(plane)).toEqual({});
      await passUntil(plane, 63);
      expect(await silences(plane)).toEqual({ first: at(63), 'with-it': at(63) });
      await passUntil(plane, 63.999);
      expect(await silences(plane)).toEqual({ first: at(63), 'with-it': at(63) });
      await passUntil(plane, 64);
      expect(await silences(plane)).toEqual({ first: at(63), 'with-it': at(63), later: at(64) });
      await passUntil(plane, 80);
      expect(Object.keys(await silences(plane))).not.toContain('alive');
    },
  );
});

describe('a zone of Nodes that fall silent at once', () => {
  const ZONE_A = ['a-1', 'a-2', 'a-3', 'a-4'];

  async function zonesPlane(): Promise<TestPlane> {
    const plane = await lifecyclePlane();
    await joinReady(plane, ...ZONE_A, 'b-1');
    for (const name of [...ZONE_A, 'b-1']) {
      const labels = { 'topology.kubernetes.io/zone': name.slice(0, 1) };
      await plane.client.patch(
        coreNodes,
        { name },
        { type: 'merge', patch: { metadata: { labels } } },
      );
    }
    await plane.idle();
    return plane;
  }

  /** When Nodes were marked, in order. */
  const markTimes = async (plane: TestPlane): Promise<number[]> =>
    (await plane.list(coreNodes))
      .flatMap(({ spec }) => spec?.taints ?? [])
      .filter(({ effect }) => effect === 'NoExecute')
      .map(({ timeAdded = '' }) => Date.parse(timeAdded))
      .sort((a, b) => a - b);

  test('is marked for eviction Node by Node, one in ten seconds, while another zone is well', async () => {
    await using plane = await zonesPlane();
    await passTime(plane, GRACE_SECONDS + 60, 'b-1');
    const times = await markTimes(plane);
    const first = times[0] as number;
    expect(times).toHaveLength(ZONE_A.length);
    for (const [turn, time] of times.entries()) {
      expect(time - first).toBeGreaterThanOrEqual(turn * 10_000);
    }
  });

  test('is not marked while a part of it is heard from and it is small; it is when all of it is silent', async () => {
    await using plane = await zonesPlane();
    await passTime(plane, GRACE_SECONDS + 10, 'b-1', 'a-4');
    await passTime(plane, 60, 'b-1', 'a-4');
    expect(await markTimes(plane)).toEqual([]);
    await passTime(plane, GRACE_SECONDS + 60, 'b-1');
    expect(await markTimes(plane)).toHaveLength(ZONE_A.length);
  });
});

test('the Pods of a Node that falls silent are replaced elsewhere after their toleration ends', async () => {
  await using plane = await testPlane({
    controllers: ['node-lifecycle', 'taint-eviction', 'replicaset'],
  });
  plane.pods.shouldEnd = ({ spec }) => spec?.nodeName !== 'node-1';
  await joinReady(plane, 'node-1', 'node-2');
  const webPods = (): Promise<readonly Pod[]> => plane.list(corePods, 'default');
  await plane.client.create(appsReplicaSets, newReplicaSet('web', { replicas: 1 }));
  const [first] = (await plane.eventually(webPods, (pods) => expect(pods).toHaveLength(1))) as [
    Pod,
  ];
  const place = { namespace: 'default', name: first.metadata.name ?? '' };
  await plane.client.createSubresource(corePods, place, 'binding', {
    target: { kind: 'Node', name: 'node-1' },
  });
  await passTime(plane, 120, 'node-2');
  expect(taintsOf(await node(plane, 'node-1'))).toEqual(UNREACHABLE);
  expect(await webPods()).toHaveLength(1);
  await passTime(plane, 300, 'node-2');
  await plane.eventually(webPods, (pods) => expect(pods).toHaveLength(2));
  const left = await plane.client.get(corePods, place);
  expect(left.metadata.deletionTimestamp).toBeDefined();
  expect(left.status?.conditions).toContainEqual(
    expect.objectContaining({
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
    }),
  );
});
