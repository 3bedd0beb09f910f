import { describe, expect, test } from '@jest/globals';
import { findCondition, isConditionTrue } from '../../../src/scheme/conditions.ts';
import {
  coordinationLeases,
  coreEvents,
  coreNodes,
  corePods,
} from '../../../src/scheme/generated/resources.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import {
  simulationFaults,
  simulationNodeProfiles,
  simulationStages,
} from '../../../src/scheme/groups/simulation/definitions.ts';
import type { FaultSpec, StageSpec } from '../../../src/scheme/groups/simulation/types.ts';
import { asTimePasses } from '../../support/as-time-passes.ts';
import {
  getNode,
  getPod,
  type KubeletPlane,
  kubeletPlane,
  podOf,
  readyNode,
  runningPod,
} from '../../support/kubelet-plane.ts';

const createStage = (plane: KubeletPlane, name: string, spec: StageSpec) =>
  plane.api.client.create(simulationStages, { metadata: { name }, spec });

const createFault = (plane: KubeletPlane, name: string, spec: FaultSpec) =>
  plane.api.client.create(simulationFaults, { metadata: { name }, spec });

async function acceptedOf(plane: KubeletPlane, name: string) {
  return asTimePasses(
    plane,
    async () => {
      const { status } = await plane.api.client.get(simulationStages, { name });
      return findCondition(status?.conditions, 'Accepted');
    },
    (condition) => expect(condition).toBeDefined(),
  );
}

async function phaseOf(plane: KubeletPlane, name: string, phase: string) {
  return asTimePasses(
    plane,
    () => plane.api.client.get(simulationFaults, { name }),
    ({ status }) => expect(status?.phase).toBe(phase),
  );
}

async function eventsOf(plane: KubeletPlane, name: string): Promise<string[]> {
  await plane.running.events.flush();
  const { items } = await plane.api.client.list(coreEvents, {
    fieldSelector: `involvedObject.name=${name}`,
  });
  return items.map(({ reason = '' }) => reason);
}

const terminatedOf = ({ status }: Pod) =>
  status?.containerStatuses?.[0]?.lastState?.terminated ??
  status?.containerStatuses?.[0]?.state?.terminated;

test('simulation.orrery.dev is not served unless it is switched on', async () => {
  await using plane = await kubeletPlane();
  await expect(plane.api.client.list(simulationStages)).rejects.toMatchObject({
    reason: 'NotFound',
  });
});

describe('a Stage', () => {
  test('lets the Pods that it selects end as it says, and no others', async () => {
    await using plane = await kubeletPlane({ simulation: true });
    await readyNode(plane);
    await createStage(plane, 'batch', {
      selector: { matchLabels: { kind: 'batch' } },
      exit: { after: { duration: '3s' }, code: 7 },
    });
    expect(await acceptedOf(plane, 'batch')).toMatchObject({ status: 'True' });
    const batch = podOf('batch', { restartPolicy: 'Never' });
    batch.metadata.labels = { kind: 'batch' };
    await plane.api.client.create(corePods, batch);
    await runningPod(plane, podOf('web'));
    const pod = await asTimePasses(
      plane,
      () => getPod(plane, 'batch'),
      ({ status }) => expect(status?.phase).toBe('Failed'),
    );
    expect(terminatedOf(pod)?.exitCode).toBe(7);
    expect(pod.metadata.annotations ?? {}).toEqual({});
    expect((await getPod(plane, 'web')).status?.phase).toBe('Running');
  });

  test('that does not compile says so in its status, and the others go on', async () => {
    await using plane = await kubeletPlane({ simulation: true });
    await readyNode(plane);
    await createStage(plane, 'wrong', { when: 'pod.metadata.name ==', ready: { never: true } });
    await createStage(plane, 'fails', {
      when: 'pod.spec.nothing.of.it == 1',
      ready: { never: true },
    });
    await createStage(plane, 'right', {
      when: 'pod.metadata.name == "short"',
      exit: { after: { expression: 'duration("2s")' } },
    });
    await plane.api.client.create(corePods, podOf('short', { restartPolicy: 'Never' }));
    await asTimePasses(
      plane,
      () => getPod(plane, 'short'),
      ({ status }) => expect(status?.phase).toBe('Succeeded'),
    );
    expect(await acceptedOf(plane, 'wrong')).toMatchObject({
      status: 'False',
      message: expect.stringContaining('spec.when: compilation failed'),
    });
    await asTimePasses(
      plane,
      () => acceptedOf(plane, 'fails'),
      (condition) =>
        expect(condition).toMatchObject({
          status: 'False',
          message: expect.stringContaining('for pod default/short'),
        }),
    );
    expect(await acceptedOf(plane, 'right')).toMatchObject({ status: 'True' });
  });

  test('of a group is drawn by weight, the same for the same Pods', async () => {
    await using plane = await kubeletPlane({ simulation: true });
    await readyNode(plane);
    await createStage(plane, 'flaky', {
      group: 'luck',
      weight: 1,
      exit: { code: 1 },
    });
    await createStage(plane, 'steady', { group: 'luck', weight: 0 });
    await plane.api.client.create(corePods, podOf('unlucky', { restartPolicy: 'Never' }));
    await asTimePasses(
      plane,
      () => getPod(plane, 'unlucky'),
      ({ status }) => expect(status?.phase).toBe('Failed'),
    );
  });
});

describe('a NodeProfile', () => {
  test('has as many nodes as it says, alike, dealt out to its zones', async () => {
    await using plane = await kubeletPlane({ simulation: true });
    await plane.api.client.create(simulationNodeProfiles, {
      metadata: { name: 'gpu' },
      spec: {
        replicas: 3,
        capacity: { cpu: '8', memory: '32Gi', 'example.com/gpu': '2' },
        reserved: { cpu: '500m', memory: '1Gi' },
        zones: ['a', 'b'],
        taints: [{ key: 'gpu', value: 'true', effect: 'NoSchedule' }],
        pricePerHour: '1.25',
      },
    });
    const ready = (count: number) =>
      asTimePasses(
        plane,
        () => plane.api.client.get(simulationNodeProfiles, { name: 'gpu' }),
        ({ status }) => expect(status).toMatchObject({ replicas: count, readyReplicas: count }),
      );
    await ready(3);
    const node = await getNode(plane, 'gpu-1');
    expect(node.status).toMatchObject({
      capacity: { cpu: '8', 'example.com/gpu': '2' },
      allocatable: { cpu: '7500m', memory: '31644Mi', 'example.com/gpu': '2' },
    });
    expect(node.metadata.annotations).toMatchObject({ 'orrery.dev/price-per-hour': '1.25' });
    const { items } = await plane.api.client.list(coreNodes);
    expect(
      items.map(({ metadata }) => metadata.labels?.['topology.kubernetes.io/zone']).sort(),
    ).toEqual(['a', 'a', 'b']);
    await plane.api.client.patch(
      simulationNodeProfiles,
      { name: 'gpu' },
      { type: 'merge', patch: { spec: { replicas: 1 } } },
    );
    await ready(1);
    expect((await plane.api.client.list(coreNodes)).items).toHaveLength(1);
  });
});

describe('a Fault', () => {
  test('crashes the share of Pods that it is for, once', async () => {
    await using plane = await kubeletPlane({ simulation: true });
    await readyNode(plane);
    await runningPod(plane, podOf('web'));
    plane.clock.advance(2_000);
    await createFault(plane, 'crash', { type: 'CrashPods', crash: { exitCode: 134 } });
    const pod = await asTimePasses(
      plane,
      () => getPod(plane, 'web'),
      ({ status }) => expect(status?.containerStatuses?.[0]?.restartCount).toBe(1),
    );
    expect(terminatedOf(pod)).toMatchObject({ exitCode: 134, reason: 'Error' });
    const fault = await phaseOf(plane, 'crash', 'Active');
    expect(fault.status).toMatchObject({ affectedNodes: 1, affectedPods: 1 });
    await readyNode(plane, 'witness');
    expect((await getPod(plane, 'web')).status?.containerStatuses?.[0]?.restartCount).toBe(1);
  });

  test('cuts nodes off while it lasts: it is told when it begins and when it ends', async () => {
    await using plane = await kubeletPlane({ simulation: true });
    await readyNode(plane);
    await readyNode(plane, 'n2');
    await runningPod(plane, podOf('web'));
    await createFault(plane, 'cut', {
      type: 'PartitionNodes',
      when: 'node.metadata.name == "n1"',
      startTime: '2026-06-01T12:05:00Z',
      duration: '1m',
    });
    await phaseOf(plane, 'cut', 'Scheduled');
    plane.clock.advance(Date.UTC(2026, 5, 1, 12, 5) - plane.clock.now());
    const fault = await phaseOf(plane, 'cut', 'Active');
    expect(fault.status).toMatchObject({ affectedNodes: 1, affectedPods: 1 });
    const leaseOf = async (name: string) => {
      const target = { namespace: 'kube-node-lease', name };
      return (await plane.api.client.get(coordinationLeases, target)).spec?.renewTime ?? '';
    };
    const before = await leaseOf('n1');
    const witnessed = await leaseOf('n2');
    plane.clock.advance(20_000);
    await asTimePasses(
      plane,
      () => leaseOf('n2'),
      (renewTime) => expect(renewTime > witnessed).toBe(true),
    );
    expect(await leaseOf('n1')).toBe(before);
    plane.clock.advance(60_000);
    await phaseOf(plane, 'cut', 'Ended');
    await asTimePasses(
      plane,
      () => leaseOf('n1'),
      (renewTime) => expect(renewTime > before).toBe(true),
    );
    expect((await getPod(plane, 'web')).status?.containerStatuses?.[0]?.restartCount).toBe(0);
    expect((await eventsOf(plane, 'cut')).sort()).toEqual([
      'FaultEnded',
      'FaultScheduled',
      'FaultStarted',
    ]);
  });

  test('takes a zone down, and its containers start again when it is back', async () => {
    await using plane = await kubeletPlane({ simulation: true });
    await plane.api.client.create(simulationNodeProfiles, {
      metadata: { name: 'n' },
      spec: { replicas: 2, zones: ['a', 'b'] },
    });
    await asTimePasses(
      plane,
      () => plane.api.client.get(simulationNodeProfiles, { name: 'n' }),
      ({ status }) => expect(status?.readyReplicas).toBe(2),
    );
    await runningPod(plane, podOf('in-a', { nodeName: 'n-1' }));
    await runningPod(plane, podOf('in-b', { nodeName: 'n-2' }));
    plane.clock.advance(2_000);
    await createFault(plane, 'outage', { type: 'KillNodes', zone: 'a', duration: '30s' });
    await phaseOf(plane, 'outage', 'Active');
    plane.clock.advance(30_000);
    await phaseOf(plane, 'outage', 'Ended');
    const pod = await asTimePasses(
      plane,
      () => getPod(plane, 'in-a'),
      ({ status }) => expect(status?.containerStatuses?.[0]?.restartCount).toBe(1),
    );
    expect(terminatedOf(pod)).toMatchObject({ exitCode: 255, reason: 'Unknown' });
    expect((await getPod(plane, 'in-b')).status?.containerStatuses?.[0]?.restartCount).toBe(0);
  });

  test('lets a node run out of memory, which gives up its Pods one after another', async () => {
    await using plane = await kubeletPlane({ simulation: true });
    await readyNode(plane);
    await runningPod(plane, podOf('small', {}, { 'orrery.dev/usage-memory': '10Mi' }));
    await runningPod(plane, podOf('large', {}, { 'orrery.dev/usage-memory': '1Gi' }));
    await createFault(plane, 'full', { type: 'Pressure', pressures: ['MemoryPressure'] });
    await asTimePasses(
      plane,
      () => getNode(plane),
      ({ status }) => expect(isConditionTrue(status?.conditions, 'MemoryPressure')).toBe(true),
    );
    plane.clock.advance(9_000);
    const large = await asTimePasses(
      plane,
      () => getPod(plane, 'large'),
      ({ status }) => expect(status?.reason).toBe('Evicted'),
    );
    expect(large.status?.phase).toBe('Failed');
    expect((await getPod(plane, 'small')).status?.phase).toBe('Running');
    await plane.api.client.delete(simulationFaults, { name: 'full' });
    await asTimePasses(
      plane,
      () => getNode(plane),
      ({ status }) => expect(isConditionTrue(status?.conditions, 'MemoryPressure')).toBe(false),
    );
  });

  test('that does not compile is invalid, and says so', async () => {
    await using plane = await kubeletPlane({ simulation: true });
    await readyNode(plane);
    await createFault(plane, 'wrong', { type: 'KillNodes', when: 'node.' });
    await phaseOf(plane, 'wrong', 'Invalid');
    expect(await eventsOf(plane, 'wrong')).toEqual(['FaultInvalid']);
    await runningPod(plane, podOf('web'));
  });
});
