import { describe, expect, test } from '@jest/globals';
import { toAggregatedDiscovery } from '../../../../src/rest/discovery/aggregated-discovery.ts';
import {
  toApiGroup,
  toApiGroupList,
  toApiVersions,
} from '../../../../src/rest/discovery/api-groups.ts';
import { toApiResourceList } from '../../../../src/rest/discovery/api-resources.ts';
import { DiscoveryDocuments } from '../../../../src/rest/discovery/discovery-documents.ts';
import { toExtension } from '../../../../src/scheme/custom-resources/to-extension.ts';
import type { CustomResourceDefinition } from '../../../../src/scheme/generated/types/apiextensions-v1.ts';
import { createScheme } from '../../../../src/scheme/scheme.ts';
import { widgetDefinition } from '../../../support/custom-resources.ts';

const scheme = createScheme({ strategies: new Map() });

function resource(groupVersion: string, name: string) {
  const [group = '', version = ''] = groupVersion === 'v1' ? ['', 'v1'] : groupVersion.split('/');
  return toApiResourceList(scheme, group, version)?.resources.find((each) => each.name === name);
}

const widgetsExtension = () => toExtension(widgetDefinition() as CustomResourceDefinition);

function withWidgets() {
  const own = createScheme({ strategies: new Map() });
  own.setExtension('widgets.example.com', widgetsExtension());
  return own;
}

describe('a list of resources', () => {
  test.each([
    ['v1', 'pods', 'xPOwRZ+Yhw8='],
    ['v1', 'configmaps', 'qFsyl6wFWjQ='],
    ['v1', 'endpoints', 'fWeeMqaN/OA='],
    ['v1', 'events', 'r2yiGXH7wu8='],
    ['v1', 'namespaces', 'Q3oi5N2YM8M='],
    ['v1', 'nodes', 'XwShjMxG9Fs='],
    ['v1', 'persistentvolumes', 'HN/zwEC+JgM='],
    ['v1', 'secrets', 'S6u1pOWzb84='],
    ['v1', 'serviceaccounts', 'pbx9ZvyFpBE='],
    ['v1', 'services', '0/CO1lhkEBI='],
    ['events.k8s.io/v1', 'events', 'r2yiGXH7wu8='],
  ])('%s tells the storage version of %s as Kubernetes does', (groupVersion, name, hash) => {
    expect(resource(groupVersion, name)?.storageVersionHash).toBe(hash);
  });

  test('tells all that kubectl knows a resource by', () => {
    expect(resource('apps/v1', 'deployments')).toEqual({
      name: 'deployments',
      singularName: 'deployment',
      namespaced: true,
      kind: 'Deployment',
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
      shortNames: ['deploy'],
      categories: ['all'],
      storageVersionHash: '8aSe+NMegvE=',
    });
  });

  test('what Kubernetes has removed is found by its whole name alone where its objects are those of another group', () => {
    expect(resource('extensions/v1beta1', 'deployments')).not.toHaveProperty('shortNames');
    expect(resource('extensions/v1beta1', 'deployments')).not.toHaveProperty('categories');
    const groups = toAggregatedDiscovery(scheme, 'apis', 'v2').items;
    const extensions = groups.find(({ metadata }) => metadata.name === 'extensions');
    const names = extensions?.versions.flatMap(({ resources }) => resources);
    expect(names?.find((each) => each.resource === 'daemonsets')).not.toHaveProperty('shortNames');
  });

  test.each([
    ['v1', 'pods/status', { kind: 'Pod', verbs: ['get', 'patch', 'update'] }],
    ['v1', 'pods/eviction', { group: 'policy', version: 'v1', kind: 'Eviction' }],
    ['v1', 'pods/exec', { kind: 'PodExecOptions', verbs: ['create', 'get'] }],
    ['v1', 'serviceaccounts/token', { group: 'authentication.k8s.io', kind: 'TokenRequest' }],
    ['apps/v1', 'deployments/scale', { group: 'autoscaling', version: 'v1', kind: 'Scale' }],
    ['v1', 'namespaces/finalize', { kind: 'Namespace', namespaced: false, verbs: ['update'] }],
  ])('%s names the kind of %s, and its group where it is another', (groupVersion, name, part) => {
    expect(resource(groupVersion, name)).toMatchObject({ singularName: '', ...part });
  });

  test('says nothing of a group where the subresource has that of the list', () => {
    expect(resource('v1', 'pods/binding')).not.toHaveProperty('group');
  });

  test('leaves short names and categories to the group that an old one shows the objects of', () => {
    const old = resource('extensions/v1beta1', 'deployments');
    expect(old).toMatchObject({ kind: 'Deployment' });
    expect(old).not.toHaveProperty('shortNames');
    expect(old).not.toHaveProperty('categories');
    expect(resource('events.k8s.io/v1', 'events')).toMatchObject({ shortNames: ['ev'] });
  });

  test('has no hash for what is answered and never stored', () => {
    expect(resource('authorization.k8s.io/v1', 'selfsubjectaccessreviews')).not.toHaveProperty(
      'storageVersionHash',
    );
  });

  test('of a version that is switched off does not exist', () => {
    expect(toApiResourceList(scheme, 'resource.k8s.io', 'v1alpha3')).toBeUndefined();
    const alpha = createScheme({
      strategies: new Map(),
      runtimeConfig: 'resource.k8s.io/v1alpha3=true',
    });
    expect(toApiResourceList(alpha, 'resource.k8s.io', 'v1alpha3')?.resources).not.toHaveLength(0);
  });

  test('of the core group has no apiVersion, that of any other has', () => {
    expect(toApiResourceList(scheme, '', 'v1')).not.toHaveProperty('apiVersion');
    expect(toApiResourceList(scheme, 'apps', 'v1')).toHaveProperty('apiVersion', 'v1');
  });
});

describe('the groups', () => {
  test('are told in the order in which Kubernetes prefers them, without the core group', () => {
    const names = toApiGroupList(scheme).groups.map(({ name }) => name);
    expect(names.slice(0, 4)).toEqual([
      'apiregistration.k8s.io',
      'apps',
      'events.k8s.io',
      'authentication.k8s.io',
    ]);
    expect(names).not.toContain('');
  });

  test('prefer their most mature version', () => {
    expect(toApiGroup(scheme, 'autoscaling')).toEqual({
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: 'autoscaling',
      versions: [
        { groupVersion: 'autoscaling/v2', version: 'v2' },
        { groupVersion: 'autoscaling/v1', version: 'v1' },
        { groupVersion: 'autoscaling/v2beta2', version: 'v2beta2' },
        { groupVersion: 'autoscaling/v2beta1', version: 'v2beta1' },
      ],
      preferredVersion: { groupVersion: 'autoscaling/v2', version: 'v2' },
    });
  });

  test.each(['', 'nope.example.com'])('do not include "%s"', (name) => {
    expect(toApiGroup(scheme, name)).toBeUndefined();
  });

  test('the core group is told by its versions and the address of the server', () => {
    expect(toApiVersions(scheme, '127.0.0.1:6443')).toEqual({
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:6443' }],
    });
  });
});

describe('aggregated discovery', () => {
  test('has the core group at /api and all others at /apis', () => {
    const core = toAggregatedDiscovery(scheme, 'api', 'v2');
    const others = toAggregatedDiscovery(scheme, 'apis', 'v2');
    expect(core.items.map(({ metadata }) => metadata.name)).toEqual([undefined]);
    expect(others.items.map(({ metadata }) => metadata.name)).toEqual(
      toApiGroupList(scheme).groups.map(({ name }) => name),
    );
  });

  test('differs in its apiVersion alone between v2 and v2beta1', () => {
    const { apiVersion, ...v2 } = toAggregatedDiscovery(scheme, 'apis', 'v2');
    const { apiVersion: older, ...v2beta1 } = toAggregatedDiscovery(scheme, 'apis', 'v2beta1');
    expect([apiVersion, older]).toEqual(['apidiscovery.k8s.io/v2', 'apidiscovery.k8s.io/v2beta1']);
    expect(v2beta1).toEqual(v2);
  });

  test('tells of a resource and its subresources what the plain lists tell', () => {
    const apps = toAggregatedDiscovery(scheme, 'apis', 'v2').items.find(
      ({ metadata }) => metadata.name === 'apps',
    );
    const [version] = apps?.versions ?? [];
    expect(version).toMatchObject({ version: 'v1', freshness: 'Current' });
    expect(version?.resources.find(({ resource: name }) => name === 'deployments')).toEqual({
      resource: 'deployments',
      responseKind: { group: '', version: '', kind: 'Deployment' },
      scope: 'Namespaced',
      singularResource: 'deployment',
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
      shortNames: ['deploy'],
      categories: ['all'],
      subresources: [
        {
          subresource: 'scale',
          responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
          verbs: ['get', 'patch', 'update'],
        },
        {
          subresource: 'status',
          responseKind: { group: '', version: '', kind: 'Deployment' },
          verbs: ['get', 'patch', 'update'],
        },
      ],
    });
  });

  test('names the kinds of custom resources in full', () => {
    const { items } = toAggregatedDiscovery(withWidgets(), 'apis', 'v2');
    const group = items.find(({ metadata }) => metadata.name === 'example.com');
    expect(group?.versions[0]?.resources[0]?.responseKind).toEqual({
      group: 'example.com',
      version: 'v1',
      kind: 'Widget',
    });
  });
});

describe('the documents', () => {
  test('are encoded once as long as the scheme stays', () => {
    const documents = new DiscoveryDocuments(scheme);
    expect(documents.resources('apps', 'v1')).toBe(documents.resources('apps', 'v1'));
    expect(documents.aggregated('apis', 'v2')).toBe(documents.aggregated('apis', 'v2'));
  });

  test('change with the definitions of custom resources, and back', () => {
    const own = createScheme({ strategies: new Map() });
    const documents = new DiscoveryDocuments(own);
    const before = documents.groups();
    expect(documents.resources('example.com', 'v1')).toBeUndefined();
    own.setExtension('widgets.example.com', widgetsExtension());
    expect(documents.groups().etag).not.toBe(before.etag);
    expect(documents.resources('example.com', 'v1')?.body.toString()).toContain('"widgets"');
    own.setExtension('widgets.example.com', undefined);
    expect(documents.groups().etag).toBe(before.etag);
    expect(documents.resources('example.com', 'v1')).toBeUndefined();
  });
});
