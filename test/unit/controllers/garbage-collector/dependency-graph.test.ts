import { expect, test } from '@jest/globals';
import { DependencyGraph } from '../../../../src/controllers/garbage-collector/dependency-graph.ts';
import { parseKey, toKey } from '../../../../src/controllers/garbage-collector/object-key.ts';
import { ResourceMap } from '../../../../src/controllers/garbage-collector/resource-map.ts';
import { RESOURCE_DEFINITIONS } from '../../../../src/scheme/generated/definitions.ts';
import type { ApiObject } from '../../../../src/scheme/object.ts';
import type { ResourceDefinition } from '../../../../src/scheme/resource.ts';

const configMaps = RESOURCE_DEFINITIONS.find(
  ({ resource }) => resource === 'configmaps',
) as ResourceDefinition;

function child(uid: string, ...ownerUids: string[]): ApiObject {
  const ownerReferences = ownerUids.map((owner) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: owner,
    uid: owner,
  }));
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: uid, namespace: 'default', uid, ownerReferences },
  };
}

const dependents = (graph: DependencyGraph, uid: string): string[] =>
  [...graph.dependentsOf(uid)].map((dependent) => dependent.uid).sort();

test('the graph follows objects as their owners change and as they go', () => {
  const graph = new DependencyGraph();
  graph.put(configMaps, child('a', 'x', 'y'));
  graph.put(configMaps, child('b', 'x'));
  expect([dependents(graph, 'x'), dependents(graph, 'y')]).toEqual([['a', 'b'], ['a']]);
  graph.put(configMaps, child('a', 'y', 'z'));
  expect(['x', 'y', 'z'].map((uid) => dependents(graph, uid))).toEqual([['b'], ['a'], ['a']]);
  graph.remove('b');
  expect(dependents(graph, 'x')).toEqual([]);
  expect(graph.size).toBe(1);
});

test('the graph keeps nothing of objects that have no owners', () => {
  const graph = new DependencyGraph();
  graph.put(configMaps, child('free'));
  graph.put(configMaps, child('a', 'x'));
  graph.put(configMaps, child('a'));
  graph.remove('never-seen');
  expect(graph.size).toBe(0);
  expect(dependents(graph, 'x')).toEqual([]);
});

test.each([
  ['default', 'web'],
  ['', 'system:node|with|bars'],
])('a key gives back what it was made of: %j and %j', (namespace, name) => {
  const identity = { uid: 'u-1', group: 'apps', resource: 'deployments', namespace, name };
  expect(parseKey(toKey(identity))).toEqual(identity);
});

test('every resource that can be collected is minded once, in its stored version, and events are not', () => {
  const resources = new ResourceMap();
  resources.replace(RESOURCE_DEFINITIONS);
  const all = [...resources.all()];
  const names = all.map(({ group, resource }) => `${group}/${resource}`);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(['/pods', 'apps/replicasets', '/nodes']));
  expect(names.filter((name) => name.endsWith('/events'))).toEqual([]);
  expect(names).not.toContain('/bindings');
  const unstored = all.filter(({ version, storageVersion }) => version !== storageVersion);
  expect(unstored.map(({ resource }) => resource)).toEqual([]);
});

test('an owner is found by group and kind, whatever the version of the reference', () => {
  const resources = new ResourceMap();
  resources.replace(RESOURCE_DEFINITIONS);
  const reference = { kind: 'Deployment', name: 'web', uid: 'u' };
  for (const apiVersion of ['apps/v1', 'apps/v1beta2']) {
    expect(resources.ofReference({ ...reference, apiVersion })?.resource).toBe('deployments');
  }
  expect(resources.ofReference({ ...reference, apiVersion: 'example.com/v1' })).toBeUndefined();
});
