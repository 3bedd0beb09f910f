import { describe, expect, test } from '@jest/globals';
import { limitRanger } from '../../../../src/apiserver/admission/limit-ranger.ts';
import {
  corePersistentVolumeClaims,
  corePods,
} from '../../../../src/scheme/generated/resources.ts';
import { type Admitted, admitBy } from '../../../support/admission.ts';

type List = Record<string, string>;

const podOf = (...containers: { requests?: List; limits?: List }[]) => ({
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    containers: containers.map((resources, i) => ({ name: `c${i}`, image: 'x', resources })),
  },
});

const range = (...limits: object[]) => ({
  metadata: { name: 'bounds', namespace: 'shop' },
  spec: { limits },
});

const admit = (object: object, ...ranges: object[]): Promise<Admitted> =>
  admitBy(limitRanger, { resource: corePods, object, world: { limitranges: ranges } });

describe('the bounds of a container', () => {
  const item = {
    type: 'Container',
    min: { cpu: '100m' },
    max: { cpu: '1' },
    maxLimitRequestRatio: { cpu: '4' },
  };
  test.each([
    { own: { requests: { cpu: '100m' }, limits: { cpu: '400m' } }, why: '' },
    { own: { requests: { cpu: '0.25' }, limits: { cpu: '1000m' } }, why: '' },
    {
      own: { requests: { cpu: '50m' }, limits: { cpu: '200m' } },
      why: 'minimum cpu usage per Container is 100m, but request is 50m',
    },
    {
      own: { requests: { cpu: '500m' }, limits: { cpu: '1500m' } },
      why: 'maximum cpu usage per Container is 1, but limit is 1500m',
    },
    {
      own: { requests: { cpu: '200m' }, limits: { cpu: '1' } },
      why: 'cpu max limit to request ratio per Container is 4, but provided ratio is 5.000000',
    },
    {
      own: { requests: { cpu: '0' }, limits: { cpu: '1' } },
      why: '[minimum cpu usage per Container is 100m, but request is 0, cpu max limit to request ratio per Container is 4, but no request is specified or request is 0]',
    },
    {
      own: { requests: { cpu: '200m' } },
      why: '[maximum cpu usage per Container is 1.  No limit is specified, cpu max limit to request ratio per Container is 4, but no limit is specified or limit is 0]',
    },
    {
      own: {},
      why: '[minimum cpu usage per Container is 100m.  No request is specified, maximum cpu usage per Container is 1.  No limit is specified, cpu max limit to request ratio per Container is 4, but no request is specified or request is 0]',
    },
    {
      own: { requests: { cpu: '2' }, limits: { cpu: '50m' } },
      why: '[minimum cpu usage per Container is 100m, but limit is 50m, maximum cpu usage per Container is 1, but request is 2]',
    },
  ])('judge $own', async ({ own, why }) => {
    const admitted = admit(podOf(own), range(item));
    if (why) await expect(admitted).rejects.toThrow(`pods "web" is forbidden: ${why}`);
    else await admitted;
  });

  test('hold for every container, init containers included', async () => {
    const pod = podOf({ requests: { cpu: '200m' } });
    const initContainers = [{ name: 'init', image: 'x', resources: { requests: { cpu: '10m' } } }];
    await expect(
      admit(
        { ...pod, spec: { ...pod.spec, initContainers } },
        range({ ...item, max: undefined, maxLimitRequestRatio: undefined }),
      ),
    ).rejects.toThrow('minimum cpu usage per Container is 100m, but request is 10m');
  });
});

describe('the bounds of a Pod', () => {
  test.each([
    { each: '1Gi', why: '' },
    { each: '3Gi', why: 'maximum memory usage per Pod is 4Gi, but limit is 6Gi' },
    { each: '128Mi', why: 'minimum memory usage per Pod is 512Mi, but request is 256Mi' },
  ])('judge the sum of two containers of $each', async ({ each, why }) => {
    const own = { requests: { memory: each }, limits: { memory: each } };
    const item = { type: 'Pod', min: { memory: '512Mi' }, max: { memory: '4Gi' } };
    const admitted = admit(podOf(own, own), range(item));
    if (why) await expect(admitted).rejects.toThrow(why);
    else await admitted;
  });
});

describe('what containers do not say', () => {
  const item = {
    type: 'Container',
    default: { cpu: '1', memory: '1Gi' },
    defaultRequest: { cpu: '500m' },
  };
  test.each([
    {
      own: {},
      resources: { requests: { cpu: '500m' }, limits: { cpu: '1', memory: '1Gi' } },
      note: 'LimitRanger plugin set: cpu request for container c0; cpu, memory limit for container c0',
    },
    {
      own: { requests: { cpu: '2' } },
      resources: { requests: { cpu: '2' }, limits: { cpu: '1', memory: '1Gi' } },
      note: 'LimitRanger plugin set: cpu, memory limit for container c0',
    },
    {
      own: { requests: { cpu: '2' }, limits: { cpu: '3', memory: '2Gi' } },
      resources: { requests: { cpu: '2' }, limits: { cpu: '3', memory: '2Gi' } },
      note: undefined,
    },
  ])('is filled in: $own becomes $resources', async ({ own, resources, note }) => {
    const { object } = await admit(podOf(own), range(item));
    expect(object).toMatchObject({ spec: { containers: [{ resources }] } });
    expect(object.metadata.annotations?.['kubernetes.io/limit-ranger']).toBe(note);
  });

  test('is filled in by the limit ranges of its own namespace alone', async () => {
    const elsewhere = { ...range(item), metadata: { name: 'bounds', namespace: 'other' } };
    const { object } = await admit(podOf({}), elsewhere);
    expect(object.metadata.annotations).toBeUndefined();
  });
});

describe('the bounds of a claim', () => {
  const item = { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '10Gi' } };
  test.each([
    { storage: '5Gi', why: '' },
    { storage: '1Gi', why: '' },
    {
      storage: '500Mi',
      why: 'minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi',
    },
    {
      storage: '11Gi',
      why: 'maximum storage usage per PersistentVolumeClaim is 10Gi, but request is 11Gi',
    },
  ])('judge $storage', async ({ storage, why }) => {
    const object = {
      metadata: { name: 'data', namespace: 'shop' },
      spec: { resources: { requests: { storage } } },
    };
    const admitted = admitBy(limitRanger, {
      resource: corePersistentVolumeClaims,
      object,
      world: { limitranges: [range(item)] },
    });
    if (why)
      await expect(admitted).rejects.toThrow(`persistentvolumeclaims "data" is forbidden: ${why}`);
    else await admitted;
  });
});
