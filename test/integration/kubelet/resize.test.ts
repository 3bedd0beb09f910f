import { describe, expect, test } from '@jest/globals';
import { findCondition } from '../../../src/scheme/conditions.ts';
import { corePods, schedulingPriorityClasses } from '../../../src/scheme/generated/resources.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { asTimePasses } from '../../support/as-time-passes.ts';
import {
  getPod,
  type KubeletPlane,
  kubeletPlane,
  podOf,
  readyNode,
  runningPod,
} from '../../support/kubelet-plane.ts';

describe('a running Pod that is resized', () => {
  const asking = (cpu: string) => ({
    containers: [{ name: 'nginx', image: 'nginx:1.7.9', resources: { requests: { cpu } } }],
  });

  const resize = async (plane: KubeletPlane, name: string, cpu: string): Promise<void> => {
    const pod = await getPod(plane, name);
    const spec = { ...pod.spec, containers: [...(pod.spec?.containers ?? [])] };
    spec.containers = spec.containers.map((one) => ({ ...one, resources: { requests: { cpu } } }));
    await plane.api.client.update(corePods, { ...pod, spec }, { subresource: 'resize' });
  };

  const hasCpu = (cpu: string, reason?: string) => (pod: Pod) => {
    const [container] = pod.status?.containerStatuses ?? [];
    expect(container?.resources?.requests).toEqual({ cpu });
    expect(container?.allocatedResources).toEqual({ cpu });
    expect(container?.restartCount).toBe(0);
    expect(findCondition(pod.status?.conditions, 'PodResizePending')?.reason).toBe(reason);
    expect(findCondition(pod.status?.conditions, 'PodResizeInProgress')).toBeUndefined();
    expect(pod.status?.observedGeneration).toBe(pod.metadata.generation);
  };

  test('has what it asks for in place, and waits while its neighbours leave no room', async () => {
    await using plane = await kubeletPlane();
    await readyNode(plane);
    for (const name of ['a', 'b']) await runningPod(plane, podOf(name, asking('1')));
    await resize(plane, 'a', '3');
    await asTimePasses(plane, () => getPod(plane, 'a'), hasCpu('3'));
    await resize(plane, 'b', '2');
    await asTimePasses(plane, () => getPod(plane, 'b'), hasCpu('1', 'Deferred'));
    await resize(plane, 'a', '2');
    await asTimePasses(plane, () => getPod(plane, 'b'), hasCpu('2'));
    await resize(plane, 'b', '3');
    await asTimePasses(plane, () => getPod(plane, 'b'), hasCpu('2', 'Deferred'));
    const target = { namespace: 'default', name: 'a' };
    await plane.api.client.delete(corePods, target, { gracePeriodSeconds: 0 });
    await asTimePasses(plane, () => getPod(plane, 'b'), hasCpu('3'));
  });

  test('gets room that comes free before those of lower priority that have waited longer', async () => {
    await using plane = await kubeletPlane();
    await readyNode(plane);
    for (const value of [10, 20]) {
      await plane.api.client.create(schedulingPriorityClasses, {
        metadata: { name: `p${value}` },
        value,
      });
    }
    await runningPod(plane, podOf('full', asking('2')));
    const classes = { low: 'p10', high: 'p20' };
    for (const [name, priorityClassName] of Object.entries(classes)) {
      await runningPod(plane, podOf(name, { ...asking('1'), priorityClassName }));
    }
    for (const name of ['low', 'high']) {
      await resize(plane, name, '2500m');
      await asTimePasses(plane, () => getPod(plane, name), hasCpu('1', 'Deferred'));
    }
    const target = { namespace: 'default', name: 'full' };
    await plane.api.client.delete(corePods, target, { gracePeriodSeconds: 0 });
    await asTimePasses(plane, () => getPod(plane, 'high'), hasCpu('2500m'));
    await asTimePasses(plane, () => getPod(plane, 'low'), hasCpu('1', 'Deferred'));
  });

  test('never gets more than its node has', async () => {
    await using plane = await kubeletPlane();
    await readyNode(plane);
    await runningPod(plane, podOf('a', asking('1')));
    await expect(resize(plane, 'a', '5')).rejects.toThrow(
      "Node didn't have enough allocatable resources: cpu, requested: 5000, allocatable: 4000",
    );
  });

  test('is resized as a whole, beside neighbours that are counted by their wholes', async () => {
    await using plane = await kubeletPlane();
    await readyNode(plane);
    const whole = (cpu: string) => ({ resources: { requests: { cpu } } });
    for (const name of ['a', 'b']) await runningPod(plane, podOf(name, whole('1')));
    const resizeWhole = async (name: string, cpu: string): Promise<void> => {
      const pod = await getPod(plane, name);
      const spec = { containers: [], ...pod.spec, ...whole(cpu) };
      await plane.api.client.update(corePods, { ...pod, spec }, { subresource: 'resize' });
    };
    const holds = (cpu: string, reason?: string) => (pod: Pod) => {
      expect(pod.status?.resources).toEqual({ requests: { cpu } });
      expect(pod.status?.allocatedResources).toEqual({ cpu });
      expect(findCondition(pod.status?.conditions, 'PodResizePending')?.reason).toBe(reason);
      expect(findCondition(pod.status?.conditions, 'PodResizeInProgress')).toBeUndefined();
    };
    await resizeWhole('a', '3');
    await asTimePasses(plane, () => getPod(plane, 'a'), holds('3'));
    await resizeWhole('b', '2');
    await asTimePasses(plane, () => getPod(plane, 'b'), holds('1', 'Deferred'));
    await resizeWhole('a', '2');
    await asTimePasses(plane, () => getPod(plane, 'b'), holds('2'));
  });
});
