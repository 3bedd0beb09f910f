import { describe, expect, test } from '@jest/globals';
import { coreEvents, coreNodes, corePods } from '../../../src/scheme/generated/resources.ts';
import type { Node } from '../../../src/scheme/generated/types/core-v1.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { newPod } from '../../support/workloads.ts';

describe('a Pod on a Node with a NoExecute taint', () => {
  const taint = { key: 'maintenance', effect: 'NoExecute' as const };

  async function taintNode(plane: TestPlane, taints: Node['spec']): Promise<void> {
    const current = await plane.client.get(coreNodes, { name: 'node-1' });
    await plane.client.update(coreNodes, { ...current, spec: { ...current.spec, ...taints } });
  }

  const names = async (plane: TestPlane): Promise<(string | undefined)[]> =>
    (await plane.list(corePods, 'default')).map(({ metadata }) => metadata.name).sort();

  test('goes at once, later or never, by its tolerations, and stays when the taint goes in time', async () => {
    await using plane = await testPlane({ controllers: ['taint-eviction'] });
    await plane.client.create(coreNodes, { metadata: { name: 'node-1' } });
    const tolerations = {
      key: 'maintenance',
      operator: 'Exists' as const,
      effect: 'NoExecute' as const,
    };
    const nodeName = 'node-1';
    await plane.client.create(corePods, newPod('at-once', { nodeName }));
    await plane.client.create(
      corePods,
      newPod('later', { nodeName, tolerations: [{ ...tolerations, tolerationSeconds: 60 }] }),
    );
    await plane.client.create(
      corePods,
      newPod('much-later', {
        nodeName,
        tolerations: [{ ...tolerations, tolerationSeconds: 3600 }],
      }),
    );
    await plane.client.create(corePods, newPod('never', { nodeName, tolerations: [tolerations] }));
    await taintNode(plane, { taints: [taint] });
    await plane.eventually(
      () => names(plane),
      (left) => expect(left).toEqual(['later', 'much-later', 'never']),
    );
    plane.clock.advance(60_000);
    await plane.eventually(
      () => names(plane),
      (left) => expect(left).toEqual(['much-later', 'never']),
    );
    await taintNode(plane, { taints: [] });
    await plane.eventually(
      () => plane.list(coreEvents, 'default'),
      (events) =>
        expect(events).toContainEqual(
          expect.objectContaining({
            reason: 'TaintManagerEviction',
            message: 'Cancelling deletion of Pod default/much-later',
          }),
        ),
    );
    plane.clock.advance(3_600_000);
    await plane.idle();
    expect(await names(plane)).toEqual(['much-later', 'never']);
  });
});
