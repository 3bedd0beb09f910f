import { describe, expect, test } from '@jest/globals';
import { coreEndpoints, corePods, coreServices } from '../../../src/scheme/generated/resources.ts';
import type { Endpoints, Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { newPod, newService } from '../../support/workloads.ts';

const endpointsPlane = (): Promise<TestPlane> => testPlane({ controllers: ['endpoints'] });

async function endpointsOf(plane: TestPlane, name: string): Promise<Endpoints | undefined> {
  const all = await plane.list(coreEndpoints, 'default');
  return all.find(({ metadata }) => metadata.name === name);
}

async function createPods(plane: TestPlane, ...names: string[]): Promise<readonly Pod[]> {
  for (const name of names) await plane.client.create(corePods, newPod(name));
  return plane.eventually(
    () => plane.list(corePods, 'default'),
    (pods) => expect(pods.every(({ status }) => status?.phase === 'Running')).toBe(true),
  );
}

const namesIn = (endpoints: Endpoints | undefined, list: 'addresses' | 'notReadyAddresses') =>
  endpoints?.subsets?.flatMap(
    (subset) => subset[list]?.map(({ targetRef }) => targetRef?.name) ?? [],
  );

describe('the Endpoints of a Service', () => {
  test('hold the addresses of its ready Pods, and those that are not ready apart', async () => {
    await using plane = await endpointsPlane();
    await plane.client.create(coreServices, newService('web'));
    const [first, second] = (await createPods(plane, 'a', 'b')) as [Pod, Pod];
    const full = await plane.eventually(
      () => endpointsOf(plane, 'web'),
      (endpoints) => expect(namesIn(endpoints, 'addresses')).toEqual(['a', 'b']),
    );
    expect(full?.subsets).toEqual([
      {
        addresses: [first, second].map(({ metadata, status }) => ({
          ip: status?.podIP,
          targetRef: { kind: 'Pod', namespace: 'default', name: metadata.name, uid: metadata.uid },
        })),
        ports: [{ port: 8080, protocol: 'TCP' }],
      },
    ]);
    await plane.pods.setReady(second, false);
    await plane.eventually(
      () => endpointsOf(plane, 'web'),
      (endpoints) => {
        expect(namesIn(endpoints, 'addresses')).toEqual(['a']);
        expect(namesIn(endpoints, 'notReadyAddresses')).toEqual(['b']);
      },
    );
    await plane.client.delete(corePods, { namespace: 'default', name: 'a' });
    await plane.eventually(
      () => endpointsOf(plane, 'web'),
      (endpoints) => expect(namesIn(endpoints, 'addresses')).toEqual([]),
    );
  });

  test('go with the Service, and come back when somebody deletes them', async () => {
    await using plane = await endpointsPlane();
    await plane.client.create(coreServices, newService('web'));
    await createPods(plane, 'a');
    const present = (endpoints: Endpoints | undefined): void =>
      expect(namesIn(endpoints, 'addresses')).toEqual(['a']);
    await plane.eventually(() => endpointsOf(plane, 'web'), present);
    await plane.client.delete(coreEndpoints, { namespace: 'default', name: 'web' });
    await plane.eventually(() => endpointsOf(plane, 'web'), present);
    await plane.client.delete(coreServices, { namespace: 'default', name: 'web' });
    await plane.eventually(
      () => endpointsOf(plane, 'web'),
      (endpoints) => expect(endpoints).toBeUndefined(),
    );
  });

  test('are left to others when the Service has no selector', async () => {
    await using plane = await endpointsPlane();
    await plane.client.create(coreServices, newService('web', { selector: {} }));
    const byHand = { metadata: { name: 'web', namespace: 'default' }, subsets: [] };
    await plane.client.create(coreEndpoints, byHand);
    await createPods(plane, 'a');
    await plane.idle();
    expect((await endpointsOf(plane, 'web'))?.subsets ?? []).toEqual([]);
    // But they go with it.
    await plane.client.delete(coreServices, { namespace: 'default', name: 'web' });
    await plane.eventually(
      () => endpointsOf(plane, 'web'),
      (endpoints) => expect(endpoints).toBeUndefined(),
    );
  });

  test('are not written again while nothing changes', async () => {
    await using plane = await endpointsPlane();
    await plane.client.create(coreServices, newService('web'));
    await createPods(plane, 'a', 'b');
    await plane.idle();
    const before = await plane.api.store.currentResourceVersion();
    await plane.restartControllers();
    await plane.idle();
    expect(await plane.api.store.currentResourceVersion()).toBe(before);
  });
});
