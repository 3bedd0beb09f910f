import { expect, test } from '@jest/globals';
import {
  resourceResourceClaims as claims,
  coreEvents,
  corePods,
  resourceResourceClaimTemplates as templates,
} from '../../../src/scheme/generated/resources.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { podSpec } from '../../support/workloads.ts';

const TRAIN = { namespace: 'default', name: 'train' };
const requests = [{ name: 'gpu', exactly: { deviceClassName: 'gpus' } }];
const results = [{ request: 'gpu', driver: 'gpu.example.com', pool: 'p', device: 'd0' }];

const devicePlane = (): Promise<TestPlane> =>
  testPlane({ controllers: ['resourceclaim', 'garbage-collector'], drivePods: false });

const createTemplate = (plane: TestPlane) =>
  plane.client.create(templates, {
    metadata: { namespace: 'default', name: 'one-gpu' },
    spec: { spec: { devices: { requests } } },
  });

const createPod = (plane: TestPlane): Promise<Pod> =>
  plane.client.create(corePods, {
    metadata: TRAIN,
    spec: podSpec({
      resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'one-gpu' }],
    }),
  });

/** As the scheduler does: devices are allocated, and the claim is the Pod's for now. */
async function allocate(plane: TestPlane, name: string, pod: Pod): Promise<void> {
  const target = { namespace: 'default', name };
  const finalizers = ['resource.kubernetes.io/delete-protection'];
  await plane.client.patch(claims, target, { type: 'merge', patch: { metadata: { finalizers } } });
  const reservedFor = [{ resource: 'pods', name: 'train', uid: pod.metadata.uid }];
  const patch = { status: { allocation: { devices: { results } }, reservedFor } };
  await plane.client.patch(claims, target, { type: 'merge', patch }, { subresource: 'status' });
}

const madeFor = async (plane: TestPlane): Promise<string> => {
  const { status } = await plane.eventually(
    () => plane.client.get(corePods, TRAIN),
    (pod) => expect(pod.status?.resourceClaimStatuses).toHaveLength(1),
  );
  return status?.resourceClaimStatuses?.[0]?.resourceClaimName ?? '';
};

const expectNoClaims = (plane: TestPlane): Promise<unknown> =>
  plane.eventually(
    () => plane.list(claims),
    (left) => expect(left).toEqual([]),
  );

test('a Pod has the claim that its template asks for, and one that is taken from it comes back', async () => {
  await using plane = await devicePlane();
  const pod = await createPod(plane);
  await plane.eventually(
    () => plane.list(coreEvents),
    (events) =>
      expect(events).toContainEqual(
        expect.objectContaining({
          reason: 'FailedResourceClaimCreation',
          message:
            'PodResourceClaim gpu: resource claim template "one-gpu": resourceclaimtemplate.resource.k8s.io "one-gpu" not found',
        }),
      ),
  );
  await createTemplate(plane);
  const name = await madeFor(plane);
  expect(name).toMatch(/^train-gpu-/);
  const claim = await plane.client.get(claims, { namespace: 'default', name });
  expect(claim.metadata.ownerReferences?.[0]?.uid).toBe(pod.metadata.uid);
  expect(claim.spec.devices?.requests).toMatchObject(requests);
  await plane.idle();
  expect(await plane.list(claims)).toHaveLength(1);
  await plane.client.delete(claims, { namespace: 'default', name });
  await plane.eventually(
    () => plane.client.get(corePods, TRAIN),
    ({ status }) => {
      const made = status?.resourceClaimStatuses?.map((one) => one.resourceClaimName);
      expect(made).toEqual([expect.not.stringMatching(name)]);
    },
  );
});

test('the claim of a Pod that has ended gives its devices back and goes', async () => {
  await using plane = await devicePlane();
  await createTemplate(plane);
  const pod = await createPod(plane);
  await allocate(plane, await madeFor(plane), pod);
  await plane.idle();
  expect(await plane.list(claims)).toHaveLength(1);
  const patch = { status: { phase: 'Succeeded' } };
  await plane.client.patch(corePods, TRAIN, { type: 'merge', patch }, { subresource: 'status' });
  await expectNoClaims(plane);
});

test('a claim of its own stays when its Pod is gone, without reservation, devices and finalizer', async () => {
  await using plane = await devicePlane();
  const place = { namespace: 'default', name: 'given' };
  await plane.client.create(claims, { metadata: place, spec: { devices: { requests } } });
  const pod = await plane.client.create(corePods, {
    metadata: TRAIN,
    spec: podSpec({ resourceClaims: [{ name: 'gpu', resourceClaimName: 'given' }] }),
  });
  await allocate(plane, 'given', pod);
  await plane.idle();
  expect((await plane.client.get(claims, place)).status?.reservedFor).toHaveLength(1);
  await plane.client.delete(corePods, TRAIN, { gracePeriodSeconds: 0 });
  await plane.eventually(
    () => plane.client.get(claims, place),
    ({ metadata, status }) => {
      expect([status?.allocation, status?.reservedFor]).toEqual([undefined, undefined]);
      expect(metadata.finalizers ?? []).toEqual([]);
    },
  );
});

test('a Pod that came to its node by another way than the scheduler’s has its claim reserved', async () => {
  await using plane = await devicePlane();
  await createTemplate(plane);
  const metadata = { namespace: 'default', name: 'given' };
  await plane.client.create(claims, { metadata, spec: { devices: { requests } } });
  const spec = podSpec({
    nodeName: 'n',
    resourceClaims: [{ name: 'gpu', resourceClaimName: 'given' }],
  });
  const pod = await plane.client.create(corePods, { metadata: TRAIN, spec });
  const patch = { status: { allocation: { devices: { results } } } };
  await plane.client.patch(claims, metadata, { type: 'merge', patch }, { subresource: 'status' });
  await plane.eventually(
    () => plane.client.get(claims, metadata),
    ({ status }) =>
      expect(status?.reservedFor).toEqual([
        { resource: 'pods', name: 'train', uid: pod.metadata.uid },
      ]),
  );
});

test('the claim of a Pod that another of its name has replaced goes', async () => {
  await using plane = await devicePlane();
  await createTemplate(plane);
  const replaced = { apiVersion: 'v1', kind: 'Pod', name: 'train', uid: 'uid-0', controller: true };
  await createPod(plane);
  const made = await madeFor(plane);
  await plane.client.create(claims, {
    metadata: { namespace: 'default', name: 'left', ownerReferences: [replaced] },
    spec: { devices: { requests } },
  });
  await plane.eventually(
    () => plane.list(claims),
    (left) => expect(left.map(({ metadata }) => metadata.name)).toEqual([made]),
  );
});
