import { expect, test } from '@jest/globals';
import { isConditionTrue } from '../../../src/scheme/conditions.ts';
import { asTimePasses } from '../../support/as-time-passes.ts';
import {
  getNode,
  getPod,
  kubeletPlane,
  podOf,
  readyNode,
  runningPod,
} from '../../support/kubelet-plane.ts';

test('a node whose Pods use more memory than it has gives up the greediest, and is well again', async () => {
  await using plane = await kubeletPlane();
  await readyNode(plane);
  const using = (memory: string) => ({ 'orrery.dev/usage-memory': memory });
  await runningPod(plane, podOf('modest', {}, using('2Gi')));
  await runningPod(plane, podOf('greedy', {}, using('15Gi')));
  const isPressed = (expected: boolean) =>
    asTimePasses(
      plane,
      () => getNode(plane),
      ({ status }) => expect(isConditionTrue(status?.conditions, 'MemoryPressure')).toBe(expected),
    );
  await isPressed(true);
  await asTimePasses(
    plane,
    () => getPod(plane, 'greedy'),
    ({ status }) =>
      expect(status).toMatchObject({
        phase: 'Failed',
        reason: 'Evicted',
        message: 'The node was low on resource: memory. ',
      }),
  );
  await isPressed(false);
  plane.clock.advance(30_000);
  await readyNode(plane, 'witness');
  expect((await getPod(plane, 'modest')).status?.phase).toBe('Running');
});
