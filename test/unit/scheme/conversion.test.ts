import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fromStorage, hasConversion, toStorage } from '../../../src/scheme/conversion/convert.ts';
import { decodeObject } from '../../../src/scheme/decode.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import type { ResourceDefinition } from '../../../src/scheme/resource.ts';
import { createScheme, type Scheme } from '../../../src/scheme/scheme.ts';
import type { FieldType } from '../../../src/scheme/structural-schema.ts';
import { arbitraryObject } from '../../support/arbitrary-object.ts';
import { withImplied, withoutEmpty } from '../../support/implied-fields.ts';

const scheme = createScheme({ strategies: new Map(), runtimeConfig: 'api/all=true' });

/** Every version that is not the one its objects are stored in. */
const OTHER_VERSIONS = scheme
  .definitions()
  .filter((definition) => scheme.storageOf(definition) !== definition)
  .map((definition) => [nameOf(definition), definition] as const);

function nameOf({ group, version, kind }: ResourceDefinition): string {
  return `${group}/${version} ${kind}`;
}

function definitionOf(group: string, version: string, kind: string): ResourceDefinition {
  const definition = scheme.findByKind(group, version, kind);
  if (!definition) throw new Error(`no ${kind}`);
  return definition;
}

function decode(definition: ResourceDefinition, input: unknown): ApiObject {
  return decodeObject(scheme, definition, input, { fieldValidation: 'Strict' }).object;
}

/** Versions with the fields of the storage version, of which one means something else. */
const OTHER_MEANING = new Set([
  'flowcontrol.apiserver.k8s.io/v1beta3 PriorityLevelConfiguration',
  'policy/v1beta1 PodDisruptionBudget',
]);

function sameStructure(a: string, b: string, seen = new Set<string>()): boolean {
  const pair = `${a} ${b}`;
  if (a === b || seen.has(pair)) return true;
  seen.add(pair);
  const left = scheme.type(a)?.fields ?? {};
  const right = scheme.type(b)?.fields ?? {};
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => {
    const [one, other] = [left[name], right[name]];
    return one && other && sameType(one.type, other.type, seen);
  });
}

function sameType(a: FieldType, b: FieldType, seen: Set<string>): boolean {
  if (a.kind === 'ref' && b.kind === 'ref') return sameStructure(a.name, b.name, seen);
  if (a.kind === 'list' && b.kind === 'list') return sameType(a.items, b.items, seen);
  if (a.kind === 'map' && b.kind === 'map') return sameType(a.values, b.values, seen);
  return JSON.stringify(a) === JSON.stringify(b);
}

describe('conversion between versions', () => {
  test('there are versions to convert', () => {
    expect(OTHER_VERSIONS.length).toBeGreaterThanOrEqual(17);
  });

  test.each(OTHER_VERSIONS)(
    '%s is converted by hand exactly if its fields differ',
    (_, definition) => {
      const storage = scheme.storageOf(definition);
      const isSame =
        sameStructure(definition.schemaName, storage.schemaName) &&
        !OTHER_MEANING.has(nameOf(definition));
      expect(hasConversion(definition)).toBe(!isSame);
    },
  );

  test.each(OTHER_VERSIONS)('%s loses nothing by being stored', (_, definition) => {
    const storage = scheme.storageOf(definition);
    fc.assert(
      fc.property(arbitraryObject(scheme, definition), (input) => {
        const object = withImplied(definition, decode(definition, input));
        const stored = toStorage(scheme, definition, object);
        expect(withoutEmpty(decode(storage, stored))).toEqual(withoutEmpty(stored));
        expect(fromStorage(scheme, definition, stored)).toEqual(object);
      }),
      { numRuns: hasConversion(definition) ? 40 : 3 },
    );
  });

  test.each(OTHER_VERSIONS)(
    'what is stored loses nothing by being written back as %s',
    (_, definition) => {
      const storage = scheme.storageOf(definition);
      fc.assert(
        fc.property(arbitraryObject(scheme, storage), (input) => {
          const stored = withImplied(storage, decode(storage, input));
          const shown = fromStorage(scheme, definition, stored);
          expect(withoutEmpty(decode(definition, shown))).toEqual(withoutEmpty(shown));
          expect(toStorage(scheme, definition, shown)).toEqual(stored);
        }),
        { numRuns: hasConversion(definition) ? 40 : 3 },
      );
    },
  );
});

describe('identity and memory', () => {
  const v1 = definitionOf('networking.k8s.io', 'v1', 'IPAddress');
  const beta = definitionOf('networking.k8s.io', 'v1beta1', 'IPAddress');
  const stored = decode(v1, {
    metadata: { name: '10.0.0.1' },
    spec: { parentRef: { name: 's', resource: 'services' } },
  });

  test('an object of the storage version is not copied', () => {
    expect(toStorage(scheme, v1, stored)).toBe(stored);
    expect(fromStorage(scheme, v1, stored)).toBe(stored);
  });

  test('versions with equal fields share all but the apiVersion', () => {
    const shown = fromStorage(scheme, beta, stored);
    expect(shown).toEqual({ ...stored, apiVersion: 'networking.k8s.io/v1beta1' });
    expect(shown.metadata).toBe(stored.metadata);
  });

  test('a stored object is converted once for all its readers', () => {
    expect(fromStorage(scheme, beta, stored)).toBe(fromStorage(scheme, beta, stored));
    expect(fromStorage(scheme, beta, { ...stored })).not.toBe(fromStorage(scheme, beta, stored));
  });
});

describe('the two Event kinds', () => {
  const core = definitionOf('', 'v1', 'Event');
  const events = definitionOf('events.k8s.io', 'v1', 'Event');

  test('an events.k8s.io Event is stored as a core Event under its old names', () => {
    const event = decode(events, {
      metadata: { name: 'e', namespace: 'default' },
      eventTime: '2026-01-31T08:00:00.000000Z',
      note: 'Scaled up',
      regarding: { kind: 'Deployment', name: 'web' },
      reportingController: 'deployment-controller',
      deprecatedCount: 3,
    });
    expect(toStorage(scheme, events, event)).toEqual({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'default' },
      eventTime: '2026-01-31T08:00:00.000000Z',
      message: 'Scaled up',
      involvedObject: { kind: 'Deployment', name: 'web' },
      reportingComponent: 'deployment-controller',
      count: 3,
    });
  });

  test('what a series says is the same in both', () => {
    const event = decode(events, {
      metadata: { name: 'e', namespace: 'default' },
      eventTime: '2026-01-31T08:00:00.000000Z',
      regarding: { kind: 'Pod', name: 'web' },
      related: { kind: 'Node', name: 'node-1' },
      series: { count: 2, lastObservedTime: '2026-01-31T08:05:00.000000Z' },
    });
    const stored = toStorage(scheme, events, event);
    expect(stored).toMatchObject({
      related: { kind: 'Node', name: 'node-1' },
      series: { count: 2, lastObservedTime: '2026-01-31T08:05:00.000000Z' },
    });
    expect(fromStorage(scheme, events, stored)).toEqual(event);
  });

  test('both resources are stored in one place', () => {
    expect(scheme.storageOf(events)).toBe(core);
  });
});

describe('HorizontalPodAutoscaler', () => {
  const v1 = definitionOf('autoscaling', 'v1', 'HorizontalPodAutoscaler');
  const v2 = definitionOf('autoscaling', 'v2', 'HorizontalPodAutoscaler');
  const target = { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' };
  const PREFIX = 'autoscaling.alpha.kubernetes.io';
  const cpu = (averageUtilization: number) => ({
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
  });
  const memory = {
    type: 'Resource',
    resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } },
  };

  interface Shown extends ApiObject {
    readonly spec: Record<string, unknown>;
    readonly status?: Record<string, unknown>;
  }

  function asV1(spec: object, status?: object): Shown {
    const stored = decode(v2, {
      metadata: { name: 'web' },
      spec: { maxReplicas: 5, scaleTargetRef: target, ...spec },
      ...(status ? { status: { desiredReplicas: 1, ...status } } : {}),
    });
    return fromStorage(scheme, v1, stored) as Shown;
  }

  function asV2(spec: object, annotations: Record<string, string>): Shown {
    const object = decode(v1, {
      metadata: { name: 'web', annotations },
      spec: { maxReplicas: 5, scaleTargetRef: target, ...spec },
    });
    return toStorage(scheme, v1, object) as Shown;
  }

  test('the CPU target of v1 is a resource metric of v2', () => {
    const stored = asV2({ targetCPUUtilizationPercentage: 70 }, {});
    expect(stored.spec).toEqual({ maxReplicas: 5, scaleTargetRef: target, metrics: [cpu(70)] });
  });

  test('other metrics travel in the annotation in the flat shape of v1', () => {
    const shown = asV1({ metrics: [cpu(70), memory] });
    expect(shown.spec.targetCPUUtilizationPercentage).toBe(70);
    expect(JSON.parse(shown.metadata.annotations?.[`${PREFIX}/metrics`] ?? '')).toEqual([
      { type: 'Resource', resource: { name: 'memory', targetAverageValue: '1Gi' } },
    ]);
  });

  test('a v1 client that changes the CPU target keeps the place of the metric', () => {
    const shown = asV1({ metrics: [memory, cpu(70)] });
    const changed = { ...shown, spec: { ...shown.spec, targetCPUUtilizationPercentage: 90 } };
    const stored = toStorage(scheme, v1, changed) as Shown;
    expect(stored.spec.metrics).toEqual([memory, cpu(90)]);
  });

  test('the annotation that Kubernetes writes for an object metric is understood', () => {
    const flat = [
      {
        type: 'Object',
        object: { target, metricName: 'hits', targetValue: '0', averageValue: '10' },
      },
      { type: 'Pods', pods: { metricName: 'qps', targetAverageValue: '5' } },
      { type: 'External', external: { metricName: 'queue', targetValue: '30' } },
    ];
    const stored = asV2({}, { [`${PREFIX}/metrics`]: JSON.stringify(flat) });
    expect(stored.spec.metrics).toEqual([
      {
        type: 'Object',
        object: {
          describedObject: target,
          metric: { name: 'hits' },
          target: { type: 'AverageValue', averageValue: '10' },
        },
      },
      {
        type: 'Pods',
        pods: { metric: { name: 'qps' }, target: { type: 'AverageValue', averageValue: '5' } },
      },
      {
        type: 'External',
        external: { metric: { name: 'queue' }, target: { type: 'Value', value: '30' } },
      },
    ]);
    expect(stored.metadata.annotations).toBeUndefined();
  });

  test('no list of metrics loses an entry or its order by way of v1', () => {
    const pool = [
      cpu(70),
      cpu(80),
      memory,
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Value', value: '2' } } },
      {
        type: 'ContainerResource',
        containerResource: {
          name: 'cpu',
          container: 'web',
          target: { type: 'Utilization', averageUtilization: 50 },
        },
      },
      {
        type: 'External',
        external: { metric: { name: 'q' }, target: { type: 'Value', value: '3' } },
      },
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pool), { minLength: 1, maxLength: 5 }), (metrics) => {
        const stored = toStorage(scheme, v1, asV1({ metrics })) as Shown;
        expect(stored.spec.metrics).toEqual(metrics);
      }),
    );
  });

  test('the behavior is written with the field names of Go', () => {
    const shown = asV1({ behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } });
    expect(shown.metadata.annotations?.[`${PREFIX}/behavior`]).toBe(
      '{"ScaleDown":{"StabilizationWindowSeconds":60}}',
    );
  });

  test('nulls in the behavior annotation are no fields', () => {
    const stored = asV2(
      {},
      { [`${PREFIX}/behavior`]: '{"ScaleUp":{"Policies":null,"SelectPolicy":"Max"}}' },
    );
    expect(stored.spec.behavior).toEqual({ scaleUp: { selectPolicy: 'Max' } });
  });

  test('conditions and current metrics of v2 travel in annotations', () => {
    const conditions = [{ type: 'AbleToScale', status: 'True' }];
    const currentMetrics = [
      {
        type: 'Resource',
        resource: { name: 'cpu', current: { averageUtilization: 40, averageValue: '20m' } },
      },
    ];
    const shown = asV1({}, { conditions, currentMetrics });
    expect(shown.status).toEqual({
      currentReplicas: 0,
      desiredReplicas: 1,
      currentCPUUtilizationPercentage: 40,
    });
    const stored = toStorage(scheme, v1, shown) as Shown;
    expect(stored.status).toEqual({
      currentReplicas: 0,
      desiredReplicas: 1,
      conditions,
      currentMetrics,
    });
  });

  test('an annotation that cannot be read stays where it is', () => {
    const annotations = {
      [`${PREFIX}/metrics`]: 'not json',
      [`${PREFIX}/conditions`]: '{"a":1}',
      own: 'x',
    };
    const stored = asV2({}, annotations);
    expect(stored.metadata.annotations).toEqual(annotations);
    expect(stored.spec.metrics).toBeUndefined();
  });
});

test('a custom resource without a conversion only changes its apiVersion', () => {
  const custom = createScheme({ strategies: new Map() });
  const [v1, v2] = addWidgets(custom);
  const widget = { apiVersion: 'example.org/v1', kind: 'Widget', metadata: { name: 'w' }, size: 3 };
  const stored = toStorage(custom, v1, widget);
  expect(stored).toEqual({ ...widget, apiVersion: 'example.org/v2' });
  expect(fromStorage(custom, v1, stored)).toEqual(widget);
  expect(fromStorage(custom, v2, stored)).toBe(stored);
});

function addWidgets(target: Scheme): [ResourceDefinition, ResourceDefinition] {
  const widget = (version: string): ResourceDefinition => ({
    group: 'example.org',
    version,
    resource: 'widgets',
    kind: 'Widget',
    listKind: 'WidgetList',
    singular: 'widget',
    shortNames: [],
    categories: [],
    namespaced: true,
    verbs: ['get'],
    subresources: [],
    schemaName: `org.example.${version}.Widget`,
    stability: 'stable',
    storageVersion: 'v2',
  });
  const definitions = [widget('v1'), widget('v2')] as [ResourceDefinition, ResourceDefinition];
  target.setExtension('widgets', { definitions, types: [] });
  return definitions;
}
