import { describe, expect, test } from '@jest/globals';
import type { KindStrategy } from '../../../src/scheme/kind-strategy.ts';
import { qualifiedName, type ResourceDefinition } from '../../../src/scheme/resource.ts';
import { createScheme, type SchemeExtension } from '../../../src/scheme/scheme.ts';
import { compareGroups, compareVersions, stabilityOf } from '../../../src/scheme/version-order.ts';

const scheme = createScheme({ strategies: new Map() });
const everything = createScheme({ strategies: new Map(), runtimeConfig: 'api/all=true' });

function found(word: string, scope?: { group?: string; version?: string }): string[] {
  return everything
    .search(word, scope)
    .map((definition) => `${definition.version} ${qualifiedName(definition)}`);
}

function widget(version: string, change: Partial<ResourceDefinition> = {}): ResourceDefinition {
  return {
    group: 'example.org',
    version,
    resource: 'widgets',
    kind: 'Widget',
    listKind: 'WidgetList',
    singular: 'widget',
    shortNames: ['wd'],
    categories: ['all'],
    namespaced: true,
    verbs: ['get', 'list'],
    subresources: [],
    schemaName: `org.example.${version}.Widget`,
    stability: stabilityOf(version),
    storageVersion: 'v1',
    ...change,
  };
}

const widgets: SchemeExtension = {
  definitions: [widget('v1beta1'), widget('v1')],
  types: [{ name: 'org.example.v1.Widget', fields: {} }],
};

describe('looking up', () => {
  test('a served resource is found by its path and by its kind', () => {
    const deployments = scheme.find('apps', 'v1', 'deployments');
    expect(deployments?.kind).toBe('Deployment');
    expect(scheme.findByKind('apps', 'v1', 'Deployment')).toBe(deployments);
    expect(scheme.find('apps', 'v1', 'pods')).toBeUndefined();
    expect(scheme.findByKind('', 'v1', 'Deployment')).toBeUndefined();
  });

  test('a resource that is not served is known and not found', () => {
    const known = scheme.findKnown('scheduling.k8s.io', 'v1alpha2', 'workloads');
    expect(known?.kind).toBe('Workload');
    expect(scheme.findKnownByKind('scheduling.k8s.io', 'v1alpha2', 'Workload')).toBe(known);
    expect(scheme.find('scheduling.k8s.io', 'v1alpha2', 'workloads')).toBeUndefined();
    expect(known && scheme.isServed(known)).toBe(false);
    expect(scheme.served()).not.toContain(known);
    expect(scheme.definitions()).toContain(known);
  });

  test('versions come with the most mature first', () => {
    const versions = scheme
      .versionsOf('resource.k8s.io', 'resourceclaims')
      .map(({ version }) => version);
    expect(versions).toEqual(['v1', 'v1beta2', 'v1beta1']);
    expect(scheme.preferred('autoscaling', 'horizontalpodautoscalers')?.version).toBe('v2');
    expect(scheme.versionsOf('apps', 'nothing')).toEqual([]);
  });

  test('groups are in the order of Kubernetes and have their served versions', () => {
    expect(scheme.groups().slice(0, 3)).toEqual([
      { group: '', versions: ['v1'] },
      { group: 'apiregistration.k8s.io', versions: ['v1', 'v1beta1'] },
      { group: 'apps', versions: ['v1', 'v1beta2', 'v1beta1'] },
    ]);
    const versionsOf = (group: string) =>
      scheme.groups().find((each) => each.group === group)?.versions;
    expect(versionsOf('resource.k8s.io')).toEqual(['v1', 'v1beta2', 'v1beta1']);
    expect(versionsOf('internal.apiserver.k8s.io')).toBeUndefined();
  });

  test('every resource has one storage version, served or not', () => {
    for (const definition of scheme.definitions()) {
      const storage = scheme.storageOf(definition);
      expect(scheme.storageOf(storage)).toBe(storage);
    }
    const events = scheme.find('events.k8s.io', 'v1', 'events') as ResourceDefinition;
    expect(scheme.storageOf(events)).toBe(scheme.find('', 'v1', 'events'));
  });

  test('types are found by their full name', () => {
    expect(scheme.type('io.k8s.api.core.v1.PodSpec')?.fields.containers?.required).toBe(true);
    expect(scheme.type('io.k8s.api.core.v1.Nothing')).toBeUndefined();
    expect([...scheme.types()].length).toBeGreaterThan(700);
  });

  test('the strategy of a version goes before the strategy of its kind', () => {
    const ofKind: KindStrategy = { nameRule: 'dns-label' };
    const ofVersion: KindStrategy = { nameRule: 'dns-1035' };
    const withStrategies = createScheme({
      strategies: new Map([
        ['autoscaling/HorizontalPodAutoscaler', ofKind],
        ['autoscaling/v1/HorizontalPodAutoscaler', ofVersion],
      ]),
    });
    const [v2, v1] = withStrategies.versionsOf('autoscaling', 'horizontalpodautoscalers');
    expect(withStrategies.strategy(v2 as ResourceDefinition)).toBe(ofKind);
    expect(withStrategies.strategy(v1 as ResourceDefinition)).toBe(ofVersion);
    expect(withStrategies.strategy(widget('v1'))).toEqual({});
  });
});

describe('searching by a user’s word', () => {
  test.each([
    ['po', 'v1 pods'],
    ['pod', 'v1 pods'],
    ['Pod', 'v1 pods'],
    ['PODS', 'v1 pods'],
    ['deploy', 'v1 deployments.apps'],
    ['deployments.apps', 'v1 deployments.apps'],
    ['deployments.v1.apps', 'v1 deployments.apps'],
    ['deployment.app', 'v1 deployments.apps'],
    ['pods.v1.', 'v1 pods'],
    ['pods.v1', 'v1 pods'],
    ['ev', 'v1 events'],
    ['events.events.k8s.io', 'v1 events.events.k8s.io'],
    ['ing.networking', 'v1 ingresses.networking.k8s.io'],
    ['hpa', 'v2 horizontalpodautoscalers.autoscaling'],
    ['hpa.v1.autoscaling', 'v1 horizontalpodautoscalers.autoscaling'],
    ['resourceclaims', 'v1 resourceclaims.resource.k8s.io'],
    ['crds', 'v1 customresourcedefinitions.apiextensions.k8s.io'],
  ])('%s is %s', (word, expected) => {
    expect(found(word)).toEqual([expected]);
  });

  test('a category is all its resources, each in one version', () => {
    expect(found('all')).toEqual([
      'v1 pods',
      'v1 replicationcontrollers',
      'v1 services',
      'v1 daemonsets.apps',
      'v1 deployments.apps',
      'v1 replicasets.apps',
      'v1 statefulsets.apps',
      'v2 horizontalpodautoscalers.autoscaling',
      'v1 cronjobs.batch',
      'v1 jobs.batch',
    ]);
  });

  test('group and version narrow the search', () => {
    expect(found('events', { group: 'events.k8s.io' })).toEqual(['v1 events.events.k8s.io']);
    expect(found('hpa', { version: 'v1' })).toEqual(['v1 horizontalpodautoscalers.autoscaling']);
    expect(found('pods', { group: 'apps' })).toEqual([]);
  });

  test('a word that means nothing finds nothing', () => {
    expect(
      ['', 'banana', 'pods.apps', 'deployments.v2.apps', '.'].flatMap((word) => found(word)),
    ).toEqual([]);
  });

  test('what is not served is not found', () => {
    expect(scheme.search('workloads')).toEqual([]);
    expect(found('workloads')).toEqual(['v1alpha2 workloads.scheduling.k8s.io']);
  });
});

describe('extensions', () => {
  test('definitions come, are replaced and go, each as one change that listeners hear of', () => {
    const changing = createScheme({ strategies: new Map() });
    const revisions: number[] = [];
    const stop = changing.onChange(() => revisions.push(changing.revision));

    changing.setExtension('widgets', widgets);
    expect(changing.preferred('example.org', 'widgets')?.version).toBe('v1');
    expect(changing.search('wd')).toHaveLength(1);
    expect(changing.type('org.example.v1.Widget')).toBeDefined();
    expect(changing.groups()).toContainEqual({
      group: 'example.org',
      versions: ['v1', 'v1beta1'],
    });

    changing.setExtension('widgets', { ...widgets, definitions: [widget('v1')] });
    expect(changing.versionsOf('example.org', 'widgets')).toHaveLength(1);

    changing.setExtension('widgets', undefined);
    expect(changing.search('widgets')).toEqual([]);
    expect(changing.type('org.example.v1.Widget')).toBeUndefined();
    expect(revisions).toEqual([2, 3, 4]);

    stop();
    changing.setExtension('widgets', widgets);
    expect(revisions).toEqual([2, 3, 4]);
  });

  test('an extension brings its own behaviour', () => {
    const changing = createScheme({ strategies: new Map() });
    const strategy: KindStrategy = { nameRule: 'path-segment' };
    changing.setExtension('widgets', {
      ...widgets,
      strategies: new Map([['example.org/Widget', strategy]]),
    });
    expect(changing.strategy(widget('v1'))).toBe(strategy);
  });

  test('setting what is there already is no change', () => {
    const changing = createScheme({ strategies: new Map() });
    changing.setExtension('widgets', undefined);
    changing.setExtension('widgets', widgets);
    changing.setExtension('widgets', widgets);
    expect(changing.revision).toBe(2);
  });

  test('a definition that is taken is refused and changes nothing', () => {
    const changing = createScheme({ strategies: new Map() });
    const taken = widget('v1', { group: 'apps', resource: 'deployments' });
    expect(() => changing.setExtension('bad', { definitions: [taken], types: [] })).toThrow(
      'apps/v1/deployments is defined twice',
    );
    expect(changing.revision).toBe(1);
    changing.setExtension('widgets', widgets);
    expect(() =>
      changing.setExtension('widgets', { definitions: [widget('v1'), widget('v1')], types: [] }),
    ).toThrow('defined twice');
    expect(changing.search('wd')).toHaveLength(1);
  });

  test('a resource whose storage version is missing is a mistake that is named', () => {
    expect(() => scheme.storageOf(widget('v1beta1'))).toThrow(
      'widgets.example.org has no storage version v1',
    );
  });
});

describe('order', () => {
  test('versions are ordered by maturity, then by number', () => {
    const versions = [
      'foo1',
      'v1alpha1',
      'v11alpha2',
      'v2',
      'v1beta2',
      'v10',
      'v3beta1',
      'v1',
      'bar',
      'v1beta1',
    ];
    expect(versions.sort(compareVersions)).toEqual([
      'v10',
      'v2',
      'v1',
      'v3beta1',
      'v1beta2',
      'v1beta1',
      'v11alpha2',
      'v1alpha1',
      'bar',
      'foo1',
    ]);
    expect(compareVersions('v1', 'v1')).toBe(0);
  });

  test('unknown groups come last, by alphabet', () => {
    expect(['z.io', 'batch', 'a.io', ''].sort(compareGroups)).toEqual([
      '',
      'batch',
      'a.io',
      'z.io',
    ]);
  });

  test.each([
    ['v1', 'stable'],
    ['v2beta3', 'beta'],
    ['v1alpha1', 'alpha'],
    ['anything', 'stable'],
  ])('%s is %s', (version, stability) => {
    expect(stabilityOf(version)).toBe(stability);
  });
});
