import { expect, test } from '@jest/globals';
import {
  coreEndpoints,
  coreServices,
  discoveryEndpointSlices,
} from '../../../src/scheme/generated/resources.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';

const DB = { namespace: 'default', name: 'db' };

const slicesOf = async (plane: TestPlane) => {
  const slices = await plane.list(discoveryEndpointSlices, 'default');
  return slices
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'db')
    .map(({ endpoints = [] }) => endpoints.map(({ addresses }) => addresses[0]));
};

const expectSlices = (plane: TestPlane, addresses: string[][]): Promise<unknown> =>
  plane.eventually(
    () => slicesOf(plane),
    (found) => expect(found.sort()).toEqual(addresses),
  );

const setAddresses = (plane: TestPlane, ...ips: string[]) =>
  plane.client.patch(coreEndpoints, DB, {
    type: 'merge',
    patch: { subsets: [{ addresses: ips.map((ip) => ({ ip })), ports: [{ port: 5432 }] }] },
  });

test('Endpoints of a Service without a selector have slices, as they change and until they are gone', async () => {
  await using plane = await testPlane({
    controllers: ['endpointslice-mirroring', 'endpoints', 'endpointslice', 'garbage-collector'],
  });
  const { client } = plane;
  await client.create(coreEndpoints, {
    metadata: DB,
    subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 5432 }] }],
  });
  await plane.idle();
  await expectSlices(plane, []);
  await client.create(coreServices, { metadata: DB, spec: { ports: [{ port: 5432 }] } });
  await expectSlices(plane, [['192.0.2.1']]);
  await setAddresses(plane, '192.0.2.1', '192.0.2.2', '2001:db8::1');
  await expectSlices(plane, [['192.0.2.1', '192.0.2.2'], ['2001:db8::1']]);
  await setAddresses(plane, '2001:db8::1');
  await expectSlices(plane, [['2001:db8::1']]);
  // However fast they change, a family has one: the names are made up, and so a second could come of each change.
  for (const last of ['4', '5', '6', '7']) await setAddresses(plane, `192.0.2.${last}`);
  await plane.idle();
  await expectSlices(plane, [['192.0.2.7']]);
  await setAddresses(plane, '2001:db8::1');
  await expectSlices(plane, [['2001:db8::1']]);
  const [slice] = await plane.list(discoveryEndpointSlices, 'default');
  await client.delete(discoveryEndpointSlices, {
    namespace: 'default',
    name: slice?.metadata.name ?? '',
  });
  await expectSlices(plane, [['2001:db8::1']]);
  const selector = { app: 'db' };
  await client.patch(coreServices, DB, { type: 'merge', patch: { spec: { selector } } });
  await plane.eventually(
    () => plane.list(discoveryEndpointSlices, 'default'),
    (slices) =>
      expect(
        slices.map(({ metadata }) => metadata.labels?.['endpointslice.kubernetes.io/managed-by']),
      ).toEqual(['endpointslice-controller.k8s.io']),
  );
  await client.delete(coreServices, DB);
  await expectSlices(plane, []);
});
