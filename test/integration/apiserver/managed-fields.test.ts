import { describe, expect, test } from '@jest/globals';
import { ADMIN_USER } from '../../../src/apiserver/authentication/identities.ts';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import {
  appsDeployments,
  coreConfigMaps,
  corePods,
} from '../../../src/scheme/generated/resources.ts';
import { showEntry } from '../../../src/scheme/managed-fields/managers.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import { configMap, deploymentManifest } from '../../support/api-objects.ts';
import { applyData, owners } from '../../support/applies.ts';
import { testApi } from '../../support/plane.ts';

const target = (name: string) => ({ namespace: 'default', name });

describe('updates', () => {
  test('whoever creates owns what they said, defaults included, and not what the system sets', async () => {
    await using api = await testApi();
    const object = await api.client.create(corePods, {
      metadata: { name: 'p', namespace: 'default', labels: { app: 'x' } },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    });
    const [entry] = object.metadata.managedFields ?? [];
    expect(showEntry(entry ?? {})).toEqual({
      manager: 'test',
      operation: 'Update',
      apiVersion: 'v1',
      time: object.metadata.creationTimestamp,
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
        'f:spec': {
          'f:containers': {
            'k:{"name":"c"}': {
              '.': {},
              'f:image': {},
              'f:imagePullPolicy': {},
              'f:name': {},
              'f:resources': {},
              'f:terminationMessagePath': {},
              'f:terminationMessagePolicy': {},
            },
          },
          'f:dnsPolicy': {},
          'f:enableServiceLinks': {},
          'f:restartPolicy': {},
          'f:schedulerName': {},
          'f:securityContext': {},
          'f:terminationGracePeriodSeconds': {},
        },
      },
    });
  });

  test('each writer owns what it changed last; each subresource has its own entry', async () => {
    await using api = await testApi();
    const { client } = api;
    await client.create(appsDeployments, deploymentManifest('web', 1), { fieldManager: 'alice' });
    await client.patch(
      appsDeployments,
      target('web'),
      { type: 'merge', patch: { spec: { replicas: 2 } } },
      { fieldManager: 'bob' },
    );
    await client.patch(
      appsDeployments,
      target('web'),
      { type: 'merge', patch: { spec: { replicas: 3 } } },
      { fieldManager: 'hpa', subresource: 'scale' },
    );
    const { metadata } = await client.patch(
      appsDeployments,
      target('web'),
      { type: 'merge', patch: { status: { replicas: 1 } } },
      { fieldManager: 'bob', subresource: 'status' },
    );
    const entries = metadata.managedFields ?? [];
    expect(entries.map(({ manager }) => manager).sort()).toEqual(['alice', 'bob', 'hpa']);
    expect(entries.find(({ manager }) => manager === 'hpa')).toMatchObject({
      operation: 'Update',
      subresource: 'scale',
      fieldsV1: 'spec(replicas)',
    });
    expect(entries.find(({ manager }) => manager === 'bob')).toMatchObject({
      subresource: 'status',
      fieldsV1: 'status(replicas)',
    });
    expect(entries.find(({ manager }) => manager === 'alice')?.fieldsV1).not.toContain('replicas');
  });

  test('a write that changes nothing keeps every time', async () => {
    await using api = await testApi();
    const created = await api.client.create(coreConfigMaps, configMap('a', { a: '1' }));
    const same = await api.client.update(coreConfigMaps, created, { fieldManager: 'bob' });
    expect(same).toEqual(created);
  });

  test('an update that leaves managedFields out, or sends nonsense, keeps them', async () => {
    await using api = await testApi();
    const { client } = api;
    const created = await client.create(coreConfigMaps, configMap('a', { a: '1' }));
    for (const managedFields of [undefined, [], [{ manager: 'x', fieldsV1: { nonsense: {} } }]]) {
      const updated = await client.update(coreConfigMaps, {
        ...created,
        metadata: { name: 'a', namespace: 'default', managedFields } as ApiObject['metadata'],
      });
      expect(owners(updated)).toEqual(owners(created));
    }
  });

  test('a list of one empty entry resets them, and the first apply then owns up for what was there', async () => {
    await using api = await testApi();
    const { client } = api;
    await client.create(coreConfigMaps, configMap('a', { a: '1' }));
    const reset = await client.patch(coreConfigMaps, target('a'), {
      type: 'merge',
      patch: { metadata: { managedFields: [{}] } },
    });
    expect(reset.metadata.managedFields).toBeUndefined();
    const updated = await client.patch(coreConfigMaps, target('a'), {
      type: 'merge',
      patch: { data: { b: '1' } },
    });
    expect(updated.metadata.managedFields).toBeUndefined();
    expect(owners(await applyData(client, 'alice', { c: '1' })).sort()).toEqual([
      'alice Apply: data(c)',
      'before-first-apply Update: data(.,a,b)',
    ]);
  });

  test('the eleventh updater makes the oldest ones ancient', async () => {
    await using api = await testApi();
    const { client } = api;
    await client.create(coreConfigMaps, configMap('a', { m0: '1' }), { fieldManager: 'm0' });
    for (let i = 1; i <= 11; i++) {
      await client.patch(
        coreConfigMaps,
        target('a'),
        { type: 'merge', patch: { data: { [`m${i}`]: '1' } } },
        { fieldManager: `m${i}` },
      );
    }
    const object = await client.get(coreConfigMaps, target('a'));
    const names = (object.metadata.managedFields ?? []).map(({ manager }) => manager);
    expect(names).toHaveLength(10);
    expect(names).toContain('ancient-changes');
    expect(names).toContain('m11');
  });

  test('a JSON patch may take one manager out', async () => {
    await using api = await testApi();
    await applyData(api.client, 'alice', { a: '1' });
    await applyData(api.client, 'bob', { b: '1' });
    const object = await api.client.patch(coreConfigMaps, target('a'), {
      type: 'json',
      operations: [
        {
          op: 'test',
          path: '/metadata/managedFields/0/fieldsV1',
          value: { 'f:data': { 'f:a': {} } },
        },
        { op: 'remove', path: '/metadata/managedFields/0' },
      ],
    });
    expect(owners(object)).toEqual(['bob Apply: data(b)']);
  });
});

describe('whoever does not name a manager is called by their program', () => {
  test.each([
    ['curl/8.0', 'curl'],
    ['kubectl', 'kubectl'],
    ['Mozilla/5.0 (X11)', 'Mozilla'],
    ['', 'unknown'],
    [undefined, 'unknown'],
  ])('%j', async (userAgent, manager) => {
    await using api = await testApi();
    const source = { addresses: ['10.0.0.1'], userAgent };
    const client = createClient(api.apiServer, { user: ADMIN_USER, source });
    const object = await client.create(coreConfigMaps, configMap('a', { a: '1' }));
    expect(object.metadata.managedFields?.[0]?.manager).toBe(manager);
  });
});

test.each([
  ['x'.repeat(129), 'fieldManager: Too long: may not be more than 128 bytes'],
  ['a\u0000b', 'should only contain printable characters'],
])('a manager cannot be called %j', async (fieldManager, message) => {
  await using api = await testApi();
  await expect(
    api.client.create(coreConfigMaps, configMap('a', {}), { fieldManager }),
  ).rejects.toThrow(message);
});
