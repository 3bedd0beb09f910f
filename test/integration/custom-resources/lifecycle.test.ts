import { describe, expect, test } from '@jest/globals';
import {
  installDefinition,
  widget,
  widgetDefinition,
  widgets,
} from '../../support/custom-resources.ts';
import { eventually } from '../../support/eventually.ts';
import { testGraphql } from '../../support/graphql-server.ts';
import { testApi } from '../../support/plane.ts';

describe('a custom resource', () => {
  test('is served once its definition is established', async () => {
    await using api = await testApi();
    const definition = await installDefinition(api, widgetDefinition());
    expect(definition.status).toMatchObject({
      acceptedNames: {
        plural: 'widgets',
        singular: 'widget',
        kind: 'Widget',
        listKind: 'WidgetList',
      },
      storedVersions: ['v1'],
      conditions: [
        { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts' },
        { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' },
      ],
    });
    const created = await api.client.create(widgets, widget('a'));
    expect(created).toMatchObject({
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'a', generation: 1 },
      spec: { size: 1, colour: 'red' },
    });
    const { items, kind } = await api.client.list(widgets);
    expect(kind).toBe('WidgetList');
    expect(items).toEqual([created]);
  });
});

describe('the GraphQL schema', () => {
  test('has the fields of a new definition, typed, without a restart', async () => {
    await using plane = await testGraphql();
    await installDefinition(plane.api, widgetDefinition());
    const { createExample_comV1Widget: created } = await plane.client.request<
      Record<string, unknown>
    >(`
      mutation {
        createExample_comV1Widget(input: { metadata: { name: "a" }, spec: { size: 3 } }) {
          metadata { name }
          spec { size colour }
        }
      }`);
    expect(created).toEqual({ metadata: { name: 'a' }, spec: { size: 3, colour: 'red' } });
    const answer = await plane.client.request(`
      { example_com { v1 { widgets { items { metadata { name namespace } spec { size } } } } } }`);
    expect(answer).toEqual({
      example_com: {
        v1: {
          widgets: {
            items: [{ metadata: { name: 'a', namespace: 'default' }, spec: { size: 3 } }],
          },
        },
      },
    });
    const { __type } = await plane.client.request<{ __type: { fields: unknown } }>(`
      { __type(name: "Example_comV1WidgetSpec") { fields { name description type { kind name } } } }`);
    expect(__type.fields).toEqual([
      expect.objectContaining({ name: 'size', type: { kind: 'SCALAR', name: 'Int' } }),
      expect.objectContaining({
        name: 'colour',
        type: { kind: 'ENUM', name: 'Example_comV1WidgetSpecColour' },
      }),
    ]);
  });

  test('watches custom resources as any other', async () => {
    await using plane = await testGraphql();
    await installDefinition(plane.api, widgetDefinition());
    const stream = plane.client.subscribe<Record<string, { type: string; object: unknown }>>(
      'subscription { watchExample_comV1Widgets { type object { metadata { name } spec { colour } } } }',
    );
    await plane.api.client.create(widgets, widget('a'));
    await eventually(
      () => stream.results,
      (results) =>
        expect(results).toEqual([
          {
            watchExample_comV1Widgets: {
              type: 'ADDED',
              object: { metadata: { name: 'a' }, spec: { colour: 'red' } },
            },
          },
        ]),
    );
    stream.stop();
  });
});
