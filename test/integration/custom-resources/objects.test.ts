import { describe, expect, test } from '@jest/globals';
import { apiextensionsCustomResourceDefinitions as definitions } from '../../../src/scheme/generated/resources.ts';
import type {
  CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from '../../../src/scheme/generated/types/apiextensions-v1.ts';
import type { ResourceDefinition } from '../../../src/scheme/resource.ts';
import { tableOf } from '../../../src/scheme/table.ts';
import {
  installDefinition,
  WIDGET_SPEC,
  type Widget,
  widget,
  widgetDefinition,
  widgets,
} from '../../support/custom-resources.ts';
import { eventually } from '../../support/eventually.ts';
import { type TestApi, testApi } from '../../support/plane.ts';

function served({ scheme }: TestApi): ResourceDefinition {
  const { group, version, resource } = widgets;
  return scheme.find(group, version, resource) as ResourceDefinition;
}

const A = { namespace: 'default', name: 'a' };

const SCALABLE: JSONSchemaProps = {
  type: 'object',
  properties: {
    size: { type: 'integer' },
    colour: { type: 'string' },
    pool: { type: 'object', properties: { wanted: { type: 'integer', minimum: 0 } } },
  },
};

async function withWidgets(
  version: Partial<CustomResourceDefinitionVersion>,
  spec = SCALABLE,
): Promise<TestApi> {
  const api = await testApi();
  await installDefinition(api, widgetDefinition({ version, spec }));
  return api;
}

const withStatus = { subresources: { status: {} } };

describe('a custom object', () => {
  test('is refused with every cause, in the words of Kubernetes', async () => {
    await using api = await withWidgets({}, WIDGET_SPEC);
    const refused = api.client.create(widgets, {
      metadata: { name: 'A', namespace: 'default' },
      spec: { size: 0, colour: 'blue' },
    });
    await expect(refused).rejects.toMatchObject({
      reason: 'Invalid',
      message: expect.stringContaining(
        'Widget.example.com "A" is invalid: [metadata.name: Invalid value: "A": ',
      ),
      details: {
        causes: expect.arrayContaining([
          {
            reason: 'FieldValueInvalid',
            field: 'spec.size',
            message: 'Invalid value: 0: spec.size in body should be greater than or equal to 1',
          },
          {
            reason: 'FieldValueNotSupported',
            field: 'spec.colour',
            message: 'Unsupported value: "blue": supported values: "red", "green"',
          },
        ]),
      },
    });
    expect((await api.client.list(widgets)).items).toEqual([]);
  });

  test('with a field that nobody knows is refused, told of, or pruned, as the client asks', async () => {
    await using api = await withWidgets({}, WIDGET_SPEC);
    const odd = widget('a', { size: 1, sizes: 2, deep: { x: 1 } });
    await expect(api.client.create(widgets, odd)).rejects.toMatchObject({
      reason: 'BadRequest',
      message:
        'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.sizes", unknown field "spec.deep"',
    });
    const warnings: string[] = [];
    const created = await api.client.create(widgets, odd, {
      fieldValidation: 'Warn',
      onWarning: (warning) => warnings.push(warning),
    });
    expect(created.spec).toEqual({ size: 1, colour: 'red' });
    expect(warnings).toEqual(['unknown field "spec.sizes"', 'unknown field "spec.deep"']);
    const ignored = await api.client.create(
      widgets,
      { ...odd, metadata: { ...odd.metadata, name: 'b' } },
      { fieldValidation: 'Ignore' },
    );
    expect(ignored.spec).toEqual({ size: 1, colour: 'red' });
  });

  test('shows the defaults of the definition as it is now, also when it was stored before', async () => {
    await using api = await withWidgets(
      {},
      { type: 'object', properties: { size: { type: 'integer' }, old: { type: 'string' } } },
    );
    await api.client.create(widgets, widget('a', { size: 1, old: 'x' }));
    await api.client.patch(
      definitions,
      { name: 'widgets.example.com' },
      {
        type: 'json',
        operations: [
          {
            op: 'remove',
            path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/old',
          },
          {
            op: 'add',
            path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/mode',
            value: { type: 'string', default: 'fast' },
          },
        ],
      },
    );
    await eventually(
      () => api.client.get(widgets, A),
      ({ spec }) => expect(spec).toEqual({ size: 1, mode: 'fast' }),
    );
    const { items } = await api.client.list(widgets);
    expect(items[0]?.spec).toEqual({ size: 1, mode: 'fast' });
    const events: Widget[] = [];
    const handle = await api.client.watch(
      widgets,
      {},
      {
        onEvents: (batch) => events.push(...batch.map(({ object }) => object)),
        onClose: () => undefined,
      },
    );
    expect(events.map(({ spec }) => spec)).toEqual([{ size: 1, mode: 'fast' }]);
    handle.stop();
  });

  test('that was right under an older schema can be changed where it is still right', async () => {
    await using api = await withWidgets(
      {},
      { type: 'object', properties: { size: { type: 'integer' }, note: { type: 'string' } } },
    );
    await api.client.create(widgets, widget('a', { size: 500 }));
    await api.client.patch(
      definitions,
      { name: 'widgets.example.com' },
      {
        type: 'json',
        operations: [
          {
            op: 'add',
            path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size/maximum',
            value: 10,
          },
        ],
      },
    );
    const change = (spec: object) =>
      api.client.patch(widgets, A, { type: 'merge', patch: { spec } });
    await eventually(() =>
      expect(change({ size: 501 })).rejects.toMatchObject({ reason: 'Invalid' }),
    );
    expect((await change({ note: 'x' })).spec).toEqual({ size: 500, note: 'x' });
  });

  test('takes JSON patches and merge patches, and no strategic ones', async () => {
    await using api = await withWidgets({});
    await api.client.create(widgets, widget('a', { size: 1, colour: 'red' }));
    const merged = await api.client.patch(widgets, A, {
      type: 'merge',
      patch: { spec: { colour: null, size: 2 } },
    });
    expect(merged.spec).toEqual({ size: 2 });
    const patched = await api.client.patch(widgets, A, {
      type: 'json',
      operations: [
        { op: 'test', path: '/spec/size', value: 2 },
        { op: 'replace', path: '/spec/size', value: 3 },
      ],
    });
    expect(patched.spec).toEqual({ size: 3 });
    await expect(
      api.client.patch(widgets, A, { type: 'strategic', patch: { spec: { size: 4 } } }),
    ).rejects.toMatchObject({
      reason: 'UnsupportedMediaType',
      message:
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    });
  });
});

describe('the status of a custom object', () => {
  test('has a door of its own where the definition says so', async () => {
    await using api = await withWidgets(withStatus);
    const created = await api.client.create(widgets, {
      ...widget('a', { size: 1 }),
      status: { phase: 'no' },
    });
    expect(created.status).toBeUndefined();
    const updated = await api.client.update(
      widgets,
      {
        ...created,
        spec: { size: 9 },
        metadata: { ...created.metadata, labels: { no: 'no' } },
        status: { phase: 'Ready' },
      },
      { subresource: 'status' },
    );
    expect(updated).toMatchObject({
      spec: { size: 1 },
      status: { phase: 'Ready' },
      metadata: { generation: 1 },
    });
    expect(updated.metadata.labels).toBeUndefined();
    const main = await api.client.update(widgets, {
      ...updated,
      spec: { size: 2 },
      status: { phase: 'lost' },
    });
    expect(main).toMatchObject({
      spec: { size: 2 },
      status: { phase: 'Ready' },
      metadata: { generation: 2 },
    });
    const relabelled = await api.client.patch(widgets, A, {
      type: 'merge',
      patch: { metadata: { labels: { a: 'b' } } },
    });
    expect(relabelled.metadata.generation).toBe(2);
  });

  test('is a field like any other where it does not', async () => {
    await using api = await withWidgets({});
    const created = await api.client.create(widgets, {
      ...widget('a', { size: 1 }),
      status: { phase: 'here' },
    });
    expect(created.status).toEqual({ phase: 'here' });
    const changed = await api.client.patch(widgets, A, {
      type: 'merge',
      patch: { status: { phase: 'there' } },
    });
    expect(changed.metadata.generation).toBe(2);
    await expect(
      api.client.update(widgets, created, { subresource: 'status' }),
    ).rejects.toMatchObject({ reason: 'MethodNotAllowed' });
  });
});

describe('the scale of a custom object', () => {
  test('reads and writes the numbers that the definition points at', async () => {
    await using api = await withWidgets({
      subresources: {
        status: {},
        scale: {
          specReplicasPath: '.spec.pool.wanted',
          statusReplicasPath: '.status.ready',
          labelSelectorPath: '.status.selector',
        },
      },
    });
    const created = await api.client.create(widgets, widget('a', { size: 1 }));
    await api.client.update(
      widgets,
      { ...created, status: { ready: 2, selector: 'app=a' } },
      { subresource: 'status' },
    );
    const scale = await api.client.get(widgets, { ...A, subresource: 'scale' } as typeof A);
    expect(scale).toMatchObject({
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      spec: { replicas: 0 },
      status: { replicas: 2, selector: 'app=a' },
    });
    const scaled = await api.client.patch(
      widgets,
      A,
      { type: 'merge', patch: { spec: { replicas: 5 } } },
      { subresource: 'scale' },
    );
    expect(scaled).toMatchObject({ kind: 'Scale', spec: { replicas: 5 } });
    const whole = await api.client.get(widgets, A);
    expect(whole).toMatchObject({
      spec: { size: 1, pool: { wanted: 5 } },
      metadata: { generation: 2 },
    });
    await expect(
      api.client.patch(
        widgets,
        A,
        { type: 'merge', patch: { spec: { replicas: -1 } } },
        { subresource: 'scale' },
      ),
    ).rejects.toMatchObject({ reason: 'Invalid' });
  });
});

describe('lists of custom objects', () => {
  test('are chosen by the fields that the definition lets be selected by', async () => {
    await using api = await withWidgets({
      selectableFields: [{ jsonPath: '.spec.colour' }, { jsonPath: '.spec.size' }],
    });
    await api.client.create(widgets, widget('a', { size: 1, colour: 'red' }));
    await api.client.create(widgets, widget('b', { size: 2, colour: 'red' }));
    await api.client.create(widgets, widget('c', { size: 2 }));
    const names = async (fieldSelector: string) =>
      (await api.client.list(widgets, { fieldSelector })).items.map(
        ({ metadata }) => metadata.name,
      );
    expect(await names('spec.colour=red')).toEqual(['a', 'b']);
    expect(await names('spec.colour=red,spec.size=2')).toEqual(['b']);
    expect(await names('spec.colour!=red')).toEqual(['c']);
    expect(await names('spec.colour=')).toEqual(['c']);
    expect(await names('metadata.name=b')).toEqual(['b']);
    await expect(names('spec.pool=x')).rejects.toMatchObject({ reason: 'BadRequest' });
  });

  test('show the columns of the definition', async () => {
    await using api = await withWidgets({
      additionalPrinterColumns: [
        { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
        {
          name: 'Ready',
          type: 'string',
          jsonPath: '.status.conditions[?(@.type=="Ready")].status',
        },
        { name: 'Words', type: 'string', jsonPath: '.status.words', priority: 1 },
        { name: 'Since', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        { name: 'Odd', type: 'date', jsonPath: '.spec.colour' },
        { name: 'On', type: 'boolean', jsonPath: '.status.on' },
      ],
    });
    const created = await api.client.create(widgets, {
      ...widget('a', { size: 3, colour: 'red' }),
      status: { conditions: [{ type: 'Ready', status: 'True' }], words: ['x', 'y'], on: false },
    });
    const table = tableOf(api.scheme, served(api), { wide: true });
    expect(table.columns.map(({ name }) => name)).toEqual([
      'Name',
      'Size',
      'Ready',
      'Words',
      'Since',
      'Odd',
      'On',
    ]);
    expect(table.row(created, Date.now()).cells).toEqual([
      'a',
      3,
      'True',
      '["x","y"]',
      expect.stringMatching(/^\d+s$/),
      '<invalid>',
      false,
    ]);
    const narrow = tableOf(api.scheme, served(api));
    expect(narrow.columns.map(({ name }) => name)).not.toContain('Words');
  });
});
