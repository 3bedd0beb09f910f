import { describe, expect, test } from '@jest/globals';
import { apiextensionsCustomResourceDefinitions as definitions } from '../../../src/scheme/generated/resources.ts';
import { widget, widgetDefinition, widgets } from '../../support/custom-resources.ts';
import { eventually } from '../../support/eventually.ts';
import { GraphqlRequestError } from '../../support/graphql-client.ts';
import { type TestGraphql, testGraphql } from '../../support/graphql-server.ts';

const NAME = { name: 'widgets.example.com' };

const define = ({ api }: TestGraphql) => api.client.create(definitions, widgetDefinition());

const fieldsOf = async ({ client }: TestGraphql, type: string): Promise<string[] | undefined> => {
  const { __type } = await client.request<{ __type: { fields: { name: string }[] } | null }>(
    'query ($type: String!) { __type(name: $type) { fields { name } } }',
    { type },
  );
  return __type?.fields.map(({ name }) => name);
};

const MANIFEST = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.com
spec:
  group: example.com
  scope: Namespaced
  names: { plural: widgets, kind: Widget, shortNames: [wd], categories: [all] }
  versions:
    - name: v1
      served: true
      storage: true
      additionalPrinterColumns:
        - { name: Size, type: integer, jsonPath: .spec.size }
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [size]
              properties:
                size: { type: integer, format: int32 }
---
apiVersion: example.com/v1
kind: Widget
metadata:
  name: first
spec:
  size: 4
`;

const APPLY = 'mutation ($manifest: String!) { apply(manifest: $manifest) { message operation } }';

describe('the GraphQL schema', () => {
  test('shows a definition from the moment that its creation is answered', async () => {
    await using plane = await testGraphql();
    await define(plane);
    expect(await fieldsOf(plane, 'Example_comV1WidgetSpec')).toEqual(['size', 'colour']);
  });

  test('follows a change of the definition', async () => {
    await using plane = await testGraphql();
    await define(plane);
    await plane.api.client.patch(definitions, NAME, {
      type: 'json',
      operations: [
        {
          op: 'add',
          path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/weight',
          value: { type: 'number' },
        },
      ],
    });
    expect(await fieldsOf(plane, 'Example_comV1WidgetSpec')).toEqual(['size', 'colour', 'weight']);
  });

  test('loses a definition that is deleted', async () => {
    await using plane = await testGraphql();
    await define(plane);
    await plane.api.client.delete(definitions, NAME);
    await eventually(
      () => fieldsOf(plane, 'Example_comV1Widget'),
      (fields) => expect(fields).toBeUndefined(),
    );
    await expect(
      plane.client.request('{ example_com { v1 { widgets { items { kind } } } } }'),
    ).rejects.toThrow(GraphqlRequestError);
  });

  test('changes without disturbing the subscriptions that are open', async () => {
    await using plane = await testGraphql();
    const stream = plane.client.subscribe<{
      watchCoreV1ConfigMaps: { object: { metadata: { name: string } } };
    }>(
      'subscription { watchCoreV1ConfigMaps(namespace: "default") { object { metadata { name } } } }',
    );
    const create = (name: string) =>
      plane.client.request(
        'mutation ($name: String!) { createCoreV1ConfigMap(input: { metadata: { name: $name } }) { kind } }',
        { name },
      );
    await create('before');
    await define(plane);
    await create('between');
    await plane.api.client.delete(definitions, NAME);
    await eventually(
      () => plane.api.scheme.find('example.com', 'v1', 'widgets'),
      (definition) => expect(definition).toBeUndefined(),
    );
    await create('after');
    await eventually(
      () => stream.results.map(({ watchCoreV1ConfigMaps: { object } }) => object.metadata.name),
      (names) => expect(names).toEqual(['before', 'between', 'after']),
    );
    stream.stop();
  });

  test('lets every operation be done to a custom resource', async () => {
    await using plane = await testGraphql();
    await plane.api.client.create(
      definitions,
      widgetDefinition({
        version: {
          subresources: {
            status: {},
            scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.n' },
          },
          selectableFields: [{ jsonPath: '.spec.colour' }],
        },
      }),
    );
    const { client } = plane;
    await client.request(`mutation {
      a: createExample_comV1Widget(input: { metadata: { name: "a" }, spec: { size: 3, colour: green } }) { kind }
      b: createExample_comV1Widget(input: { metadata: { name: "b" }, spec: { size: 1 } }) { kind }
      update: updateExample_comV1Widget(input: { metadata: { name: "b" }, spec: { size: 2 } }) { spec { size } }
      patch: patchExample_comV1Widget(namespace: "default", name: "b", patch: { spec: { size: 5 } }) { spec { size } }
      status: updateExample_comV1WidgetStatus(input: { metadata: { name: "b" }, spec: { size: 9 }, status: { n: 7 } }) { spec { size } status }
      scale: scaleExample_comV1Widget(namespace: "default", name: "b", replicas: 6) { spec { size } }
    }`);
    const lists = await client.request(`{
      example_com { v1 {
        where: widgets(where: { path: "spec.size", greaterThan: 4 }) { items { metadata { name } status } }
        ordered: widgets(orderBy: [{ path: "spec.size", direction: DESC }]) { items { spec { size } } }
        selected: widgets(fieldSelector: "spec.colour=green") { items { metadata { name } } }
        widget(namespace: "default", name: "a") { apiVersion kind spec { colour } }
      } }
    }`);
    expect(lists).toMatchObject({
      example_com: {
        v1: {
          where: { items: [{ metadata: { name: 'b' }, status: { n: 7 } }] },
          ordered: { items: [{ spec: { size: 6 } }, { spec: { size: 3 } }] },
          selected: { items: [{ metadata: { name: 'a' } }] },
          widget: { apiVersion: 'example.com/v1', kind: 'Widget', spec: { colour: 'green' } },
        },
      },
    });
    await client.request(
      'mutation { deleteExample_comV1Widget(namespace: "default", name: "a") { deleted } deleteCollectionExample_comV1Widget(namespace: "default") }',
    );
    expect((await plane.api.client.list(widgets)).items).toEqual([]);
  });
});

describe('a manifest', () => {
  test('may hold a definition and its objects', async () => {
    await using plane = await testGraphql();
    const { apply } = await plane.client.request<{ apply: unknown }>(APPLY, { manifest: MANIFEST });
    expect(apply).toEqual([
      {
        message: 'customresourcedefinition.apiextensions.k8s.io/widgets.example.com created',
        operation: 'CREATED',
      },
      { message: 'widget.example.com/first created', operation: 'CREATED' },
    ]);
    const again = await plane.client.request<{ apply: unknown }>(APPLY, { manifest: MANIFEST });
    expect(again.apply).toEqual([
      expect.objectContaining({ operation: 'UNCHANGED' }),
      expect.objectContaining({ operation: 'UNCHANGED' }),
    ]);
  });
});

describe('tools that do not know the kinds', () => {
  test('find custom resources by every name, with their columns', async () => {
    await using plane = await testGraphql();
    await plane.client.request(APPLY, { manifest: MANIFEST });
    for (const name of [
      'widgets',
      'widget',
      'wd',
      'Widget',
      'widgets.example.com',
      'widgets.v1.example.com',
    ]) {
      const { apiResources } = await plane.client.request<{ apiResources: unknown }>(
        'query ($name: String!) { apiResources(name: $name) { name kind group version typeName shortNames namespaced } }',
        { name },
      );
      expect(apiResources).toEqual([
        {
          name: 'widgets',
          kind: 'Widget',
          group: 'example.com',
          version: 'v1',
          typeName: 'Example_comV1Widget',
          shortNames: ['wd'],
          namespaced: true,
        },
      ]);
    }
    const { apiResources } = await plane.client.request<{ apiResources: { name: string }[] }>(
      '{ apiResources(name: "all") { name } }',
    );
    expect(apiResources.map(({ name }) => name)).toContain('widgets');
  });
});

test('an object of a kind that just went is not found, not lost', async () => {
  await using plane = await testGraphql();
  await define(plane);
  await plane.api.client.create(widgets, widget('a'));
  await plane.api.client.delete(definitions, NAME);
  await eventually(() =>
    expect(
      plane.api.client.get(widgets, { namespace: 'default', name: 'a' }),
    ).rejects.toMatchObject({
      reason: 'NotFound',
    }),
  );
});
