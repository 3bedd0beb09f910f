import { describe, expect, test } from '@jest/globals';
import type {
  AdmissionPlugin,
  AdmissionRequest,
} from '../../../../src/apiserver/admission/plugin.ts';
import { createAdmissionPlugins } from '../../../../src/apiserver/admission/plugin-table.ts';
import { forbidden } from '../../../../src/scheme/errors.ts';
import {
  appsDeployments,
  coreConfigMaps,
  coreNamespaces,
  corePods,
} from '../../../../src/scheme/generated/resources.ts';
import type { ConfigMap } from '../../../../src/scheme/generated/types/core-v1.ts';
import { configMap, deploymentManifest, podManifest } from '../../../support/api-objects.ts';
import { type TestApi, testApi } from '../../../support/plane.ts';

const CONFIG_MAPS = { group: '', resource: 'configmaps' };
const place = (name: string) => ({ namespace: 'default', name });

const plugin = (name: string, fields: Partial<AdmissionPlugin>): AdmissionPlugin => ({
  name,
  handles: ({ resource }) => resource === 'configmaps',
  ...fields,
});

const apiWith = (...plugins: AdmissionPlugin[]): Promise<TestApi> =>
  testApi({ admissionPlugins: [...createAdmissionPlugins(), ...plugins] });

function write(request: AdmissionRequest, key: string, value: string): void {
  const object = request.object as ConfigMap;
  object.data = { ...object.data, [key]: value };
}

describe('the chain of plugins', () => {
  test('waits for each plugin before it asks the next, and validates after all have changed', async () => {
    const log: string[] = [];
    const slow = (name: string): AdmissionPlugin =>
      plugin(name, {
        async admit() {
          log.push(`${name} changes`);
          await new Promise(setImmediate);
          log.push(`${name} has changed`);
        },
        validate: () => void log.push(`${name} judges`),
      });
    await using api = await apiWith(slow('a'), slow('b'));
    await api.client.create(coreConfigMaps, configMap('settings'));
    expect(log).toEqual([
      'a changes',
      'a has changed',
      'b changes',
      'b has changed',
      'a judges',
      'b judges',
    ]);
  });

  test('runs the mutating plugins once more when one asks for it, and no third time', async () => {
    const seen: string[] = [];
    const counting = plugin('Counting', {
      admit: (request) => {
        seen.push(`${request.isReinvocation} ${(request.object as ConfigMap).data?.late}`);
      },
    });
    const late = plugin('Late', {
      admit(request) {
        write(request, 'late', 'yes');
        request.reinvoke();
      },
    });
    await using api = await apiWith(counting, late);
    await api.client.create(coreConfigMaps, configMap('settings'));
    expect(seen).toEqual(['false undefined', 'true yes']);
  });

  test('judges anew what a plugin has put in the place of the object', async () => {
    const replacing = plugin('Replacing', {
      admit(request) {
        const { metadata } = request.object;
        request.object = {
          ...request.object,
          metadata: { ...metadata, labels: { app: 'no label!' } },
        };
      },
    });
    await using api = await apiWith(replacing);
    await expect(api.client.create(coreConfigMaps, configMap('settings'))).rejects.toMatchObject({
      reason: 'Invalid',
      message: expect.stringContaining('metadata.labels: Invalid value: "no label!"'),
    });
  });

  test('writes along what a plugin asks for, or nothing', async () => {
    const companion = plugin('Companion', {
      handles: ({ resource }, operation) => resource === 'namespaces' && operation === 'CREATE',
      validate({ name, state }) {
        const metadata = { name: `made-with-${name}`, namespace: 'default', uid: name };
        const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
        const key = { ...CONFIG_MAPS, namespace: 'default', name: metadata.name };
        state.write({ type: 'create', key, object });
      },
    });
    const strict = plugin('Strict', {
      handles: ({ resource }) => resource === 'namespaces',
      validate({ name, resource }) {
        if (name === 'bad') throw forbidden({ ...resource, name }, 'bad');
      },
    });
    await using api = await apiWith(companion, strict);
    const { client } = api;
    await client.create(coreNamespaces, { metadata: { name: 'good' } });
    await client.get(coreConfigMaps, place('made-with-good'));
    for (const options of [{}, { dryRun: true }]) {
      const name = options.dryRun ? 'tried' : 'bad';
      await client
        .create(coreNamespaces, { metadata: { name } }, options)
        .catch((error: unknown) => expect(error).toMatchObject({ reason: 'Forbidden' }));
      await expect(client.get(coreConfigMaps, place(`made-with-${name}`))).rejects.toMatchObject({
        reason: 'NotFound',
      });
    }
  });

  test('opens a resource that is only known at request time', async () => {
    const looking = plugin('Looking', {
      async validate({ name, state }) {
        const cache = await state.open({ group: '', resource: 'limitranges' });
        expect(cache.list().items).toEqual([]);
        // From now on nothing has to be waited for.
        expect(state.open({ group: '', resource: 'limitranges' })).toBe(cache);
        if (name === 'ghost') throw new Error('unreachable');
      },
    });
    await using api = await apiWith(looking);
    await api.client.create(coreConfigMaps, configMap('settings'));
  });

  test('plans the writes of a transaction in their order, slow plugins or not', async () => {
    const order: string[] = [];
    const slow = plugin('Slow', {
      async validate({ name, state }) {
        await new Promise(setImmediate);
        if (name === 'b') expect(state.pending(CONFIG_MAPS, 'default', 'a')).toBeDefined();
        order.push(name);
      },
    });
    await using api = await apiWith(slow);
    const writes = ['a', 'b', 'c'].map(
      (name) => ({ type: 'create', ref: coreConfigMaps, object: configMap(name) }) as const,
    );
    await api.client.transaction(writes);
    expect(order).toEqual(['a', 'b', 'c']);
  });
});

test('plugins see every door of an object: what is done, through which, with what kind', async () => {
  const seen: string[] = [];
  const watching: AdmissionPlugin = {
    name: 'Watching',
    handles: ({ resource }) => resource === 'pods' || resource === 'deployments',
    validate({ operation, resource, subresource, kind, object, current }) {
      const what = subresource ? `${resource.resource}/${subresource}` : resource.resource;
      seen.push(`${operation} ${what} ${kind} ${object.kind}${current ? ' before' : ''}`);
    },
  };
  await using api = await apiWith(watching);
  const { client } = api;
  const pod = await client.create(corePods, podManifest('web'));
  await client.createSubresource(corePods, place('web'), 'binding', { target: { name: 'n1' } });
  await client.update(
    corePods,
    { ...pod, metadata: place('web'), status: { phase: 'Running' } } as typeof pod,
    { subresource: 'status' },
  );
  await client.createSubresource(corePods, place('web'), 'eviction', { metadata: place('web') });
  await client.delete(corePods, place('web'), { gracePeriodSeconds: 0 });
  await client.create(appsDeployments, deploymentManifest('web'));
  await client.patch(
    appsDeployments,
    place('web'),
    { type: 'merge', patch: { spec: { replicas: 5 } } },
    { subresource: 'scale' },
  );
  await client.deleteCollection(appsDeployments, { namespace: 'default' });
  expect(seen).toEqual([
    'CREATE pods Pod Pod',
    'CREATE pods/binding Binding Binding',
    'UPDATE pods/status Pod Pod before',
    'CREATE pods/eviction Eviction Eviction',
    'DELETE pods Pod Pod',
    'CREATE deployments Deployment Deployment',
    'UPDATE deployments/scale Scale Scale before',
    'DELETE deployments Deployment Deployment',
  ]);
});

test('warnings reach the client once, however often the request is admitted', async () => {
  const warning = plugin('Warning', {
    admit(request) {
      request.warn('think again');
      if (!request.isReinvocation) request.reinvoke();
    },
  });
  await using api = await apiWith(warning);
  const warnings: string[] = [];
  await api.client.create(coreConfigMaps, configMap('settings'), {
    onWarning: (text) => warnings.push(text),
  });
  expect(warnings).toEqual(['think again']);
});
