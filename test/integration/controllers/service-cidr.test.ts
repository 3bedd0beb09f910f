import { expect, test } from '@jest/globals';
import {
  coreServices,
  eventsEvents,
  networkingIPAddresses,
  networkingServiceCIDRs,
} from '../../../src/scheme/generated/resources.ts';
import type { ServiceCIDR } from '../../../src/scheme/generated/types/networking-v1.ts';
import { serviceManifest } from '../../support/api-objects.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';

const start = (): Promise<TestPlane> =>
  testPlane({ controllers: ['service-cidr', 'service-ip-repair'], serviceCidrs: ['10.0.0.0/29'] });

const create = (plane: TestPlane, name: string, ...cidrs: string[]): Promise<ServiceCIDR> =>
  plane.client.create(networkingServiceCIDRs, { metadata: { name }, spec: { cidrs } });
const get = (plane: TestPlane, name: string): Promise<ServiceCIDR> =>
  plane.client.get(networkingServiceCIDRs, { name });
const serve = async (plane: TestPlane, name: string, clusterIP?: string): Promise<string> => {
  const spec = clusterIP ? { clusterIP } : {};
  return (
    (await plane.client.create(coreServices, serviceManifest(name, spec))).spec?.clusterIP ?? ''
  );
};
const reservations = async (plane: TestPlane): Promise<readonly string[]> =>
  (await plane.list(networkingIPAddresses)).map(({ metadata: { name = '' } }) => name);
const notes = async (plane: TestPlane): Promise<readonly string[]> =>
  (await plane.list(eventsEvents)).map(({ reason, note }) => `${reason} ${note}`);

test('a ServiceCIDR that a user makes adds its addresses, and goes when nobody has one of them', async () => {
  await using plane = await start();
  const { client } = plane;
  await plane.idle();
  expect(await get(plane, 'kubernetes')).toMatchObject({
    metadata: { finalizers: ['networking.k8s.io/service-cidr-finalizer'] },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  });
  for (let i = 0; i < 5; i++) await serve(plane, `s-${i}`);
  await expect(serve(plane, 'more')).rejects.toThrow('range is full');
  await expect(serve(plane, 'more', '10.7.0.9')).rejects.toThrow('does not match');

  await create(plane, 'extra', '10.7.0.0/28');
  await plane.idle();
  expect(await serve(plane, 'more')).toMatch(/^10\.7\.0\./);
  expect(await serve(plane, 'named', '10.7.0.9')).toBe('10.7.0.9');

  await client.delete(networkingServiceCIDRs, { name: 'extra' });
  await plane.idle();
  plane.clock.advance(60_000);
  await plane.idle();
  expect((await get(plane, 'extra')).status?.conditions).toMatchObject([
    { type: 'Ready', status: 'False', reason: 'Terminating' },
  ]);
  await expect(serve(plane, 'late')).rejects.toThrow('range is full');

  await client.delete(coreServices, { namespace: 'default', name: 'more' });
  await client.delete(coreServices, { namespace: 'default', name: 'named' });
  await plane.eventually(
    () => plane.list(networkingServiceCIDRs),
    (left) => expect(left.map(({ metadata }) => metadata.name)).toEqual(['kubernetes']),
  );
});

test('a ServiceCIDR whose range another has goes after the time in which API servers see it', async () => {
  await using plane = await start();
  await create(plane, 'part', '10.7.0.0/28');
  await plane.idle();
  await serve(plane, 'web', '10.7.0.9');
  await plane.client.delete(networkingServiceCIDRs, { name: 'part' });
  await plane.idle();
  expect((await get(plane, 'part')).status?.conditions).toMatchObject([{ reason: 'Terminating' }]);
  // A wider one takes its place.
  await create(plane, 'whole', '10.7.0.0/16');
  await plane.eventually(
    () => plane.list(networkingServiceCIDRs),
    (left) => expect(left.map(({ metadata }) => metadata.name)).toEqual(['kubernetes', 'whole']),
  );
  expect(await reservations(plane)).toEqual(['10.0.0.1', '10.7.0.9']);
});

test('a reservation that is deleted or spoiled is made again, and one that is nobody’s goes', async () => {
  await using plane = await start();
  const { client } = plane;
  const ip = await serve(plane, 'web');
  await plane.idle();
  expect([...(plane.actions.get('service-ip-repair')?.done ?? [])]).toEqual([]);

  await client.delete(networkingIPAddresses, { name: ip });
  await plane.eventually(
    () => reservations(plane),
    (names) => expect(names).toContain(ip),
  );
  await client.patch(
    networkingIPAddresses,
    { name: ip },
    { type: 'merge', patch: { metadata: { labels: null } } },
  );
  await plane.eventually(
    () => client.get(networkingIPAddresses, { name: ip }),
    ({ metadata }) =>
      expect(metadata.labels).toEqual({
        'ipaddress.kubernetes.io/ip-family': 'IPv4',
        'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
      }),
  );
  const labels = { 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' };
  const parentRef = { resource: 'services', namespace: 'default', name: 'nobody' };
  await client.create(networkingIPAddresses, {
    metadata: { name: '10.9.9.9', labels },
    spec: { parentRef },
  });
  await client.create(networkingIPAddresses, {
    metadata: { name: '10.9.9.8' },
    spec: { parentRef },
  });
  await plane.idle();
  expect(await reservations(plane)).toContain('10.9.9.9');
  plane.clock.advance(61_000);
  await plane.eventually(
    () => reservations(plane),
    (names) => expect(names).toEqual(['10.0.0.1', ip, '10.9.9.8'].sort()),
  );
  await plane.idle();
  expect(await notes(plane)).toEqual(
    expect.arrayContaining([
      `ClusterIPNotAllocated Cluster IP [IPv4]: ${ip} is not allocated; repairing`,
      'IPAddressNotAllocated IPAddress: 10.9.9.9 for Service default/nobody appears to have leaked: cleaning up',
    ]),
  );
});
