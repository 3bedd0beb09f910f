import { expect, test } from '@jest/globals';
import { findCondition, isConditionTrue } from '../../../src/scheme/conditions.ts';
import { corePods } from '../../../src/scheme/generated/resources.ts';
import type { Node } from '../../../src/scheme/generated/types/core-v1.ts';
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

const isPressed = (plane: KubeletPlane, type: string, expected: boolean) =>
  asTimePasses(
    plane,
    () => getNode(plane),
    ({ status }) => expect(isConditionTrue(status?.conditions, type)).toBe(expected),
  );

const evicted = (plane: KubeletPlane, name: string, message: unknown) =>
  asTimePasses(
    plane,
    () => getPod(plane, name),
    ({ status }) => expect(status).toMatchObject({ phase: 'Failed', reason: 'Evicted', message }),
  );

test('a node whose Pods use more memory than it has gives up the greediest, and says so for five minutes', async () => {
  await using plane = await kubeletPlane();
  await readyNode(plane);
  const using = (memory: string) => ({ 'orrery.dev/usage-memory': memory });
  await runningPod(plane, podOf('modest', {}, using('2Gi')));
  await runningPod(plane, podOf('greedy', {}, using('15Gi')));
  plane.clock.advance(9_000);
  await isPressed(plane, 'MemoryPressure', true);
  plane.clock.advance(9_000);
  await evicted(
    plane,
    'greedy',
    'The node was low on resource: memory. Threshold quantity: 100Mi, available: 0. ' +
      'Container nginx was using 15Gi, request is 0, has larger consumption of memory. ',
  );
  plane.clock.advance(4 * 60_000);
  await readyNode(plane, 'witness');
  const node = await getNode(plane);
  expect(isConditionTrue(node.status?.conditions, 'MemoryPressure')).toBe(true);
  plane.clock.advance(60_000);
  await isPressed(plane, 'MemoryPressure', false);
  expect((await getPod(plane, 'modest')).status?.phase).toBe('Running');
});

test('a node whose disk is full removes images, and gives up who writes most', async () => {
  await using plane = await kubeletPlane();
  await readyNode(plane);
  const writing = (size: string) => ({ 'orrery.dev/usage-ephemeral-storage': size });
  await runningPod(plane, podOf('once', { containers: [{ name: 'app', image: 'once:1' }] }));
  await plane.api.client.delete(
    corePods,
    { namespace: 'default', name: 'once' },
    { gracePeriodSeconds: 0 },
  );
  const imagesOf = ({ status }: Node): string[] =>
    (status?.images ?? []).flatMap(({ names = [] }) => names);
  const hasImage = (expected: boolean) =>
    asTimePasses(
      plane,
      () => getNode(plane),
      (node) => expect(imagesOf(node).includes('once:1')).toBe(expected),
    );
  plane.clock.advance(10_000);
  await hasImage(true);
  plane.clock.advance(120_000);
  await runningPod(plane, podOf('writer', {}, writing('80Gi')));
  await runningPod(plane, podOf('reader', {}, writing('6Gi')));
  plane.clock.advance(9_000);
  await isPressed(plane, 'DiskPressure', true);
  plane.clock.advance(9_000);
  await hasImage(false);
  const { status } = await evicted(plane, 'writer', expect.stringMatching(/low on resource: eph/));
  expect(findCondition(status?.conditions, 'DisruptionTarget')?.status).toBe('True');
  expect((await getPod(plane, 'reader')).status?.phase).toBe('Running');
});

test('a Pod that writes more than its volume may hold is evicted, whatever room the node has', async () => {
  await using plane = await kubeletPlane();
  await readyNode(plane);
  const volumes = [{ name: 'data', emptyDir: { sizeLimit: '1Gi' } }];
  const annotations = { 'orrery.dev/usage-volume.data': '2Gi' };
  await runningPod(plane, podOf('writer', { volumes }, annotations));
  plane.clock.advance(10_000);
  const message = 'Usage of EmptyDir volume "data" exceeds the limit "1Gi". ';
  const { status } = await evicted(plane, 'writer', message);
  expect(findCondition(status?.conditions, 'DisruptionTarget')).toBeUndefined();
  await isPressed(plane, 'DiskPressure', false);
});
