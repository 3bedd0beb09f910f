import { expect, test } from '@jest/globals';
import { ADMIN_USER } from '../../../src/apiserver/authentication/identities.ts';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import { coreServices, networkingIPAddresses } from '../../../src/scheme/generated/resources.ts';
import type { Service } from '../../../src/scheme/generated/types/core-v1.ts';
import { serviceManifest } from '../../support/api-objects.ts';
import { createTestDatabase } from '../../support/database.ts';
import { testApi } from '../../support/plane.ts';

const NODE_PORTS = { group: 'internal.orrery', resource: 'nodeports' };
/** 10.0.0.1 to 10.0.0.62: small enough that choices collide all the time. */
const SMALL = { serviceCidrs: ['10.0.0.0/26'], nodePorts: { first: 30_000, last: 30_059 } };

const web = { namespace: 'default', name: 'web' };
const addressesOf = (services: readonly Service[]) => services.map(({ spec }) => spec?.clusterIP);

test('fifty Services that are created at once on two API servers get addresses and ports of their own', async () => {
  await using database = await createTestDatabase();
  await using one = await testApi({ ...SMALL, databaseUrl: database.url });
  await using other = await testApi({ ...SMALL, databaseUrl: database.url });
  const clients = [one, other].map(({ apiServer }) =>
    createClient(apiServer, { user: ADMIN_USER }),
  );
  const services = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      (clients[i % 2] as ApiClient).create(
        coreServices,
        serviceManifest(`s-${i}`, { type: 'NodePort' }),
      ),
    ),
  );
  const addresses = addressesOf(services);
  const ports = services.map(({ spec }) => spec?.ports?.[0]?.nodePort);
  expect(new Set(addresses).size).toBe(50);
  expect(new Set(ports).size).toBe(50);
  for (const address of addresses) expect(address).toMatch(/^10\.0\.0\.\d+$/);

  const { items } = await one.client.list(networkingIPAddresses);
  expect(new Set(items.map(({ metadata }) => metadata.name))).toEqual(
    new Set([...addresses, '10.0.0.1']),
  );
});

test('when every address is taken a create says so, and a delete makes room for the next', async () => {
  await using api = await testApi({ serviceCidrs: ['10.0.0.0/29'] });
  const { client } = api;
  for (let i = 0; i < 5; i++) await client.create(coreServices, serviceManifest(`s-${i}`));
  await expect(client.create(coreServices, serviceManifest('one-more'))).rejects.toMatchObject({
    reason: 'InternalError',
    message: expect.stringContaining('failed to allocate a serviceIP: range is full'),
  });
  const { object } = await client.delete(coreServices, { namespace: 'default', name: 's-3' });
  const next = await client.create(coreServices, serviceManifest('one-more'));
  expect(next.spec?.clusterIP).toBe(object.spec?.clusterIP);
});

test('an address of the user’s choice is taken as it is, and refused when it is out of range or taken', async () => {
  await using api = await testApi();
  const { client } = api;
  const chosen = await client.create(
    coreServices,
    serviceManifest('web', { clusterIP: '10.96.7.7' }),
  );
  expect(chosen.spec).toMatchObject({ clusterIP: '10.96.7.7', clusterIPs: ['10.96.7.7'] });
  await expect(
    client.create(coreServices, serviceManifest('other', { clusterIP: '10.96.7.7' })),
  ).rejects.toMatchObject({
    reason: 'Invalid',
    message:
      'Service "other" is invalid: spec.clusterIPs: Invalid value: ["10.96.7.7"]: failed to allocate IP 10.96.7.7: provided IP is already allocated',
  });
  await expect(
    client.create(coreServices, serviceManifest('far', { clusterIP: '192.168.1.1' })),
  ).rejects.toMatchObject({
    reason: 'Invalid',
    message: expect.stringContaining(
      'failed to allocate IP 192.168.1.1: the provided network does not match the current range',
    ),
  });
  await expect(
    client.get(coreServices, { namespace: 'default', name: 'far' }),
  ).rejects.toMatchObject({
    reason: 'NotFound',
  });
});

test('a node port of the user’s choice is refused when it is out of range or taken, by its path', async () => {
  await using api = await testApi();
  const { client } = api;
  const nodePort = (name: string, port: number) =>
    client.create(
      coreServices,
      serviceManifest(name, { type: 'NodePort', ports: [{ port: 80, nodePort: port }] }),
    );
  await nodePort('web', 30_080);
  await expect(nodePort('other', 30_080)).rejects.toMatchObject({
    message:
      'Service "other" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
  });
  await expect(nodePort('other', 80)).rejects.toMatchObject({
    message:
      'Service "other" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
  });
});

test('a headless Service takes no address and an ExternalName neither', async () => {
  await using api = await testApi();
  const { client } = api;
  const headless = await client.create(coreServices, serviceManifest('web', { clusterIP: 'None' }));
  expect(headless.spec).toMatchObject({ clusterIP: 'None', clusterIPs: ['None'] });
  const external = await client.create(
    coreServices,
    serviceManifest('outside', { type: 'ExternalName', externalName: 'example.com' }),
  );
  expect(external.spec?.clusterIP).toBeUndefined();
  const { items } = await client.list(networkingIPAddresses);
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['10.96.0.1']);
});

test('a Service keeps its address through updates and takes and gives back ports as its type changes', async () => {
  await using api = await testApi();
  const { client, store } = api;
  const created = await client.create(coreServices, serviceManifest('web'));
  const ports = await store.cache(NODE_PORTS);
  const asNodePort = await client.patch(coreServices, web, {
    type: 'merge',
    patch: { spec: { type: 'NodePort' } },
  });
  expect(asNodePort.spec?.clusterIP).toBe(created.spec?.clusterIP);
  const taken = asNodePort.spec?.ports?.[0]?.nodePort as number;
  await ports.waitFor(asNodePort.metadata.resourceVersion as string);
  expect(ports.get('', `${taken}`)).toBeDefined();

  const again = await client.patch(coreServices, web, {
    type: 'merge',
    patch: { spec: { type: 'ClusterIP' } },
  });
  expect(again.spec?.ports?.[0]?.nodePort).toBeUndefined();
  await client.list(coreServices);
  expect(ports.size).toBe(0);
});

test('a deleted Service gives back what it had, also when a finalizer held it up', async () => {
  await using api = await testApi();
  const { client, store } = api;
  const manifest = serviceManifest('web', { type: 'NodePort' });
  await client.create(coreServices, {
    ...manifest,
    metadata: { ...manifest.metadata, finalizers: ['example.com/held'] },
  });
  await client.delete(coreServices, web);
  const ports = await store.cache(NODE_PORTS);
  expect((await client.list(networkingIPAddresses)).items).toHaveLength(2);
  await client.patch(coreServices, web, {
    type: 'merge',
    patch: { metadata: { finalizers: null } },
  });
  expect((await client.list(networkingIPAddresses)).items).toHaveLength(1);
  expect(ports.size).toBe(0);
});

test('the reservation of an address names its Service', async () => {
  await using api = await testApi();
  const { spec } = await api.client.create(coreServices, serviceManifest('web'));
  const reservation = await api.client.get(networkingIPAddresses, {
    name: spec?.clusterIP as string,
  });
  expect(reservation.spec.parentRef).toEqual({
    group: '',
    resource: 'services',
    namespace: 'default',
    name: 'web',
  });
});

test('the kubernetes Service has the first address of the range', async () => {
  await using api = await testApi();
  const { spec } = await api.client.get(coreServices, { namespace: 'default', name: 'kubernetes' });
  expect(spec).toMatchObject({ clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443 }] });
});
