import { expect, test } from '@jest/globals';
import type { ApiClient, WriteOptions } from '../../../src/apiserver/client.ts';
import {
  appsDeployments,
  coreConfigMaps,
  coreNamespaces,
  corePods,
  coreServices,
} from '../../../src/scheme/generated/resources.ts';
import {
  configMap,
  deploymentManifest,
  podManifest,
  serviceManifest,
} from '../../support/api-objects.ts';
import { testApi } from '../../support/plane.ts';

const target = (name: string) => ({ namespace: 'default', name });
const merge = (patch: object) => ({ type: 'merge', patch }) as const;
const apply = (configuration: object) => ({ type: 'apply', configuration }) as const;

type Write = (client: ApiClient, options: WriteOptions) => Promise<unknown>;

/** Every way to write, on objects that are there. */
const WRITES: Readonly<Record<string, Write>> = {
  create: (client, options) => client.create(coreConfigMaps, configMap('new'), options),
  'create of a Service, which takes an address': (client, options) =>
    client.create(coreServices, serviceManifest('new'), options),
  'create of a namespace': (client, options) =>
    client.create(coreNamespaces, { metadata: { name: 'new' } }, options),
  update: async (client, options) => {
    const current = await client.get(coreConfigMaps, target('a'));
    return client.update(coreConfigMaps, { ...current, data: { a: '2' } }, options);
  },
  'update of a status': async (client, options) => {
    const current = await client.get(corePods, target('p'));
    const status = { ...current.status, message: 'hello' };
    return client.update(corePods, { ...current, status }, { ...options, subresource: 'status' });
  },
  'JSON patch': (client, options) =>
    client.patch(
      coreConfigMaps,
      target('a'),
      { type: 'json', operations: [{ op: 'add', path: '/data/b', value: '1' }] },
      options,
    ),
  'merge patch': (client, options) =>
    client.patch(coreConfigMaps, target('a'), merge({ data: { b: '1' } }), options),
  'strategic merge patch': (client, options) =>
    client.patch(
      appsDeployments,
      target('web'),
      { type: 'strategic', patch: { spec: { paused: true } } },
      options,
    ),
  'patch of a scale': (client, options) =>
    client.patch(appsDeployments, target('web'), merge({ spec: { replicas: 5 } }), {
      ...options,
      subresource: 'scale',
    }),
  'server-side apply': (client, options) =>
    client.patch(coreConfigMaps, target('a'), apply({ data: { b: '1' } }), options),
  'server-side apply of what is not there': (client, options) =>
    client.patch(coreConfigMaps, target('new'), apply({ data: { b: '1' } }), options),
  'server-side apply of a status': (client, options) =>
    client.patch(corePods, target('p'), apply({ status: { message: 'hello' } }), {
      ...options,
      subresource: 'status',
    }),
  'apply of a manifest': (client, options) =>
    client.apply(coreConfigMaps, configMap('a', { b: '1' }), options),
  'apply of a manifest, server-side': (client, options) =>
    client.apply(coreConfigMaps, configMap('new', { b: '1' }), { ...options, serverSide: true }),
  delete: (client, options) => client.delete(coreConfigMaps, target('a'), options),
  'delete of a Pod, which would be marked': (client, options) =>
    client.delete(corePods, target('p'), options),
  'delete of a namespace, which would be emptied first': (client, options) =>
    client.delete(coreNamespaces, { name: 'full' }, options),
  'delete of a collection': (client, options) =>
    client.deleteCollection(coreConfigMaps, { namespace: 'default' }, options),
  transaction: (client, options) =>
    client.transaction(
      [
        { type: 'create', ref: coreConfigMaps, object: configMap('new') },
        {
          type: 'patch',
          ref: coreConfigMaps,
          target: target('a'),
          patch: merge({ data: { b: '1' } }),
        },
        {
          type: 'patch',
          ref: coreConfigMaps,
          target: target('b'),
          patch: apply({ data: { c: '1' } }),
        },
        { type: 'delete', ref: corePods, target: target('p') },
      ],
      options,
    ),
  binding: (client, options) =>
    client.createSubresource(
      corePods,
      target('p'),
      'binding',
      { target: { kind: 'Node', name: 'n' } },
      options,
    ),
  eviction: (client, options) =>
    client.createSubresource(
      corePods,
      target('p'),
      'eviction',
      { metadata: { name: 'p' } },
      options,
    ),
};

async function populate(client: ApiClient): Promise<void> {
  await client.create(coreConfigMaps, configMap('a', { a: '1' }));
  await client.create(coreNamespaces, { metadata: { name: 'full' } });
  await client.create(appsDeployments, deploymentManifest('web'));
  await client.create(corePods, podManifest('p'));
}

async function stateOf(client: ApiClient): Promise<unknown> {
  const refs = [coreConfigMaps, coreNamespaces, appsDeployments, corePods, coreServices];
  return Promise.all(refs.map(async (ref) => (await client.list<never>(ref as never)).items));
}

test.each(Object.keys(WRITES))(
  'a dry run stores nothing and spends no version: %s',
  async (name) => {
    await using api = await testApi();
    await populate(api.client);
    const version = await api.store.currentResourceVersion();
    const before = await stateOf(api.client);
    const run = WRITES[name] as Write;
    await run(api.client, { dryRun: true, fieldManager: 'test' });
    expect(await api.store.currentResourceVersion()).toBe(version);
    expect(await stateOf(api.client)).toEqual(before);
    // The same without: otherwise the dry run may have done nothing for another reason.
    await run(api.client, { fieldManager: 'test' });
    expect(await api.store.currentResourceVersion()).not.toBe(version);
  },
);
