import { expect, test } from '@jest/globals';
import { coreConfigMaps, coreNamespaces } from '../../../src/scheme/generated/resources.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';

const NAME = 'kube-root-ca.crt';
const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

const publisherPlane = (): Promise<TestPlane> =>
  testPlane({
    controllers: ['root-ca-certificate-publisher'],
    controllerOptions: { rootCertificate: async () => PEM },
  });

const expectPublished = (plane: TestPlane, namespace: string): Promise<unknown> =>
  plane.eventually(
    () => plane.client.get(coreConfigMaps, { namespace, name: NAME }),
    ({ data }) => expect(data).toEqual({ 'ca.crt': PEM }),
  );

test('every namespace has the certificate of the cluster, those that come later too', async () => {
  await using plane = await publisherPlane();
  for (const name of ['default', 'kube-system', 'kube-public']) await expectPublished(plane, name);
  await plane.client.create(coreNamespaces, { metadata: { name: 'team' } });
  await expectPublished(plane, 'team');
});

test('a certificate that is changed, emptied or deleted comes back', async () => {
  await using plane = await publisherPlane();
  const target = { namespace: 'default', name: NAME };
  await expectPublished(plane, 'default');
  for (const data of [{ 'ca.crt': 'forged' }, { more: 'x' }, null]) {
    await plane.client.patch(coreConfigMaps, target, { type: 'merge', patch: { data } });
    await expectPublished(plane, 'default');
  }
  await plane.client.delete(coreConfigMaps, target);
  await expectPublished(plane, 'default');
});

test('a namespace that is being deleted does not get the certificate back', async () => {
  await using plane = await publisherPlane();
  await plane.client.create(coreNamespaces, { metadata: { name: 'team' } });
  await expectPublished(plane, 'team');
  await plane.client.delete(coreNamespaces, { name: 'team' });
  await plane.client.delete(coreConfigMaps, { namespace: 'team', name: NAME });
  await plane.idle();
  expect(await plane.list(coreConfigMaps, 'team')).toEqual([]);
});

test('where there is no authority, nothing is published', async () => {
  await using plane = await testPlane({ controllers: ['root-ca-certificate-publisher'] });
  await plane.idle();
  expect(await plane.list(coreConfigMaps)).toEqual([]);
});
