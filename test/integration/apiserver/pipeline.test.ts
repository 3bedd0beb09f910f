import { expect, test } from '@jest/globals';
import type { ApiClient, WatchOptions } from '../../../src/apiserver/client.ts';
import {
  coreConfigMaps,
  coreNamespaces,
  corePods,
} from '../../../src/scheme/generated/resources.ts';
import type { ConfigMap, Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import type { ApiObject, WatchEvent } from '../../../src/scheme/object.ts';
import type { ResourceRef } from '../../../src/scheme/resource.ts';
import { eventually } from '../../support/eventually.ts';
import { testApi } from '../../support/plane.ts';

const pod = (name: string): { metadata: Pod['metadata']; spec: Pod['spec'] } => ({
  metadata: { name, namespace: 'default', labels: { app: 'web' } },
  spec: { containers: [{ name: 'nginx', image: 'nginx:1.7.9' }] },
});

async function record<T extends ApiObject>(
  client: ApiClient,
  ref: ResourceRef<T>,
  options: WatchOptions = {},
): Promise<WatchEvent<T>[]> {
  const seen: WatchEvent<T>[] = [];
  await client.watch(ref, options, {
    onEvents: (events) => void seen.push(...events),
    onClose: (error) => {
      throw error;
    },
  });
  return seen;
}

test('an object is created, read, changed, reported on, bound and deleted, and a watch sees each step', async () => {
  await using api = await testApi();
  const { client } = api;
  const seen = await record(client, corePods);
  const created = await client.create(corePods, pod('web'));
  expect(created.metadata).toMatchObject({ name: 'web', generation: 1 });
  expect(created.status?.phase).toBe('Pending');
  expect(created.spec?.serviceAccountName).toBe('default');
  expect(created.spec?.tolerations).toHaveLength(2);

  const got = await client.get(corePods, { namespace: 'default', name: 'web' });
  expect(got).toEqual(created);

  await client.createSubresource(corePods, { namespace: 'default', name: 'web' }, 'binding', {
    target: { kind: 'Node', name: 'node-1' },
  });
  const bound = await client.get(corePods, { namespace: 'default', name: 'web' });
  expect(bound.spec?.nodeName).toBe('node-1');

  const running = await client.update(
    corePods,
    { ...bound, status: { ...bound.status, phase: 'Running' } },
    { subresource: 'status' },
  );
  expect(running.status?.phase).toBe('Running');

  const { deleted, object } = await client.delete(corePods, { namespace: 'default', name: 'web' });
  expect(deleted).toBe(false);
  expect(object.metadata.deletionGracePeriodSeconds).toBe(30);
  const last = await client.delete(
    corePods,
    { namespace: 'default', name: 'web' },
    { gracePeriodSeconds: 0 },
  );
  expect(last.deleted).toBe(true);
  await eventually(
    () => seen.map(({ type }) => type),
    (types) => expect(types).toEqual(['ADDED', 'MODIFIED', 'MODIFIED', 'MODIFIED', 'DELETED']),
  );
});

test('a config map is created in a namespace made a moment ago and listed', async () => {
  await using api = await testApi();
  const { client } = api;
  await client.create(coreNamespaces, { metadata: { name: 'shop' } });
  const configMap: ConfigMap = await client.create(coreConfigMaps, {
    metadata: { generateName: 'settings-', namespace: 'shop' },
    data: { a: '1' },
  });
  const list = await client.list(coreConfigMaps, { namespace: 'shop' });
  expect(list.items).toEqual([configMap]);
});
