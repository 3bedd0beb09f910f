import { describe, expect, test } from '@jest/globals';
import { coreNodes, corePods } from '../../../src/scheme/generated/resources.ts';
import { testPlane } from '../../support/control-plane.ts';
import { newPod } from '../../support/workloads.ts';

describe('the Pods of a Node that is gone', () => {
  test('are failed and removed by force after a quarantine', async () => {
    await using plane = await testPlane({ controllers: ['pod-garbage-collector'] });
    plane.pods.shouldEnd = () => false;
    await plane.client.create(coreNodes, { metadata: { name: 'node-1' } });
    await plane.client.create(corePods, newPod('lost', { nodeName: 'node-1' }));
    await plane.client.create(corePods, newPod('ending', { nodeName: 'node-1' }));
    await plane.idle();
    const phases: (string | undefined)[] = [];
    await plane.client.watch(
      corePods,
      { namespace: 'default' },
      {
        onEvents: (events) => {
          for (const { type, object } of events) {
            if (type === 'DELETED') phases.push(object.status?.phase);
          }
        },
        onClose: () => undefined,
      },
    );
    await plane.client.delete(corePods, { namespace: 'default', name: 'ending' });
    await plane.client.delete(coreNodes, { name: 'node-1' });
    await plane.idle();
    expect(await plane.list(corePods, 'default')).toHaveLength(2);
    plane.clock.advance(40_000);
    await plane.eventually(
      () => phases,
      (seen) => expect(seen).toEqual(['Failed', 'Failed']),
    );
  });

  test('stay when the Node comes back in time', async () => {
    await using plane = await testPlane({ controllers: ['pod-garbage-collector'] });
    await plane.client.create(coreNodes, { metadata: { name: 'node-1' } });
    await plane.client.create(corePods, newPod('web', { nodeName: 'node-1' }));
    await plane.client.delete(coreNodes, { name: 'node-1' });
    await plane.idle();
    await plane.client.create(coreNodes, { metadata: { name: 'node-1' } });
    plane.clock.advance(60_000);
    await plane.idle();
    expect(await plane.list(corePods, 'default')).toHaveLength(1);
  });

  test('are not waited for once the Node is declared out of service', async () => {
    await using plane = await testPlane({ controllers: ['pod-garbage-collector'] });
    plane.pods.shouldEnd = () => false;
    const created = await plane.client.create(coreNodes, { metadata: { name: 'node-1' } });
    await plane.client.create(corePods, newPod('ending', { nodeName: 'node-1' }));
    await plane.client.create(corePods, newPod('running', { nodeName: 'node-1' }));
    await plane.idle();
    await plane.client.delete(corePods, { namespace: 'default', name: 'ending' });
    await plane.client.update(coreNodes, {
      ...created,
      spec: {
        ...created.spec,
        taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }],
      },
    });
    await plane.eventually(
      () => plane.list(corePods, 'default'),
      (pods) => expect(pods.map(({ metadata }) => metadata.name)).toEqual(['running']),
    );
  });

  test('that ended are removed beyond a number, the oldest first', async () => {
    await using plane = await testPlane({
      controllers: ['pod-garbage-collector'],
      controllerOptions: { terminatedPodThreshold: 2 },
      drivePods: false,
    });
    for (const name of ['a', 'b', 'c']) {
      const pod = await plane.client.create(corePods, newPod(name));
      await plane.client.update(
        corePods,
        { ...pod, status: { ...pod.status, phase: 'Succeeded' } },
        { subresource: 'status' },
      );
      plane.clock.advance(1000);
    }
    await plane.eventually(
      () => plane.list(corePods, 'default'),
      (pods) => expect(pods.map(({ metadata }) => metadata.name)).toEqual(['b', 'c']),
    );
  });
});
