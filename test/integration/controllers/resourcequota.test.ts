import { expect, test } from '@jest/globals';
import { isApiError } from '../../../src/scheme/errors.ts';
import {
  coreConfigMaps,
  corePods,
  coreResourceQuotas,
  coreSecrets,
} from '../../../src/scheme/generated/resources.ts';
import type { ResourceQuotaSpec } from '../../../src/scheme/generated/types/core-v1.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { newPod } from '../../support/workloads.ts';

const place = (name: string) => ({ namespace: 'default', name });
const quotaPlane = (): Promise<TestPlane> =>
  testPlane({ controllers: ['resourcequota'], drivePods: false });

const limit = (plane: TestPlane, spec: ResourceQuotaSpec) =>
  plane.client.create(coreResourceQuotas, { metadata: place('limits'), spec });

const configMap = (name: string) => ({ metadata: place(name) });

async function expectUsed(plane: TestPlane, used: Record<string, string>): Promise<void> {
  await plane.eventually(
    () => plane.client.get(coreResourceQuotas, place('limits')),
    ({ spec, status }) => expect(status).toEqual({ hard: spec?.hard, used }),
  );
}

test('a new quota counts what is there already, and what goes is free again', async () => {
  await using plane = await quotaPlane();
  for (const name of ['a', 'b', 'c']) await plane.client.create(coreConfigMaps, configMap(name));
  await limit(plane, { hard: { configmaps: '5', 'count/secrets': '2' } });
  await expectUsed(plane, { configmaps: '3', 'count/secrets': '0' });
  await plane.client.create(coreSecrets, { metadata: place('s') });
  await plane.client.delete(coreConfigMaps, place('a'));
  await expectUsed(plane, { configmaps: '2', 'count/secrets': '1' });
});

test('a quota that is changed counts by its new names', async () => {
  await using plane = await quotaPlane();
  await plane.client.create(coreConfigMaps, configMap('a'));
  await limit(plane, { hard: { secrets: '5' } });
  await expectUsed(plane, { secrets: '0' });
  const patch = { spec: { hard: { secrets: null, configmaps: '7' } } };
  await plane.client.patch(coreResourceQuotas, place('limits'), { type: 'merge', patch });
  await expectUsed(plane, { configmaps: '1' });
});

test('a Pod that has ended counts for its number alone, and one past its grace period as well', async () => {
  await using plane = await quotaPlane();
  await limit(plane, { hard: { pods: '5', 'count/pods': '5' } });
  for (const name of ['ended', 'lost', 'alive']) {
    await plane.client.create(corePods, newPod(name));
    const target = { target: { kind: 'Node', name: 'n1' } };
    await plane.client.createSubresource(corePods, place(name), 'binding', target);
  }
  await expectUsed(plane, { pods: '3', 'count/pods': '3' });
  const ended = await plane.client.get(corePods, place('ended'));
  const status = { ...ended.status, phase: 'Succeeded' as const };
  await plane.client.update(corePods, { ...ended, status }, { subresource: 'status' });
  await expectUsed(plane, { pods: '2', 'count/pods': '3' });
  await plane.client.delete(corePods, place('lost'));
  plane.clock.advance(120_000);
  await expectUsed(plane, { pods: '1', 'count/pods': '3' });
});

test('after many creations and deletions at once, what is used is what is there', async () => {
  await using plane = await quotaPlane();
  await limit(plane, { hard: { configmaps: '12' } });
  await expectUsed(plane, { configmaps: '0' });
  const churn = async (i: number): Promise<void> => {
    for (let round = 0; round < 4; round++) {
      const name = `map-${i}-${round}`;
      try {
        await plane.client.create(coreConfigMaps, configMap(name));
      } catch (thrown) {
        if (!isApiError(thrown, 'Forbidden', 'Conflict')) throw thrown;
        continue;
      }
      plane.clock.advance(200);
      if (round < 3) await plane.client.delete(coreConfigMaps, place(name));
    }
  };
  await Promise.all(Array.from({ length: 20 }, (_, i) => churn(i)));
  const left = (await plane.list(coreConfigMaps, 'default')).length;
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(12);
  await expectUsed(plane, { configmaps: String(left) });
});

test('a quota at rest is not written', async () => {
  await using plane = await quotaPlane();
  await limit(plane, { hard: { configmaps: '5', 'requests.cpu': '2500m' } });
  await plane.client.create(coreConfigMaps, configMap('a'));
  await expectUsed(plane, { configmaps: '1', 'requests.cpu': '0' });
  await plane.idle();
  const before = await plane.api.store.currentResourceVersion();
  await plane.restartControllers();
  await plane.idle();
  expect(await plane.api.store.currentResourceVersion()).toBe(before);
});
