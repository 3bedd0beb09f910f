import { describe, expect, test } from '@jest/globals';
import {
  ANNOTATION_EXIT_AFTER,
  ANNOTATION_EXIT_CODE,
  ANNOTATION_POWER,
  POWER_OFF,
} from '../../../src/kubelet/annotations.ts';
import { simulatedNode } from '../../../src/kubelet/nodes/simulated-node.ts';
import { findCondition, isConditionTrue } from '../../../src/scheme/conditions.ts';
import { isApiError } from '../../../src/scheme/errors.ts';
import {
  coordinationLeases,
  coreEvents,
  coreNodes,
  corePods,
} from '../../../src/scheme/generated/resources.ts';
import type { Node, Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import type { WatchEvent } from '../../../src/scheme/object.ts';
import { asTimePasses } from '../../support/as-time-passes.ts';
import { eventually } from '../../support/eventually.ts';
import {
  getNode,
  getPod,
  type KubeletPlane,
  kubeletPlane,
  podOf,
  readyNode,
  runningPod,
} from '../../support/kubelet-plane.ts';

async function isGone(plane: KubeletPlane, name: string): Promise<boolean> {
  try {
    await getPod(plane, name);
    return false;
  } catch (thrown) {
    if (isApiError(thrown, 'NotFound')) return true;
    throw thrown;
  }
}

describe('simulated nodes', () => {
  test('register with addresses, capacity, conditions, node info, a Pod range and a Lease', async () => {
    await using plane = await kubeletPlane();
    await plane.api.client.create(
      coreNodes,
      simulatedNode({ name: 'n2', cpu: '16', memory: '64Gi' }),
    );
    const node = await readyNode(plane);
    const second = await asTimePasses(
      plane,
      () => getNode(plane, 'n2'),
      ({ status }) => expect(isConditionTrue(status?.conditions, 'Ready')).toBe(true),
    );
    expect(node.status?.addresses?.map(({ type }) => type).sort()).toEqual([
      'ExternalIP',
      'Hostname',
      'InternalIP',
    ]);
    expect(second.status?.capacity).toMatchObject({ cpu: '16', memory: '64Gi', pods: '110' });
    expect(node.status?.conditions?.map(({ type, status }) => `${type}=${status}`).sort()).toEqual([
      'DiskPressure=False',
      'MemoryPressure=False',
      'NetworkUnavailable=False',
      'PIDPressure=False',
      'Ready=True',
    ]);
    expect(node.status?.nodeInfo).toMatchObject({ kubeletVersion: 'v1.36.0' });
    expect(node.metadata.labels).toMatchObject({ 'kubernetes.io/hostname': 'n1' });
    expect(new Set([node.spec?.podCIDR, second.spec?.podCIDR]).size).toBe(2);
    const lease = await asTimePasses(
      plane,
      () => plane.api.client.get(coordinationLeases, { namespace: 'kube-node-lease', name: 'n1' }),
      () => undefined,
    );
    expect(lease.spec).toMatchObject({ holderIdentity: 'n1', leaseDurationSeconds: 40 });
    expect(lease.metadata.ownerReferences).toEqual([
      { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: node.metadata.uid },
    ]);
  });

  test('renew their Lease every ten seconds and report their status every five minutes', async () => {
    await using plane = await kubeletPlane();
    const registered = await readyNode(plane);
    const renewals = new Set<string>();
    const startMs = plane.clock.now();
    await eventually(
      async () => {
        plane.clock.advance(1_000);
        const { items } = await plane.api.client.list(coordinationLeases, {
          namespace: 'kube-node-lease',
        });
        for (const { spec } of items) renewals.add(spec?.renewTime ?? '');
        return renewals.size;
      },
      (count) => expect(count).toBeGreaterThanOrEqual(7),
      { withinMs: 20_000 },
    );
    const times = [...renewals].map((time) => Date.parse(time)).sort((a, b) => a - b);
    const gapsMs = times.slice(2).map((time, index) => time - (times[index + 1] as number));
    for (const gapMs of gapsMs) {
      expect(gapMs).toBeGreaterThanOrEqual(9_000);
      expect(gapMs).toBeLessThanOrEqual(20_000);
    }
    const beat = ({ status }: Node): string =>
      findCondition(status?.conditions, 'Ready')?.lastHeartbeatTime ?? '';
    expect(beat(await getNode(plane))).toBe(beat(registered));
    plane.clock.advance(300_000 - (plane.clock.now() - startMs));
    await asTimePasses(
      plane,
      () => getNode(plane),
      (node) => expect(beat(node)).not.toBe(beat(registered)),
    );
  });

  test('are left alone when nobody annotated them', async () => {
    await using plane = await kubeletPlane();
    const manual = {
      kind: 'Node',
      apiVersion: 'v1',
      metadata: { name: '10.240.79.157', labels: { name: 'my-first-k8s-node' } },
    } as const;
    await plane.api.client.create(coreNodes, { ...manual });
    const created = await eventually(
      () => getNode(plane, '10.240.79.157'),
      ({ spec }) => expect(spec?.podCIDR).toBe('10.128.0.0/24'),
    );
    await readyNode(plane);
    const later = await getNode(plane, '10.240.79.157');
    expect(later).toEqual(created);
    const pod = await plane.api.client.create(corePods, podOf('p', { nodeName: '10.240.79.157' }));
    await runningPod(plane, podOf('other'));
    expect((await getPod(plane, 'p')).metadata.resourceVersion).toBe(pod.metadata.resourceVersion);
  });

  test('that are switched off fall silent, and clean up when they come back', async () => {
    await using plane = await kubeletPlane();
    await readyNode(plane);
    await runningPod(plane, podOf('doomed'));
    const power = (value: string | null) =>
      plane.api.client.patch(
        coreNodes,
        { name: 'n1' },
        { type: 'merge', patch: { metadata: { annotations: { [ANNOTATION_POWER]: value } } } },
      );
    await power(POWER_OFF);
    await readyNode(plane, 'witness');
    const leaseOf = (name: string) =>
      plane.api.client.get(coordinationLeases, { namespace: 'kube-node-lease', name });
    const last = await leaseOf('n1');
    await plane.api.client.delete(corePods, { namespace: 'default', name: 'doomed' });
    const witnessed = await asTimePasses(
      plane,
      () => leaseOf('witness'),
      () => undefined,
    );
    plane.clock.advance(60_000);
    await asTimePasses(
      plane,
      () => leaseOf('witness'),
      ({ spec }) => expect(spec?.renewTime).not.toBe(witnessed.spec?.renewTime),
    );
    expect(await leaseOf('n1')).toEqual(last);
    expect((await getPod(plane, 'doomed')).status?.phase).toBe('Running');
    await power(null);
    await asTimePasses(
      plane,
      () => leaseOf('n1'),
      ({ spec }) => expect(spec?.renewTime).not.toBe(last.spec?.renewTime),
    );
    await asTimePasses(
      plane,
      () => isGone(plane, 'doomed'),
      (gone) => expect(gone).toBe(true),
    );
  });
});

describe('Pods on simulated nodes', () => {
  test('go from ContainerCreating over Running to Ready, each a step that a watcher sees', async () => {
    await using plane = await kubeletPlane();
    await readyNode(plane);
    const steps: string[] = [];
    const record = ({ type, object }: WatchEvent<Pod>): void => {
      const { conditions, containerStatuses, phase } = object.status ?? {};
      const waiting = containerStatuses?.[0]?.state?.waiting?.reason;
      const ready = isConditionTrue(conditions, 'Ready') ? 'Ready' : '';
      steps.push([type, phase, waiting, ready].filter(Boolean).join(' '));
    };
    await plane.api.client.watch(
      corePods,
      {},
      { onEvents: (events) => events.forEach(record), onClose: () => undefined },
    );
    const pod = await runningPod(plane, podOf('web'));
    expect(steps).toEqual([
      'ADDED Pending',
      'MODIFIED Pending ContainerCreating',
      'MODIFIED Running',
      'MODIFIED Running Ready',
    ]);
    const node = await getNode(plane);
    const [range = ''] = (node.spec?.podCIDR ?? '').split('.0/');
    expect(pod.status).toMatchObject({
      hostIP: node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address,
      podIP: expect.stringContaining(`${range}.`),
      qosClass: 'BestEffort',
    });
    await plane.running.events.flush();
    const { items } = await plane.api.client.list(coreEvents, {
      namespace: 'default',
      fieldSelector: 'involvedObject.name=web',
    });
    expect(
      items.map(({ message, reason, source }) => `${source?.host} ${reason}: ${message}`).sort(),
    ).toEqual([
      'n1 Created: Container created',
      'n1 Pulled: Successfully pulled image "nginx:1.7.9" in 380ms (380ms including waiting). Image size: 474315485 bytes.',
      'n1 Pulling: Pulling image "nginx:1.7.9"',
      'n1 Started: Container started',
    ]);
  });

  test('each get an address of their own', async () => {
    await using plane = await kubeletPlane();
    await readyNode(plane);
    const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
    await Promise.all(names.map((name) => plane.api.client.create(corePods, podOf(name))));
    const pods = await asTimePasses(
      plane,
      () => Promise.all(names.map((name) => getPod(plane, name))),
      (all) => {
        for (const { status } of all) expect(status?.podIP).toBeDefined();
      },
    );
    expect(new Set(pods.map(({ status }) => status?.podIP)).size).toBe(20);
  });

  test('that were deleted stop within their grace period, and then are gone', async () => {
    await using plane = await kubeletPlane();
    await readyNode(plane);
    await runningPod(plane, podOf('web'));
    const { deleted, object } = await plane.api.client.delete(corePods, {
      namespace: 'default',
      name: 'web',
    });
    expect(deleted).toBe(false);
    expect(object.metadata.deletionGracePeriodSeconds).toBe(30);
    const beforeMs = plane.clock.now();
    await asTimePasses(
      plane,
      () => isGone(plane, 'web'),
      (gone) => expect(gone).toBe(true),
    );
    expect(plane.clock.now() - beforeMs).toBeLessThan(30_000);
  });

  test('restart by their policy, ever more slowly', async () => {
    await using plane = await kubeletPlane();
    await readyNode(plane);
    const failing = { [ANNOTATION_EXIT_CODE]: '3', [ANNOTATION_EXIT_AFTER]: '2s' };
    await plane.api.client.create(corePods, podOf('always', {}, failing));
    await plane.api.client.create(corePods, podOf('never', { restartPolicy: 'Never' }, failing));
    const done = { [ANNOTATION_EXIT_AFTER]: '1s' };
    await plane.api.client.create(corePods, podOf('job', { restartPolicy: 'OnFailure' }, done));
    const always = await asTimePasses(
      plane,
      () => getPod(plane, 'always'),
      ({ status }) => {
        const [container] = status?.containerStatuses ?? [];
        expect(container?.state?.waiting?.reason).toBe('CrashLoopBackOff');
        expect(container?.restartCount).toBe(2);
      },
    );
    expect(always.status?.phase).toBe('Running');
    expect(always.status?.containerStatuses?.[0]).toMatchObject({
      ready: false,
      lastState: { terminated: { exitCode: 3, reason: 'Error' } },
      state: { waiting: { message: expect.stringContaining('back-off 20s restarting failed') } },
    });
    expect((await getPod(plane, 'never')).status).toMatchObject({
      phase: 'Failed',
      containerStatuses: [{ restartCount: 0, state: { terminated: { exitCode: 3 } } }],
    });
    expect((await getPod(plane, 'job')).status?.phase).toBe('Succeeded');
  });

  test('that outlive their deadline have failed', async () => {
    await using plane = await kubeletPlane();
    await readyNode(plane);
    await runningPod(plane, podOf('slow', { activeDeadlineSeconds: 30 }));
    plane.clock.advance(31_000);
    const pod = await asTimePasses(
      plane,
      () => getPod(plane, 'slow'),
      ({ status }) => expect(status?.phase).toBe('Failed'),
    );
    expect(pod.status).toMatchObject({
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
  });

  test('that do not fit are refused, also when they come together', async () => {
    await using plane = await kubeletPlane();
    await readyNode(plane, 'n1', '1');
    const greedy = (name: string) =>
      podOf(name, {
        containers: [{ name: 'c', image: 'c', resources: { requests: { cpu: '600m' } } }],
      });
    await Promise.all([
      plane.api.client.create(corePods, greedy('a')),
      plane.api.client.create(corePods, greedy('b')),
    ]);
    const pods = await asTimePasses(
      plane,
      () => Promise.all([getPod(plane, 'a'), getPod(plane, 'b')]),
      (both) =>
        expect(both.map(({ status }) => status?.phase).sort()).toEqual(['Failed', 'Running']),
    );
    expect(pods.find(({ status }) => status?.phase === 'Failed')?.status).toMatchObject({
      reason: 'OutOfcpu',
      message:
        "Pod was rejected: Node didn't have enough resource: cpu, requested: 600, used: 600, capacity: 1000",
    });
  });

  test('whose image is changed are restarted in place', async () => {
    await using plane = await kubeletPlane();
    await readyNode(plane);
    await runningPod(plane, podOf('web'));
    await plane.api.client.patch(
      corePods,
      { namespace: 'default', name: 'web' },
      {
        type: 'strategic',
        patch: { spec: { containers: [{ name: 'nginx', image: 'nginx:1.9.1' }] } },
      },
    );
    const pod = await asTimePasses(
      plane,
      () => getPod(plane, 'web'),
      ({ status }) =>
        expect(status?.containerStatuses?.[0]).toMatchObject({
          image: 'nginx:1.9.1',
          restartCount: 1,
          ready: true,
        }),
    );
    expect(pod.status?.phase).toBe('Running');
  });
});
