import { expect, test } from '@jest/globals';
import type { PodStage } from '../../../src/kubelet/stage.ts';
import { POD_STAGES } from '../../../src/kubelet/stages/pod-stages.ts';
import { corePods } from '../../../src/scheme/generated/resources.ts';
import { asTimePasses } from '../../support/as-time-passes.ts';
import { kubeletPlane, podOf, readyNode, runningPod } from '../../support/kubelet-plane.ts';

test('a stage that changes nothing is told of, waits ever longer, and holds no other Pod up', async () => {
  let steps = 0;
  const idle: PodStage = {
    name: 'idle',
    matches: ({ metadata }) => metadata.name === 'idle',
    delay: { ms: 0, jitterMs: 0 },
    next: ({ status }) => {
      steps++;
      return status ? { status } : {};
    },
  };
  await using plane = await kubeletPlane({ stages: [idle, ...POD_STAGES] });
  await readyNode(plane);
  await plane.api.client.create(corePods, podOf('idle'));
  const told = () => plane.logger.lines.filter(({ message }) => /changes nothing/.test(message));
  await asTimePasses(
    plane,
    async () => told(),
    (lines) => expect(lines).not.toHaveLength(0),
  );
  await runningPod(plane, podOf('web'));
  expect(steps).toBeLessThan(40);
  const before = steps;
  await asTimePasses(
    plane,
    async () => steps,
    (now) => expect(now).toBeGreaterThan(before),
  );
  expect(told()[0]).toMatchObject({
    level: 'warn',
    fields: { pod: 'default/idle', stage: 'idle' },
  });
});
