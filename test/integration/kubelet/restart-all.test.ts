import { expect, test } from '@jest/globals';
import { findCondition } from '../../../src/scheme/conditions.ts';
import { coreEvents } from '../../../src/scheme/generated/resources.ts';
import type { ContainerRestartRule } from '../../../src/scheme/generated/types/core-v1.ts';
import { asTimePasses } from '../../support/as-time-passes.ts';
import { getPod, kubeletPlane, podOf, readyNode, runningPod } from '../../support/kubelet-plane.ts';

test('a container that ends by a rule for all of them restarts its Pod in place', async () => {
  await using plane = await kubeletPlane();
  await readyNode(plane);
  const rule: ContainerRestartRule = {
    action: 'RestartAllContainers',
    exitCodes: { operator: 'In', values: [88] },
  };
  const before = await runningPod(
    plane,
    podOf(
      'worker',
      {
        restartPolicy: 'Never',
        initContainers: [
          { name: 'setup', image: 'setup:1' },
          {
            name: 'watcher',
            image: 'watcher:1',
            restartPolicy: 'Always',
            restartPolicyRules: [rule],
          },
        ],
        containers: [{ name: 'train', image: 'train:1' }],
      },
      { 'orrery.dev/exit-after.watcher': '20s', 'orrery.dev/exit-code.watcher': '88' },
    ),
  );
  plane.clock.advance(25_000);
  const after = await asTimePasses(
    plane,
    () => getPod(plane, 'worker'),
    ({ status }) =>
      expect(status).toMatchObject({
        phase: 'Running',
        initContainerStatuses: [
          { name: 'setup', restartCount: 1, state: { terminated: { exitCode: 0 } } },
          { name: 'watcher', restartCount: 1 },
        ],
        containerStatuses: [
          {
            name: 'train',
            restartCount: 1,
            state: { running: {} },
            lastState: { terminated: { exitCode: 137, reason: 'RestartingAllContainers' } },
          },
        ],
      }),
  );
  expect(after.metadata.uid).toBe(before.metadata.uid);
  expect(after.status?.podIP).toBe(before.status?.podIP);
  const restarting = findCondition(after.status?.conditions, 'AllContainersRestarting');
  expect(restarting?.status).toBe('False');
  await plane.running.events.flush();
  const { items } = await plane.api.client.list(coreEvents, {
    fieldSelector: 'involvedObject.name=worker,reason=Killing',
  });
  expect(items.map(({ message }) => message)).toContain('Stopping container train');
});
