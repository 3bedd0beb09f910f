import { describe, expect, test } from '@jest/globals';
import { serviceAccount } from '../../../../src/apiserver/admission/service-account.ts';
import { corePods } from '../../../../src/scheme/generated/resources.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { admitBy } from '../../../support/admission.ts';

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const account = (name: string, fields: object = {}) => ({
  metadata: { name, namespace: 'shop' },
  ...fields,
});
const podOf = (spec: object = {}, annotations?: object) => ({
  metadata: { name: 'web', namespace: 'shop', ...(annotations ? { annotations } : {}) },
  spec: { containers: [{ name: 'a', image: 'x' }], ...spec },
});

async function admit(pod: object, ...accounts: object[]): Promise<Pod> {
  const world = { serviceaccounts: accounts };
  const { object } = await admitBy(serviceAccount, { resource: corePods, object: pod, world });
  return object as Pod;
}

const mountsOf = ({ spec }: Pod): unknown[] =>
  [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].flatMap(
    ({ volumeMounts = [] }) => volumeMounts,
  );

describe('the account of a Pod', () => {
  test.each([
    { spec: {}, name: 'default' },
    { spec: { serviceAccountName: '' }, name: 'default' },
    { spec: { serviceAccountName: 'builder' }, name: 'builder' },
    { spec: { serviceAccount: 'builder' }, name: 'builder' },
  ])('is $name where it says $spec', async ({ spec, name }) => {
    const pod = await admit(podOf(spec), account('default'), account('builder'));
    expect(pod.spec).toMatchObject({ serviceAccountName: name, serviceAccount: name });
  });

  test('must exist', async () => {
    await expect(admit(podOf({ serviceAccountName: 'ghost' }))).rejects.toMatchObject({
      reason: 'Forbidden',
      message:
        'pods "web" is forbidden: error looking up service account shop/ghost: serviceaccount "ghost" not found',
    });
  });

  test('comes with the Pod where the default one is not there yet', async () => {
    const { writes } = await admitBy(serviceAccount, { resource: corePods, object: podOf() });
    expect(writes).toMatchObject([
      { type: 'create', key: { resource: 'serviceaccounts', namespace: 'shop', name: 'default' } },
    ]);
  });
});

describe('the token of the account', () => {
  test('is projected with the root certificate and the namespace', async () => {
    const pod = await admit(podOf(), account('default'));
    const [volume] = pod.spec?.volumes ?? [];
    expect(volume?.name).toMatch(/^kube-api-access-[a-z0-9]{5}$/);
    expect(volume?.projected).toEqual({
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [
              {
                path: 'namespace',
                fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' },
              },
            ],
          },
        },
      ],
    });
    expect(mountsOf(pod)).toEqual([{ name: volume?.name, readOnly: true, mountPath: MOUNT_PATH }]);
  });

  test.each([
    { pod: undefined, account: undefined, mounts: 1 },
    { pod: undefined, account: true, mounts: 1 },
    { pod: undefined, account: false, mounts: 0 },
    { pod: true, account: false, mounts: 1 },
    { pod: false, account: true, mounts: 0 },
    { pod: false, account: undefined, mounts: 0 },
  ])(
    'is mounted $mounts times where the Pod says $pod and the account says $account',
    async ({ pod, account: own, mounts }) => {
      const spec = pod === undefined ? {} : { automountServiceAccountToken: pod };
      const fields = own === undefined ? {} : { automountServiceAccountToken: own };
      const admitted = await admit(podOf(spec), account('default', fields));
      expect(mountsOf(admitted)).toHaveLength(mounts);
      expect(admitted.spec?.volumes ?? []).toHaveLength(mounts);
    },
  );

  test('leaves alone what a container mounts in that place, and serves the others', async () => {
    const own = { name: 'mine', mountPath: MOUNT_PATH };
    const containers = [
      { name: 'a', image: 'x', volumeMounts: [own] },
      { name: 'b', image: 'x' },
    ];
    const initContainers = [{ name: 'init', image: 'x' }];
    const pod = await admit(podOf({ containers, initContainers }), account('default'));
    expect(mountsOf(pod)).toMatchObject([{ readOnly: true }, own, { readOnly: true }]);
  });

  test('uses the volume of this name that is there already', async () => {
    const volumes = [{ name: 'kube-api-access-abcde', projected: { sources: [] } }];
    const pod = await admit(podOf({ volumes }), account('default'));
    expect(pod.spec?.volumes).toHaveLength(1);
    expect(mountsOf(pod)).toMatchObject([{ name: 'kube-api-access-abcde' }]);
  });
});

describe('the secrets by which images are pulled', () => {
  const imagePullSecrets = [{ name: 'registry' }];
  test.each([
    { spec: {}, expected: imagePullSecrets },
    { spec: { imagePullSecrets: [] }, expected: imagePullSecrets },
    { spec: { imagePullSecrets: [{ name: 'own' }] }, expected: [{ name: 'own' }] },
  ])('are the account’s where the Pod says $spec', async ({ spec, expected }) => {
    const pod = await admit(podOf(spec), account('default', { imagePullSecrets }));
    expect(pod.spec?.imagePullSecrets).toEqual(expected);
  });
});

describe('a mirror Pod', () => {
  const annotations = { 'kubernetes.io/config.mirror': 'hash' };
  test.each([
    [{}, ''],
    [{ serviceAccountName: 'x' }, 'a mirror pod may not reference service accounts'],
    [{ volumes: [{ name: 'v', secret: {} }] }, 'a mirror pod may not reference secrets'],
    [
      { volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: {} }] } }] },
      'a mirror pod may not use ServiceAccountToken volume projections',
    ],
  ])('that says %j is judged: %s', async (spec, why) => {
    const admitted = admit(podOf(spec, annotations));
    if (why) await expect(admitted).rejects.toThrow(why);
    else expect((await admitted).spec?.volumes).toBeUndefined();
  });
});
