import { expect, test } from '@jest/globals';
import {
  appsDeployments,
  coreConfigMaps,
  coreServices,
} from '../../../src/scheme/generated/resources.ts';
import { LAST_APPLIED_ANNOTATION } from '../../../src/scheme/patch/last-applied.ts';
import { configMap, deploymentManifest, serviceManifest } from '../../support/api-objects.ts';
import { type TestApi, testApi } from '../../support/plane.ts';

const target = (name: string) => ({ namespace: 'default', name });

async function versionOf({ store }: TestApi): Promise<string> {
  return store.currentResourceVersion();
}

test('apply creates, then leaves alone, then configures, as kubectl reports it', async () => {
  await using api = await testApi();
  const { client } = api;
  const manifest = deploymentManifest('web');
  const created = await client.apply(appsDeployments, manifest);
  expect(created.operation).toBe('created');
  const before = await versionOf(api);
  const again = await client.apply(appsDeployments, manifest);
  expect(again).toEqual({ operation: 'unchanged', object: created.object });
  expect(await versionOf(api)).toBe(before);
  const edited = await client.apply(appsDeployments, deploymentManifest('web', 4));
  expect(edited.operation).toBe('configured');
  expect(edited.object.spec?.replicas).toBe(4);
  expect(edited.object.metadata.generation).toBe(2);
});

test('apply removes what the last manifest said and this one does not, and keeps what others set', async () => {
  await using api = await testApi();
  const { client } = api;
  await client.apply(coreConfigMaps, configMap('a', { mine: '1', gone: '1' }));
  await client.patch(coreConfigMaps, target('a'), {
    type: 'merge',
    patch: { data: { theirs: '1' } },
  });
  const { object } = await client.apply(coreConfigMaps, configMap('a', { mine: '2' }));
  expect(object.data).toEqual({ mine: '2', theirs: '1' });
  expect(JSON.parse(object.metadata.annotations?.[LAST_APPLIED_ANNOTATION] ?? '')).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'default', annotations: {} },
    data: { mine: '2' },
  });
});

test('twenty applies of one new manifest at once create it exactly once', async () => {
  await using api = await testApi();
  const results = await Promise.all(
    Array.from({ length: 20 }, () => api.client.apply(coreConfigMaps, configMap('a', { v: '1' }))),
  );
  const operations = results.map(({ operation }) => operation).sort();
  expect(operations).toEqual(['created', ...Array.from({ length: 19 }, () => 'unchanged')]);
});

test('a dry run answers as the real thing would and stores nothing', async () => {
  await using api = await testApi();
  const { client } = api;
  const existing = await client.create(coreConfigMaps, configMap('old', { v: '1' }));
  const before = await versionOf(api);
  const dryRun = { dryRun: true };
  const created = await client.create(appsDeployments, deploymentManifest('web'), dryRun);
  expect(created.spec?.revisionHistoryLimit).toBe(10);
  expect(created.metadata.uid).toBeDefined();
  const service = await client.create(coreServices, serviceManifest('web'), dryRun);
  expect(service.spec?.clusterIP).toMatch(/^10\./);
  const updated = await client.update(coreConfigMaps, { ...existing, data: { v: '2' } }, dryRun);
  expect(updated.data).toEqual({ v: '2' });
  expect((await client.apply(coreConfigMaps, configMap('new'), dryRun)).operation).toBe('created');
  expect((await client.apply(coreConfigMaps, configMap('old', { v: '3' }), dryRun)).operation).toBe(
    'configured',
  );
  expect((await client.delete(coreConfigMaps, target('old'), dryRun)).deleted).toBe(true);
  await expect(client.create(coreConfigMaps, configMap('old'), dryRun)).rejects.toMatchObject({
    reason: 'AlreadyExists',
  });
  await client.transaction(
    [{ type: 'create', ref: coreConfigMaps, object: configMap('x') }],
    dryRun,
  );
  expect(await versionOf(api)).toBe(before);
  expect(await client.get(coreConfigMaps, target('old'))).toEqual(existing);
});
