/** The whole pipeline takes one object of each kind, as its user would write it, and keeps it through a change. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ApiObject, toApiVersion } from '../../../src/scheme/object.ts';
import { findExample } from '../../support/kind-examples.ts';
import { type TestApi, testApi } from '../../support/plane.ts';

let api: TestApi;

beforeAll(async () => {
  api = await testApi();
});

afterAll(async () => api[Symbol.asyncDispose]());

test('one object of each kind is created, read, labelled and written again without a change', async () => {
  const taken: string[] = [];
  for (const definition of api.scheme.served()) {
    const { group, version, kind, namespaced } = definition;
    const example = findExample(toApiVersion(group, version), kind);
    if (!example || !definition.verbs.includes('create')) continue;
    if (namespaced) example.metadata.namespace = 'default';
    const created = await api.client.create<ApiObject>(definition, example);
    const labelled = {
      ...created,
      metadata: { ...created.metadata, labels: { ...created.metadata.labels, a: 'b' } },
    };
    const updated = await api.client.update<ApiObject>(definition, labelled);
    const again = await api.client.update<ApiObject>(definition, updated);
    expect(again.metadata.resourceVersion).toBe(updated.metadata.resourceVersion);
    taken.push(`${group}/${kind}`);
  }
  expect(taken.length).toBeGreaterThan(50);
});
