import { expect, test } from '@jest/globals';
import {
  apiextensionsCustomResourceDefinitions,
  apiregistrationAPIServices,
} from '../../../src/scheme/generated/resources.ts';
import { eventually } from '../../support/eventually.ts';
import { type TestApi, testApi } from '../../support/plane.ts';

const namesOf = async ({ client }: TestApi): Promise<readonly string[]> =>
  (await client.list(apiregistrationAPIServices)).items.map(({ metadata }) => metadata.name ?? '');

const DEFINITION = {
  metadata: { name: 'widgets.shop.example.com' },
  spec: {
    group: 'shop.example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object' } },
      },
    ],
  },
};

test('every group version that is served has an APIService that is local and available', async () => {
  await using api = await testApi();
  const { items } = await api.client.list(apiregistrationAPIServices);
  const served = api.scheme
    .groups()
    .flatMap(({ group, versions }) => versions.map((version) => `${version}.${group}`));
  expect(items.map(({ metadata }) => metadata.name).sort()).toEqual(served.sort());
  for (const { spec, status } of items) {
    expect(spec?.service).toBeUndefined();
    expect(status?.conditions).toEqual([
      expect.objectContaining({ type: 'Available', status: 'True', reason: 'Local' }),
    ]);
  }
});

test('custom resources have one as long as they are defined', async () => {
  await using api = await testApi();
  const name = 'v1.shop.example.com';
  await api.client.create(apiextensionsCustomResourceDefinitions, structuredClone(DEFINITION));
  const service = await eventually(() => api.client.get(apiregistrationAPIServices, { name }));
  expect(service.metadata.labels).toEqual({ 'kube-aggregator.kubernetes.io/automanaged': 'true' });
  await api.client.delete(apiextensionsCustomResourceDefinitions, {
    name: DEFINITION.metadata.name,
  });
  await eventually(
    () => namesOf(api),
    (names) => expect(names).not.toContain(name),
  );
});

test('what somebody has registered is theirs', async () => {
  await using api = await testApi();
  const spec = {
    group: 'own.example.com',
    version: 'v1',
    groupPriorityMinimum: 10,
    versionPriority: 10,
    service: { namespace: 'default', name: 'own' },
  };
  const own = { metadata: { name: 'v1.own.example.com' }, spec };
  await api.client.create(apiregistrationAPIServices, own);
  await api.client.create(apiextensionsCustomResourceDefinitions, structuredClone(DEFINITION));
  await eventually(
    () => namesOf(api),
    (names) => expect(names).toContain('v1.shop.example.com'),
  );
  expect(await namesOf(api)).toContain('v1.own.example.com');
});
