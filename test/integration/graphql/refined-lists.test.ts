import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestGraphql, testGraphql } from '../../support/graphql-server.ts';

let plane: TestGraphql;

const create = (name: string, data: Record<string, string>) =>
  plane.client.request(`mutation ($object: JSON!) { createObject(object: $object) }`, {
    object: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default', labels: { refined: 'yes' } },
      data,
    },
  });

beforeAll(async () => {
  plane = await testGraphql();
  for (let i = 0; i < 25; i++) {
    await create(`m${String(i).padStart(2, '0')}`, {
      size: String(i % 7),
      color: i % 2 ? 'red' : 'blue',
    });
  }
});

afterAll(async () => plane[Symbol.asyncDispose]());

interface Page {
  readonly count: number;
  readonly groups: readonly { readonly values: readonly unknown[]; readonly count: number }[];
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue: string | null;
    readonly remainingItemCount: number | null;
  };
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

async function list(args: string, variables: Record<string, unknown> = {}): Promise<Page> {
  const { core } = await plane.client.request<{ core: { v1: { configMaps: Page } } }>(
    `query ($next: String) { core { v1 { configMaps(labelSelector: "refined=yes", continue: $next, ${args}) {
      count
      groups(by: ["data.color"]) { values count }
      metadata { resourceVersion continue remainingItemCount }
      items { metadata { name } }
    } } } }`,
    variables,
  );
  return core.v1.configMaps;
}

const ORDER = 'orderBy: [{path: "data.size", direction: DESC}, {path: "data.color"}], limit: 4';

const names = ({ items }: Page): string[] => items.map(({ metadata }) => metadata.name);

test('the pages of an ordered list show each object once, at one moment, whatever is written meanwhile', async () => {
  const whole = await list('orderBy: [{path: "data.size", direction: DESC}, {path: "data.color"}]');
  let page = await list(ORDER);
  const { resourceVersion } = page.metadata;
  const seen = names(page);
  for (let written = 0; page.metadata.continue; written++) {
    await create(`late-${written}`, { size: '9', color: 'green' });
    page = await list(ORDER, { next: page.metadata.continue });
    expect([page.metadata.resourceVersion, page.count]).toEqual([resourceVersion, 25]);
    seen.push(...names(page));
  }
  expect(seen).toEqual(names(whole));
  for (let written = 0; written < 6; written++) {
    await plane.client.request(
      `mutation { deleteObject(resource: "configmap", name: "late-${written}") { deleted } }`,
    );
  }
});

test('a token of another list is refused', async () => {
  const { metadata } = await list(ORDER);
  await expect(
    list('orderBy: [{path: "data.size"}], limit: 4', { next: metadata.continue }),
  ).rejects.toThrow('continue key is not valid: it is of a list with other arguments');
  await expect(list(ORDER, { next: 'nonsense' })).rejects.toThrow('continue key is not valid');
});

test('count and groups are of the whole list, whatever page is shown', async () => {
  const groups = [
    { values: ['blue'], count: 13 },
    { values: ['red'], count: 12 },
  ];
  const first = await list('limit: 3');
  expect([first.count, first.groups, first.items.length]).toEqual([25, groups, 3]);
  const second = await list('limit: 3', { next: first.metadata.continue });
  expect([second.count, second.groups, names(second)]).toEqual([25, groups, ['m03', 'm04', 'm05']]);
  const narrowed = await list('where: [{path: "data.color", equals: "red"}], limit: 1');
  expect([narrowed.count, narrowed.groups]).toEqual([12, [groups[1]]]);
});

test('a field that the kind does not have is named, with the one that is meant', async () => {
  await expect(list('where: [{path: "metadata.nam", equals: "x"}]')).rejects.toThrow(
    'ObjectMeta has no field "nam", did you mean "name"?',
  );
});
