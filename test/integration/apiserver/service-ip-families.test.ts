/** Services of a cluster with two families of addresses. */
import { expect, test } from '@jest/globals';
import { ADMIN_USER } from '../../../src/apiserver/authentication/identities.ts';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import {
  coreServices,
  networkingIPAddresses,
  networkingServiceCIDRs,
} from '../../../src/scheme/generated/resources.ts';
import type { Service, ServiceSpec } from '../../../src/scheme/generated/types/core-v1.ts';
import { serviceManifest } from '../../support/api-objects.ts';
import { createTestDatabase } from '../../support/database.ts';
import { testApi } from '../../support/plane.ts';

const BOTH = { serviceCidrs: ['10.96.0.0/16', 'fd00:10:96::/112'] };
const web = { namespace: 'default', name: 'web' };

const POLICIES = ['SingleStack', 'PreferDualStack', 'RequireDualStack'] as const;

const patchSpec = (client: ApiClient, spec: object, name = 'web'): Promise<Service> =>
  client.patch(coreServices, { ...web, name }, { type: 'merge', patch: { spec } });

async function reserved(client: ApiClient): Promise<readonly string[]> {
  const { items } = await client.list(networkingIPAddresses);
  return items.map(({ metadata }) => metadata.name ?? '').sort();
}

const familyOf = (address: string): string => (address.includes(':') ? 'IPv6' : 'IPv4');

function expectInStep({ spec = {} }: Service): void {
  expect(spec.clusterIP).toBe(spec.clusterIPs?.[0]);
  expect(spec.clusterIPs?.map(familyOf)).toEqual(spec.ipFamilies);
}

test.each<[ServiceSpec, string[]]>([
  [{}, ['IPv4']],
  [{ ipFamilies: ['IPv6'] }, ['IPv6']],
  [{ ipFamilyPolicy: 'PreferDualStack' }, ['IPv4', 'IPv6']],
  [{ ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6'] }, ['IPv6', 'IPv4']],
])(
  'a Service that says %j has an address of each of %j, reserved in its name',
  async (spec, expected) => {
    await using api = await testApi(BOTH);
    const created = await api.client.create(coreServices, serviceManifest('web', spec));
    expectInStep(created);
    expect(created.spec?.ipFamilies).toEqual(expected);
    for (const name of created.spec?.clusterIPs ?? []) {
      const reservation = await api.client.get(networkingIPAddresses, { name });
      expect(reservation.spec.parentRef).toMatchObject({ resource: 'services', name: 'web' });
      expect(reservation.metadata.labels).toMatchObject({
        'ipaddress.kubernetes.io/ip-family': familyOf(name),
      });
    }
  },
);

test('addresses of the user’s choice are taken, however they are written, and refused when they are taken', async () => {
  await using api = await testApi(BOTH);
  const { client } = api;
  const clusterIPs = ['10.96.0.77', 'FD00:10:96:0::77'];
  const manifest = (name: string) =>
    serviceManifest(name, {
      ipFamilyPolicy: 'RequireDualStack',
      clusterIP: '10.96.0.77',
      clusterIPs,
    });
  const created = await client.create(coreServices, manifest('web'));
  expect(created.spec).toMatchObject({ clusterIPs, ipFamilies: ['IPv4', 'IPv6'] });
  expect(await reserved(client)).toEqual(['10.96.0.1', '10.96.0.77', 'fd00:10:96::77']);
  await expect(client.create(coreServices, manifest('other'))).rejects.toMatchObject({
    reason: 'Invalid',
    message: expect.stringContaining(
      'failed to allocate IP FD00:10:96:0::77: provided IP is already allocated',
    ),
  });
  await expect(
    client.create(coreServices, serviceManifest('far', { clusterIP: 'fd00:11::1' })),
  ).rejects.toMatchObject({
    message: expect.stringContaining(
      'failed to allocate IP fd00:11::1: the provided network does not match the current range',
    ),
  });
});

test('a Service gains and gives back its second address with its policy, and keeps the first', async () => {
  await using api = await testApi(BOTH);
  const { client } = api;
  const single = await client.create(coreServices, serviceManifest('web'));
  const [first] = single.spec?.clusterIPs ?? [];
  const dual = await patchSpec(client, { ipFamilyPolicy: 'PreferDualStack' });
  expectInStep(dual);
  expect(dual.spec?.clusterIPs).toEqual([first, expect.stringMatching(/^fd00:10:96::/)]);
  expect(await reserved(client)).toEqual(['10.96.0.1', ...(dual.spec?.clusterIPs ?? [])].sort());

  const same = await patchSpec(client, { ipFamilyPolicy: 'RequireDualStack' });
  expect(same.spec?.clusterIPs).toEqual(dual.spec?.clusterIPs);
  const again = await patchSpec(client, { ipFamilyPolicy: 'SingleStack' });
  expect(again.spec).toMatchObject({ clusterIPs: [first], ipFamilies: ['IPv4'] });
  expect(await reserved(client)).toEqual(['10.96.0.1', first].sort());

  await patchSpec(client, { ipFamilyPolicy: 'PreferDualStack' });
  const external = { type: 'ExternalName', externalName: 'example.com', clusterIP: null };
  await patchSpec(client, { ...external, clusterIPs: null });
  expect(await reserved(client)).toEqual(['10.96.0.1']);
});

test.each<[string, ServiceSpec, string]>([
  [
    'the first family',
    { ipFamilies: ['IPv6'] },
    'spec.ipFamilies[0]: Invalid value: ["IPv6"]: may not change once set',
  ],
  [
    'the order of the families',
    { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv6', 'IPv4'] },
    'may not change once set',
  ],
  [
    'the first address',
    { clusterIPs: ['10.96.0.200'] },
    'spec.clusterIPs[0]: Invalid value: ["10.96.0.200"]: may not change once set',
  ],
])('a Service may not change %s', async (_what, spec, message) => {
  await using api = await testApi(BOTH);
  await api.client.create(coreServices, serviceManifest('web'));
  await expect(patchSpec(api.client, spec)).rejects.toMatchObject({
    reason: 'Invalid',
    message: expect.stringContaining(message),
  });
});

test.each<[string, ServiceSpec, string]>([
  ['IPv6', { ipFamilies: ['IPv6'] }, 'spec.ipFamilies[0]: Invalid value: "IPv6": not configured'],
  [
    'two families',
    { ipFamilyPolicy: 'RequireDualStack' },
    'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
  ],
])('a Service that wants %s is refused where the range is IPv4', async (_what, spec, message) => {
  await using api = await testApi();
  await expect(api.client.create(coreServices, serviceManifest('web', spec))).rejects.toMatchObject(
    { reason: 'Invalid', message: expect.stringContaining(message) },
  );
});

test('a Service that would like two families gets the one there is, and keeps it when the other comes', async () => {
  await using database = await createTestDatabase();
  const preferring = { ipFamilyPolicy: 'PreferDualStack' } as const;
  {
    await using api = await testApi({ databaseUrl: database.url });
    const { spec } = await api.client.create(coreServices, serviceManifest('web', preferring));
    expect(spec).toMatchObject({ ...preferring, ipFamilies: ['IPv4'] });
  }
  const serviceCidrs = ['10.96.0.0/12', 'fd00:10:96::/112'];
  await using api = await testApi({ databaseUrl: database.url, serviceCidrs });
  const { client } = api;
  const range = await client.get(networkingServiceCIDRs, { name: 'kubernetes' });
  expect(range.spec?.cidrs).toEqual(serviceCidrs);
  const kept = await patchSpec(client, { sessionAffinity: 'ClientIP' });
  expect(kept.spec?.ipFamilies).toEqual(['IPv4']);
  const grown = await patchSpec(client, { ipFamilyPolicy: 'RequireDualStack' });
  expect(grown.spec?.ipFamilies).toEqual(['IPv4', 'IPv6']);
});

test('forty writers that create and change Services on two API servers never share an address', async () => {
  await using database = await createTestDatabase();
  // 61 addresses of each family: choices collide all the time.
  const serviceCidrs = ['10.0.0.0/26', 'fd00::/122'];
  const options = { serviceCidrs, databaseUrl: database.url };
  await using one = await testApi(options);
  await using other = await testApi(options);
  const clients = [one, other].map(({ apiServer }) =>
    createClient(apiServer, { user: ADMIN_USER }),
  );
  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const client = clients[i % 2] as ApiClient;
      const created = await client.create(
        coreServices,
        serviceManifest(`s-${i}`, { ipFamilyPolicy: POLICIES[i % 3] }),
      );
      const [first] = created.spec?.clusterIPs ?? [];
      const changed = await patchSpec(client, { ipFamilyPolicy: POLICIES[(i + 1) % 3] }, `s-${i}`);
      expect(changed.spec?.clusterIPs?.[0]).toBe(first);
      expectInStep(changed);
      if (i % 4 === 0) await client.delete(coreServices, { ...web, name: `s-${i}` });
    }),
  );
  const { items } = await one.client.list(coreServices);
  const held = items.flatMap(({ spec }) => spec?.clusterIPs ?? []);
  expect(items).toHaveLength(31);
  expect(new Set(held).size).toBe(held.length);
  expect(await reserved(one.client)).toEqual([...held].sort());
});
