import { describe, expect, test } from '@jest/globals';
import { defaultIngressClass } from '../../../../src/apiserver/admission/default-ingress-class.ts';
import { defaultStorageClass } from '../../../../src/apiserver/admission/default-storage-class.ts';
import { persistentVolumeClaimResize } from '../../../../src/apiserver/admission/persistent-volume-claim-resize.ts';
import { runtimeClass } from '../../../../src/apiserver/admission/runtime-class.ts';
import { storageObjectInUseProtection } from '../../../../src/apiserver/admission/storage-object-in-use-protection.ts';
import {
  corePersistentVolumeClaims,
  corePersistentVolumes,
  corePods,
  networkingIngresses,
  storageVolumeAttributesClasses,
} from '../../../../src/scheme/generated/resources.ts';
import { admitBy } from '../../../support/admission.ts';

const STORAGE_DEFAULT = { 'storageclass.kubernetes.io/is-default-class': 'true' };
const STORAGE_BETA_DEFAULT = { 'storageclass.beta.kubernetes.io/is-default-class': 'true' };
const INGRESS_DEFAULT = { 'ingressclass.kubernetes.io/is-default-class': 'true' };

const classOf = (name: string, annotations: object = {}, minute = 0) => ({
  metadata: { name, annotations, creationTimestamp: new Date(minute * 60_000).toISOString() },
});

const DEFAULTS = (annotation: object) => [
  { classes: [], expected: undefined },
  { classes: [classOf('a')], expected: undefined },
  { classes: [classOf('a'), classOf('b', annotation)], expected: 'b' },
  { classes: [classOf('a', annotation, 1), classOf('b', annotation, 2)], expected: 'b' },
  { classes: [classOf('b', annotation, 1), classOf('a', annotation, 1)], expected: 'a' },
];

describe('a claim that names no storage class', () => {
  test.each(DEFAULTS(STORAGE_DEFAULT))(
    'gets $expected of $classes',
    async ({ classes, expected }) => {
      const { object } = await admitBy(defaultStorageClass, {
        resource: corePersistentVolumeClaims,
        object: { metadata: { name: 'data' }, spec: {} },
        world: { 'storageclasses.storage.k8s.io': classes },
      });
      expect((object as { spec?: object }).spec).toEqual(
        expected ? { storageClassName: expected } : {},
      );
    },
  );

  test('gets a class that is marked in the old way', async () => {
    const { object } = await admitBy(defaultStorageClass, {
      resource: corePersistentVolumeClaims,
      object: { metadata: { name: 'data' }, spec: {} },
      world: { 'storageclasses.storage.k8s.io': [classOf('old', STORAGE_BETA_DEFAULT)] },
    });
    expect(object).toMatchObject({ spec: { storageClassName: 'old' } });
  });

  test.each([
    { metadata: { name: 'data' }, spec: { storageClassName: '' } },
    { metadata: { name: 'data' }, spec: { storageClassName: 'own' } },
    {
      metadata: { name: 'data', annotations: { 'volume.beta.kubernetes.io/storage-class': 'x' } },
      spec: {},
    },
  ])('is not %j', async (object) => {
    const admitted = await admitBy(defaultStorageClass, {
      resource: corePersistentVolumeClaims,
      object,
      world: { 'storageclasses.storage.k8s.io': [classOf('a', STORAGE_DEFAULT)] },
    });
    expect(admitted.object).toEqual(object);
  });
});

describe('an Ingress that names no class', () => {
  test.each(DEFAULTS(INGRESS_DEFAULT))(
    'gets $expected of $classes',
    async ({ classes, expected }) => {
      const { object } = await admitBy(defaultIngressClass, {
        resource: networkingIngresses,
        object: { metadata: { name: 'web' }, spec: {} },
        world: { 'ingressclasses.networking.k8s.io': classes },
      });
      expect((object as { spec?: object }).spec).toEqual(
        expected ? { ingressClassName: expected } : {},
      );
    },
  );

  test.each([
    { metadata: { name: 'web' }, spec: { ingressClassName: 'own' } },
    { metadata: { name: 'web', annotations: { 'kubernetes.io/ingress.class': 'x' } }, spec: {} },
  ])('is not %j', async (object) => {
    const admitted = await admitBy(defaultIngressClass, {
      resource: networkingIngresses,
      object,
      world: { 'ingressclasses.networking.k8s.io': [classOf('a', INGRESS_DEFAULT)] },
    });
    expect(admitted.object).toEqual(object);
  });
});

describe('a claim that grows', () => {
  const claim = (storage: string, phase = 'Bound', storageClassName = 'elastic') => ({
    metadata: { name: 'data', namespace: 'shop' },
    spec: { storageClassName, resources: { requests: { storage } } },
    status: { phase },
  });
  const RIGID =
    'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';
  test.each([
    { next: claim('2Gi'), current: claim('1Gi'), why: '' },
    { next: claim('1Gi'), current: claim('1024Mi'), why: '' },
    { next: claim('1Gi', 'Pending'), current: claim('1Gi', 'Pending'), why: '' },
    {
      next: claim('2Gi', 'Pending'),
      current: claim('1Gi', 'Pending'),
      why: 'Only bound persistent volume claims can be expanded',
    },
    { next: claim('2Gi', 'Bound', 'rigid'), current: claim('1Gi', 'Bound', 'rigid'), why: RIGID },
    { next: claim('2Gi', 'Bound', 'gone'), current: claim('1Gi', 'Bound', 'gone'), why: RIGID },
    { next: claim('2Gi', 'Bound', ''), current: claim('1Gi', 'Bound', ''), why: RIGID },
  ])(
    'from $current.spec to $next.spec while $current.status.phase is judged: $why',
    async (given) => {
      const admitted = admitBy(persistentVolumeClaimResize, {
        resource: corePersistentVolumeClaims,
        object: given.next,
        current: given.current,
        world: {
          'storageclasses.storage.k8s.io': [
            { metadata: { name: 'elastic' }, allowVolumeExpansion: true },
            { metadata: { name: 'rigid' } },
          ],
        },
      });
      if (given.why) await expect(admitted).rejects.toThrow(given.why);
      else await admitted;
    },
  );
});

describe('storage in use', () => {
  test.each([
    { resource: corePersistentVolumeClaims, finalizer: 'kubernetes.io/pvc-protection' },
    { resource: corePersistentVolumes, finalizer: 'kubernetes.io/pv-protection' },
    { resource: storageVolumeAttributesClasses, finalizer: 'kubernetes.io/vac-protection' },
  ])('is held by $finalizer, once', async ({ resource, finalizer }) => {
    const admit = (finalizers?: string[]) =>
      admitBy(storageObjectInUseProtection, {
        resource,
        object: { metadata: { name: 'data', ...(finalizers ? { finalizers } : {}) } },
      });
    expect((await admit()).object.metadata.finalizers).toEqual([finalizer]);
    expect((await admit(['a'])).object.metadata.finalizers).toEqual(['a', finalizer]);
    expect((await admit([finalizer])).object.metadata.finalizers).toEqual([finalizer]);
  });
});

describe('a Pod of a runtime class', () => {
  const GVISOR = {
    metadata: { name: 'gvisor' },
    handler: 'runsc',
    overhead: { podFixed: { cpu: '100m' } },
    scheduling: {
      nodeSelector: { sandbox: 'yes' },
      tolerations: [{ key: 'sandbox', operator: 'Exists' }],
    },
  };
  const PLAIN = { metadata: { name: 'plain' }, handler: 'runc' };
  const admit = (spec: object) =>
    admitBy(runtimeClass, {
      resource: corePods,
      object: { metadata: { name: 'web', namespace: 'shop' }, spec },
      world: { 'runtimeclasses.node.k8s.io': [GVISOR, PLAIN] },
    });
  test.each([
    { spec: {}, becomes: {} },
    { spec: { runtimeClassName: 'plain' }, becomes: { runtimeClassName: 'plain' } },
    {
      spec: { runtimeClassName: 'gvisor' },
      becomes: {
        runtimeClassName: 'gvisor',
        overhead: { cpu: '100m' },
        nodeSelector: { sandbox: 'yes' },
        tolerations: [{ key: 'sandbox', operator: 'Exists' }],
      },
    },
    {
      spec: {
        runtimeClassName: 'gvisor',
        overhead: { cpu: '0.1' },
        nodeSelector: { zone: 'a' },
        tolerations: [{ key: 'sandbox', operator: 'Exists' }],
      },
      becomes: {
        runtimeClassName: 'gvisor',
        overhead: { cpu: '100m' },
        nodeSelector: { zone: 'a', sandbox: 'yes' },
        tolerations: [{ key: 'sandbox', operator: 'Exists' }],
      },
    },
  ])('$spec becomes $becomes', async ({ spec, becomes }) => {
    expect(((await admit(spec)).object as { spec?: object }).spec).toEqual(becomes);
  });

  test.each([
    {
      spec: { runtimeClassName: 'ghost' },
      why: 'pods "web" is forbidden: pod rejected: RuntimeClass "ghost" not found',
    },
    {
      spec: { runtimeClassName: 'gvisor', overhead: { cpu: '1' } },
      why: "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    },
    {
      spec: { runtimeClassName: 'plain', overhead: { cpu: '1' } },
      why: 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
    },
    {
      spec: { overhead: { cpu: '1' } },
      why: 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
    },
    {
      spec: { runtimeClassName: 'gvisor', nodeSelector: { sandbox: 'no' } },
      why: 'conflict: runtimeClass.scheduling.nodeSelector[sandbox] = yes; pod.spec.nodeSelector[sandbox] = no',
    },
  ])('$spec is refused: $why', async ({ spec, why }) => {
    await expect(admit(spec)).rejects.toThrow(why);
  });
});
