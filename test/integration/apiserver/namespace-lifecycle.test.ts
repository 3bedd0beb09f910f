import { expect, test } from '@jest/globals';
import { coreConfigMaps, coreNamespaces } from '../../../src/scheme/generated/resources.ts';
import { testApi } from '../../support/plane.ts';

const settings = (namespace: string, name: string) => ({ metadata: { namespace, name } });

test('every namespace has its name as a label and the kubernetes finalizer, and begins Active', async () => {
  await using api = await testApi();
  const created = await api.client.create(coreNamespaces, { metadata: { generateName: 'team-' } });
  expect(created.metadata.labels).toEqual({ 'kubernetes.io/metadata.name': created.metadata.name });
  expect(created.spec).toEqual({ finalizers: ['kubernetes'] });
  expect(created.status).toEqual({ phase: 'Active' });
});

test('an object is refused in a namespace that does not exist, by its name', async () => {
  await using api = await testApi();
  await expect(api.client.create(coreConfigMaps, settings('nowhere', 'a'))).rejects.toMatchObject({
    reason: 'NotFound',
    message: 'namespaces "nowhere" not found',
  });
});

test('the namespaces that the control plane stands on cannot be deleted', async () => {
  await using api = await testApi();
  for (const name of ['default', 'kube-system', 'kube-public']) {
    await expect(api.client.delete(coreNamespaces, { name })).rejects.toMatchObject({
      reason: 'Forbidden',
      message: `namespaces "${name}" is forbidden: this namespace may not be deleted`,
    });
  }
});

test('a deleted namespace stays Terminating until its last finalizer is taken away, and then goes', async () => {
  await using api = await testApi();
  const { client } = api;
  await client.create(coreNamespaces, { metadata: { name: 'shop' } });
  const { object, deleted } = await client.delete(coreNamespaces, { name: 'shop' });
  expect(deleted).toBe(false);
  expect(object.status?.phase).toBe('Terminating');
  expect(object.metadata.deletionTimestamp).toBeDefined();

  const again = await client.delete(coreNamespaces, { name: 'shop' });
  expect(again).toEqual({ object, deleted: false });

  await expect(client.create(coreConfigMaps, settings('shop', 'late'))).rejects.toMatchObject({
    reason: 'Forbidden',
    message:
      'configmaps "late" is forbidden: unable to create new content in namespace shop because it is being terminated',
    details: { causes: [{ reason: 'NamespaceTerminating' }] },
  });

  await client.update(
    coreNamespaces,
    { ...object, spec: { finalizers: [] } },
    { subresource: 'finalize' },
  );
  await expect(client.get(coreNamespaces, { name: 'shop' })).rejects.toMatchObject({
    reason: 'NotFound',
  });
});

test('an update of a namespace leaves the finalizers of its spec alone', async () => {
  await using api = await testApi();
  const created = await api.client.create(coreNamespaces, { metadata: { name: 'shop' } });
  const updated = await api.client.update(coreNamespaces, {
    ...created,
    metadata: { ...created.metadata, annotations: { team: 'blue' } },
    spec: { finalizers: [] },
  });
  expect(updated.spec).toEqual({ finalizers: ['kubernetes'] });
});
