import { expect, test } from '@jest/globals';
import {
  resourceResourceClaims as claims,
  coreEvents,
  corePods,
  resourceDeviceTaintRules as rules,
  resourceResourceSlices as slices,
} from '../../../src/scheme/generated/resources.ts';
import type {
  DeviceTaint,
  DeviceToleration,
} from '../../../src/scheme/generated/types/resource-v1.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { newPod } from '../../support/workloads.ts';

const POD = { namespace: 'default', name: 'train' };
const DRIVER = 'gpu.example.com';

async function planeWithPod(tolerations: DeviceToleration[] = []): Promise<TestPlane> {
  const plane = await testPlane({ controllers: ['device-taint-eviction'], drivePods: false });
  const { client } = plane;
  await client.create(slices, {
    metadata: { name: 'pool' },
    spec: {
      driver: DRIVER,
      nodeName: 'n1',
      pool: { name: 'p', generation: 1, resourceSliceCount: 1 },
      devices: [{ name: 'd0' }, { name: 'd1' }],
    },
  });
  const pod = await client.create(corePods, newPod('train', { nodeName: 'n1' }));
  await client.create(claims, {
    metadata: { namespace: 'default', name: 'gpu' },
    spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpus' } }] } },
  });
  const results = [{ request: 'gpu', driver: DRIVER, pool: 'p', device: 'd0', tolerations }];
  const reservedFor = [{ resource: 'pods', name: 'train', uid: pod.metadata.uid ?? '' }];
  await client.patch(
    claims,
    { namespace: 'default', name: 'gpu' },
    { type: 'merge', patch: { status: { allocation: { devices: { results } }, reservedFor } } },
    { subresource: 'status' },
  );
  await plane.idle();
  return plane;
}

async function taint({ client }: TestPlane, device: string, taints: DeviceTaint[]): Promise<void> {
  const current = await client.get(slices, { name: 'pool' });
  const devices = current.spec.devices?.map((one) =>
    one.name === device ? { ...one, taints } : one,
  );
  await client.update(slices, { ...current, spec: { ...current.spec, devices } });
}

const BROKEN: DeviceTaint = { key: 'health', value: 'broken', effect: 'NoExecute' };

const podOf = ({ client }: TestPlane) => client.get(corePods, POD);
const isGoing = async (plane: TestPlane) =>
  (await podOf(plane)).metadata.deletionTimestamp !== undefined;
const messages = async (plane: TestPlane) =>
  (await plane.list(coreEvents)).map(({ message, reason }) => [reason, message]);

test('a Pod leaves a device that is tainted, and says why', async () => {
  await using plane = await planeWithPod();
  await taint(plane, 'd1', [BROKEN]);
  await plane.idle();
  expect(await isGoing(plane)).toBe(false);
  const { spec } = await plane.client.get(slices, { name: 'pool' });
  expect(spec.devices?.[1]?.taints).toEqual([{ ...BROKEN, timeAdded: expect.any(String) }]);
  await taint(plane, 'd0', [BROKEN]);
  await plane.eventually(
    () => isGoing(plane),
    (going) => expect(going).toBe(true),
  );
  expect((await podOf(plane)).status?.conditions).toContainEqual(
    expect.objectContaining({
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByDeviceTaintManager',
      message: 'Device Taint manager: deleting due to NoExecute taint',
    }),
  );
  await plane.eventually(
    () => messages(plane),
    (told) => expect(told).toContainEqual(['DeviceTaintManagerEviction', 'Marking for deletion']),
  );
});

test('a taint that is tolerated for a while lets the Pod stay as long, and for good when it goes before', async () => {
  const toleration = { key: 'health', operator: 'Exists' as const, tolerationSeconds: 60 };
  await using plane = await planeWithPod([toleration]);
  await taint(plane, 'd0', [BROKEN]);
  await plane.idle();
  plane.clock.advance(30_000);
  await plane.idle();
  expect(await isGoing(plane)).toBe(false);
  await taint(plane, 'd0', []);
  await plane.eventually(
    () => messages(plane),
    (told) => expect(told).toContainEqual(['DeviceTaintManagerEviction', 'Cancelling deletion']),
  );
  plane.clock.advance(120_000);
  await plane.idle();
  expect(await isGoing(plane)).toBe(false);
  await taint(plane, 'd0', [BROKEN]);
  await plane.idle();
  plane.clock.advance(61_000);
  await plane.eventually(
    () => isGoing(plane),
    (going) => expect(going).toBe(true),
  );
});

test('a Pod leaves a device that a rule taints, and the rule says how far that is', async () => {
  await using plane = await planeWithPod();
  const { client } = plane;
  const conditions = async () =>
    (await client.get(rules, { name: 'broken' })).status?.conditions ?? [];
  await client.create(rules, {
    metadata: { name: 'broken' },
    spec: {
      deviceSelector: { driver: DRIVER, pool: 'p', device: 'd0' },
      taint: { ...BROKEN, effect: 'None' },
    },
  });
  await plane.eventually(conditions, (told) =>
    expect(told).toMatchObject([
      {
        reason: 'NoEffect',
        message: expect.stringContaining('1 pod would be evicted in 1 namespace'),
      },
    ]),
  );
  expect(await isGoing(plane)).toBe(false);
  const patch = { spec: { taint: { effect: 'NoExecute' } } };
  await client.patch(rules, { name: 'broken' }, { type: 'merge', patch });
  await plane.eventually(
    () => isGoing(plane),
    (going) => expect(going).toBe(true),
  );
  await plane.idle();
  plane.clock.advance(11_000);
  await plane.eventually(conditions, (told) =>
    expect(told).toMatchObject([
      { reason: 'Completed', message: '1 pod evicted since starting the controller.' },
    ]),
  );
});
