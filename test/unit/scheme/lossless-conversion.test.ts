import { describe, expect, test } from '@jest/globals';
import { fromStorage, toStorage } from '../../../src/scheme/conversion/convert.ts';
import { decodeKind, decodeObject } from '../../../src/scheme/decode.ts';
import { type ApiObject, toApiVersion } from '../../../src/scheme/object.ts';
import { createScheme } from '../../../src/scheme/scheme.ts';

const scheme = createScheme({ strategies: new Map(), runtimeConfig: 'api/all=true' });
const metadata = { name: 'web' };
const ref = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

function store(input: object): ApiObject {
  const definition = decodeKind(scheme, input);
  const { object } = decodeObject(scheme, definition, input, { fieldValidation: 'Strict' });
  return toStorage(scheme, definition, object);
}

function show(apiVersion: string, stored: ApiObject): ApiObject {
  return fromStorage(scheme, decodeKind(scheme, { apiVersion, kind: stored.kind }), stored);
}

describe('what a version cannot say', () => {
  const both = { type: 'Value', value: '2', averageValue: '3' };
  const stored = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: {
      maxReplicas: 3,
      scaleTargetRef: ref,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: both } }],
    },
  };

  interface Shown extends ApiObject {
    spec: { maxReplicas: number; metrics: { resource: { targetAverageValue?: string } }[] };
  }

  const shown = () => structuredClone(show('autoscaling/v2beta1', stored)) as Shown;

  test('travels in an annotation and comes back', () => {
    expect(Object.keys(shown().metadata.annotations ?? {})).toEqual([
      'conversion.orrery.dev/stored',
    ]);
    expect(store(shown())).toEqual(stored);
  });

  test('comes back although another field was changed', () => {
    const changed = shown();
    changed.spec.maxReplicas = 9;
    expect(store(changed)).toEqual({ ...stored, spec: { ...stored.spec, maxReplicas: 9 } });
  });

  test('leaves the field itself to whoever changes it', () => {
    const changed = shown();
    for (const { resource } of changed.spec.metrics) resource.targetAverageValue = '7';
    const { spec, metadata: after } = store(changed) as Shown;
    // The fields that v2beta1 does not show are nobody's change.
    const target = { ...both, averageValue: '7' };
    expect(spec.metrics).toEqual([{ type: 'Resource', resource: { name: 'cpu', target } }]);
    expect(after).toEqual(metadata);
  });

  test.each([
    '',
    'no json',
    '{}',
    '[1]',
    '[{"path":[]}]',
    '[{"path":["metadata","name"],"was":"x"}]',
    '[{"path":["spec","nothing","there"],"was":1}]',
  ])('is nothing when the annotation is %j', (annotation) => {
    const changed = shown();
    changed.metadata.annotations = { 'conversion.orrery.dev/stored': annotation };
    const { metadata: after, spec } = store(changed) as Shown;
    expect(after).toEqual(metadata);
    expect(spec.maxReplicas).toBe(3);
  });
});

test.each(
  scheme
    .definitions()
    .filter(({ subresources }) => subresources.some(({ name }) => name === 'status'))
    .map(
      (definition) =>
        [`${definition.group}/${definition.version} ${definition.kind}`, definition] as const,
    ),
)('a status of %s is converted without the rest of the object', (_, definition) => {
  const { group, version, kind } = definition;
  const apiVersion = toApiVersion(group, version);
  const part = { apiVersion, kind, metadata: {}, status: {} };
  const converted = toStorage(scheme, definition, part) as ApiObject & { status?: unknown };
  expect(converted.status).toEqual(kind === 'HorizontalPodAutoscaler' ? expect.anything() : {});
});
