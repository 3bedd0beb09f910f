import { expect, test } from '@jest/globals';
import { findCondition } from '../../../src/scheme/conditions.ts';
import { coreEvents, coreNodes, corePods } from '../../../src/scheme/generated/resources.ts';
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

const POWER = 'orrery.dev/power';

async function annotate(plane: KubeletPlane, annotations: Record<string, string | null>) {
  const patch = { metadata: { annotations } };
  await plane.api.client.patch(coreNodes, { name: 'n1' }, { type: 'merge', patch });
}

test('a node that shuts down says so, ends its Pods within their time, takes no others, and goes off', async () => {
  await using plane = await kubeletPlane();
  await readyNode(plane);
  await runningPod(plane, podOf('quick'));
  await runningPod(plane, podOf('slow', {}, { 'orrery.dev/stop-delay': '1h' }));
  await annotate(plane, {
    [POWER]: 'shutdown',
    'orrery.dev/shutdown-grace-period': '20s',
    'orrery.dev/shutdown-grace-period-critical-pods': '5s',
  });
  const node = await asTimePasses(
    plane,
    () => getNode(plane),
    ({ status }) => expect(findCondition(status?.conditions, 'Ready')?.status).toBe('False'),
  );
  expect(findCondition(node.status?.conditions, 'Ready')).toMatchObject({
    reason: 'KubeletNotReady',
    message: 'node is shutting down',
  });
  const ended = (name: string) =>
    asTimePasses(
      plane,
      () => getPod(plane, name),
      ({ status }) => expect(status?.phase).toBe('Failed'),
    );
  expect((await ended('quick')).status).toMatchObject({
    reason: 'Terminated',
    message: 'Pod was terminated in response to imminent node shutdown.',
  });
  expect((await getPod(plane, 'slow')).status?.phase).toBe('Running');
  await plane.api.client.create(corePods, podOf('late'));
  expect((await ended('late')).status?.reason).toBe('NodeShutdown');
  plane.clock.advance(15_000);
  expect((await ended('slow')).status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
    exitCode: 137,
  });
  await asTimePasses(
    plane,
    () => getNode(plane),
    ({ metadata }) => expect(metadata.annotations?.[POWER]).toBe('off'),
  );
  await plane.running.events.flush();
  const { items } = await plane.api.client.list(coreEvents, {
    fieldSelector: 'involvedObject.name=n1',
  });
  expect(items.map(({ reason }) => reason)).toEqual(
    expect.arrayContaining(['Shutdown', 'NodeNotReady']),
  );
  await annotate(plane, { [POWER]: null });
  await asTimePasses(
    plane,
    () => getNode(plane),
    ({ status }) => expect(findCondition(status?.conditions, 'Ready')?.status).toBe('True'),
  );
});
