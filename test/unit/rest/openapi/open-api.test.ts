import { beforeAll, describe, expect, test } from '@jest/globals';
import { OpenApiDocuments } from '../../../../src/rest/openapi/open-api-documents.ts';
import type { PublishedSchema } from '../../../../src/rest/openapi/published-schema.ts';
import type { DocumentV2, OperationV2 } from '../../../../src/rest/openapi/render-v2.ts';
import { toExtension } from '../../../../src/scheme/custom-resources/to-extension.ts';
import type { CustomResourceDefinition } from '../../../../src/scheme/generated/types/apiextensions-v1.ts';
import { createScheme } from '../../../../src/scheme/scheme.ts';
import { versionOf, WIDGET_SPEC, widgetDefinition } from '../../../support/custom-resources.ts';
import {
  messagesOf,
  readFields,
  textOf,
  textsOf,
  type WireFields,
} from '../../../support/protobuf-reader.ts';

interface OperationV3 {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string }[];
  readonly requestBody?: { readonly content: Record<string, unknown> };
  readonly 'x-kubernetes-action': string;
  readonly 'x-kubernetes-group-version-kind': { readonly kind: string };
}

interface DocumentV3 {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, OperationV3>>;
  readonly components: { readonly schemas: Record<string, PublishedSchema> };
}

const scheme = createScheme({ strategies: new Map() });
const documents = new OpenApiDocuments({ scheme, gitVersion: 'v1.36.0' });
const CORE = 'io.k8s.api.core.v1';
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Documents are read once, however many tests look at them. */
const parsed = new WeakMap<object, DocumentV3>();

function v3(place: string, from = documents): DocumentV3 {
  const encoded = from.groupVersion(place);
  if (!encoded) throw new Error(`there is no document at ${place}`);
  const known = parsed.get(encoded);
  if (known) return known;
  const document = JSON.parse(encoded.body.toString()) as DocumentV3;
  parsed.set(encoded, document);
  return document;
}

async function v2(from = documents): Promise<DocumentV2> {
  return JSON.parse((await from.wholeAsJson()).body.toString()) as DocumentV2;
}

async function places(from = documents): Promise<Record<string, string>> {
  const index = JSON.parse((await from.index()).body.toString()) as {
    paths: Record<string, { serverRelativeURL: string }>;
  };
  return Object.fromEntries(
    Object.entries(index.paths).map(([place, { serverRelativeURL }]) => [place, serverRelativeURL]),
  );
}

function schemaOf(place: string, name: string): PublishedSchema {
  return v3(place).components.schemas[name] ?? {};
}

/** Every reference in a value, and whether anything stands beside it. */
function referencesIn(value: unknown): { ref: string; isAlone: boolean }[] {
  if (typeof value !== 'object' || value === null) return [];
  const { $ref } = value as { $ref?: unknown };
  const own =
    typeof $ref === 'string' ? [{ ref: $ref, isAlone: Object.keys(value).length === 1 }] : [];
  return [...own, ...Object.values(value).flatMap(referencesIn)];
}

function withWidgets(definition = widgetDefinition()) {
  const own = createScheme({ strategies: new Map() });
  own.setExtension('widgets', toExtension(definition as CustomResourceDefinition));
  return { own, docs: new OpenApiDocuments({ scheme: own, gitVersion: 'v1.36.0' }) };
}

describe('the index', () => {
  test('has every served group version, with the hash of its document', async () => {
    const index = await places();
    const served = scheme
      .groups()
      .flatMap(({ group, versions }) =>
        versions.map((version) => (group ? `apis/${group}/${version}` : `api/${version}`)),
      );
    expect(Object.keys(index)).toEqual(served);
    for (const [place, url] of Object.entries(index)) {
      expect(url).toBe(`/openapi/v3/${place}?hash=${documents.groupVersion(place)?.hash}`);
    }
  });

  test('a group version that is not served has no document', () => {
    expect(documents.groupVersion('apis/resource.k8s.io/v1alpha3')).toBeUndefined();
    expect(documents.groupVersion('apis/example.com/v1')).toBeUndefined();
  });
});

describe('every document', () => {
  test('refers only to schemas that it has, and says nothing beside a reference', async () => {
    const problems: string[] = [];
    for (const place of Object.keys(await places())) {
      const document = v3(place);
      for (const { ref, isAlone } of referencesIn(document)) {
        const name = ref.replace('#/components/schemas/', '');
        if (!(name in document.components.schemas)) problems.push(`${place} lacks ${name}`);
        if (!isAlone) problems.push(`${place} says more beside a reference to ${name}`);
      }
    }
    expect(problems).toEqual([]);
  });

  test('has a schema for each kind that the group version serves', async () => {
    for (const definition of scheme.served()) {
      const { group, kind, schemaName, version } = definition;
      const place = group ? `apis/${group}/${version}` : `api/${version}`;
      expect(schemaOf(place, schemaName)['x-kubernetes-group-version-kind']).toEqual(
        expect.arrayContaining([{ group, version, kind }]),
      );
    }
  });

  test('describes every type and every field', async () => {
    const undescribed: string[] = [];
    for (const place of Object.keys(await places())) {
      for (const [name, schema] of Object.entries(v3(place).components.schemas)) {
        if (!schema.description) undescribed.push(name);
        for (const [field, { description }] of Object.entries(schema.properties ?? {})) {
          if (!description) undescribed.push(`${name}.${field}`);
        }
      }
    }
    expect(undescribed).toEqual([]);
  });

  test('names each operation once', async () => {
    for (const place of Object.keys(await places())) {
      const ids = Object.values(v3(place).paths)
        .flatMap((item) => Object.values(item))
        .flatMap(({ operationId }) => operationId ?? []);
      expect(ids).toHaveLength(new Set(ids).size);
    }
  });
});

describe('a schema', () => {
  test.each<[string, PublishedSchema]>([
    [
      'io.k8s.apimachinery.pkg.api.resource.Quantity',
      { oneOf: [{ type: 'string' }, { type: 'number' }] },
    ],
    ['io.k8s.apimachinery.pkg.util.intstr.IntOrString', { format: 'int-or-string' }],
    [`${META}.Time`, { type: 'string', format: 'date-time' }],
    [`${META}.FieldsV1`, { type: 'object' }],
    [`${META}.LabelSelector`, { 'x-kubernetes-map-type': 'atomic' }],
    [`${CORE}.Container`, { required: ['name'] }],
    [`${CORE}.Status`, {}],
  ])('of %s says what it is', (name, expected) => {
    expect(schemaOf('api/v1', name)).toMatchObject(expected);
  });

  test.each<[string, string, PublishedSchema]>([
    ['PodSpec', 'containers', { type: 'array', 'x-kubernetes-list-type': 'map' }],
    ['PodSpec', 'containers', { 'x-kubernetes-list-map-keys': ['name'] }],
    ['PodSpec', 'containers', { 'x-kubernetes-patch-merge-key': 'name' }],
    ['PodSpec', 'containers', { 'x-kubernetes-patch-strategy': 'merge' }],
    ['PodSpec', 'volumes', { 'x-kubernetes-patch-strategy': 'merge,retainKeys' }],
    ['PodSpec', 'nodeSelector', { type: 'object', additionalProperties: { type: 'string' } }],
    ['PodSpec', 'nodeSelector', { 'x-kubernetes-map-type': 'atomic' }],
    ['PodSpec', 'activeDeadlineSeconds', { type: 'integer', format: 'int64' }],
    ['PodSpec', 'hostNetwork', { type: 'boolean' }],
    ['Container', 'imagePullPolicy', { enum: ['Always', 'IfNotPresent', 'Never'] }],
    ['ContainerPort', 'protocol', { default: 'TCP', enum: ['SCTP', 'TCP', 'UDP'] }],
    ['ContainerPort', 'containerPort', { type: 'integer', format: 'int32' }],
    ['Secret', 'data', { additionalProperties: { type: 'string', format: 'byte' } }],
    ['Service', 'spec', { allOf: [{ $ref: `#/components/schemas/${CORE}.ServiceSpec` }] }],
  ])('of core %s.%s says %j', (type, field, expected) => {
    expect(schemaOf('api/v1', `${CORE}.${type}`).properties?.[field]).toMatchObject(expected);
  });
});

describe('a path', () => {
  const deployment = '/apis/apps/v1/namespaces/{namespace}/deployments/{name}';

  test.each([
    ['/apis/apps/v1/deployments', 'get', 'list', 'listAppsV1DeploymentForAllNamespaces'],
    [
      '/apis/apps/v1/namespaces/{namespace}/deployments',
      'get',
      'list',
      'listAppsV1NamespacedDeployment',
    ],
    [
      '/apis/apps/v1/namespaces/{namespace}/deployments',
      'post',
      'post',
      'createAppsV1NamespacedDeployment',
    ],
    [
      '/apis/apps/v1/namespaces/{namespace}/deployments',
      'delete',
      'deletecollection',
      'deleteAppsV1CollectionNamespacedDeployment',
    ],
    [deployment, 'get', 'get', 'readAppsV1NamespacedDeployment'],
    [deployment, 'put', 'put', 'replaceAppsV1NamespacedDeployment'],
    [deployment, 'patch', 'patch', 'patchAppsV1NamespacedDeployment'],
    [deployment, 'delete', 'delete', 'deleteAppsV1NamespacedDeployment'],
    [`${deployment}/scale`, 'get', 'get', 'readAppsV1NamespacedDeploymentScale'],
    [`${deployment}/status`, 'patch', 'patch', 'patchAppsV1NamespacedDeploymentStatus'],
    [
      '/apis/apps/v1/watch/deployments',
      'get',
      'watchlist',
      'watchAppsV1DeploymentListForAllNamespaces',
    ],
    [
      '/apis/rbac.authorization.k8s.io/v1/clusterroles',
      'post',
      'post',
      'createRbacAuthorizationV1ClusterRole',
    ],
    [
      '/api/v1/namespaces/{namespace}/pods/{name}/exec',
      'post',
      'connect',
      'connectCoreV1PostNamespacedPodExec',
    ],
    ['/api/v1/namespaces/{namespace}/pods/{name}/log', 'get', 'get', 'readCoreV1NamespacedPodLog'],
    [
      '/api/v1/namespaces/{namespace}/pods/{name}/eviction',
      'post',
      'post',
      'createCoreV1NamespacedPodEviction',
    ],
    ['/api/v1/nodes/{name}/proxy/{path}', 'get', 'connect', 'connectCoreV1GetNodeProxyWithPath'],
    [
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      'post',
      'post',
      'createAuthorizationV1SelfSubjectAccessReview',
    ],
  ])('%s takes %s as the action %s, named %s', (path, method, action, id) => {
    const place = path
      .split('/')
      .slice(1, path.startsWith('/api/') ? 3 : 4)
      .join('/');
    expect(v3(place).paths[path]?.[method]).toMatchObject({
      'x-kubernetes-action': action,
      operationId: id,
    });
  });

  test('of every patch knows the parameters by which kubectl knows what a server can do', async () => {
    for (const place of Object.keys(await places())) {
      for (const { patch } of Object.values(v3(place).paths)) {
        if (!patch || patch['x-kubernetes-action'] === 'connect') continue;
        const names = patch.parameters?.map(({ name }) => name);
        expect([patch.operationId, names]).toEqual([
          patch.operationId,
          ['dryRun', 'fieldManager', 'fieldValidation', 'force'],
        ]);
      }
    }
  });

  test('that does not exist for a verb has no operation for it', () => {
    expect(v3('api/v1').paths['/api/v1/componentstatuses']).not.toHaveProperty('post');
    expect(v3('api/v1').paths).not.toHaveProperty('/api/v1/watch/componentstatuses');
  });
});

describe('custom resources', () => {
  const spec = {
    ...WIDGET_SPEC,
    properties: {
      ...WIDGET_SPEC.properties,
      port: {
        'x-kubernetes-int-or-string': true,
        anyOf: [{ type: 'integer' }, { type: 'string' }],
      },
      note: { type: 'string', nullable: true, maxLength: 10 },
      free: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        properties: { a: { type: 'string' } },
      },
    },
  };

  test('have their declared schemas under the names that Kubernetes gives them', () => {
    const { docs } = withWidgets(widgetDefinition({ spec }));
    const { paths, components } = v3('apis/example.com/v1', docs);
    expect(paths['/apis/example.com/v1/widgets']?.get?.operationId).toBe(
      'listExampleComV1WidgetForAllNamespaces',
    );
    const schema = components.schemas['com.example.v1.Widget'];
    expect(schema?.['x-kubernetes-group-version-kind']).toEqual([
      { group: 'example.com', version: 'v1', kind: 'Widget' },
    ]);
    expect(schema?.properties?.metadata?.allOf).toEqual([
      { $ref: `#/components/schemas/${META}.ObjectMeta` },
    ]);
    expect(schema?.properties?.spec).toEqual(spec);
    expect(components.schemas['com.example.v1.WidgetList']?.properties?.items).toMatchObject({
      items: { $ref: '#/components/schemas/com.example.v1.Widget' },
    });
  });

  test('are published in OpenAPI 2 without what it cannot say', async () => {
    const { docs } = withWidgets(widgetDefinition({ spec }));
    const { definitions } = await v2(docs);
    const published = definitions['com.example.v1.Widget']?.properties?.spec?.properties;
    expect(published?.size).toMatchObject({ type: 'integer', minimum: 1 });
    expect(published?.port).toEqual({ 'x-kubernetes-int-or-string': true });
    expect(published?.note).toEqual({ maxLength: 10 });
    expect(published?.free).toEqual({
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
    });
  });

  test('come and go without the documents of others being made again', async () => {
    const own = createScheme({ strategies: new Map() });
    const docs = new OpenApiDocuments({ scheme: own, gitVersion: 'v1.36.0' });
    const apps = docs.groupVersion('apis/apps/v1');
    const before = await places(docs);
    own.setExtension('widgets', toExtension(widgetDefinition() as CustomResourceDefinition));
    expect(docs.groupVersion('apis/apps/v1')).toBe(apps);
    const during = await places(docs);
    expect(during).toEqual({ ...before, 'apis/example.com/v1': expect.any(String) });
    const changed = widgetDefinition({ versions: [versionOf('v1', spec)] });
    own.setExtension('widgets', toExtension(changed as CustomResourceDefinition));
    const after = await places(docs);
    expect(after['apis/example.com/v1']).not.toBe(during['apis/example.com/v1']);
    own.setExtension('widgets', undefined);
    expect(await places(docs)).toEqual(before);
  });

  test('that go while an index is made are not in it', async () => {
    const { docs, own } = withWidgets();
    const index = places(docs);
    own.setExtension('widgets', undefined);
    expect(Object.keys(await index)).not.toContain('apis/example.com/v1');
  });
});

describe('OpenAPI 2', () => {
  let document: DocumentV2;
  let message: WireFields;

  beforeAll(async () => {
    const { docs } = withWidgets();
    document = await v2(docs);
    message = readFields((await docs.wholeAsProtobuf()).body);
  });

  /** The named entries of a map of gnostic's. */
  function entries(fields: WireFields | undefined, field: number): [string, WireFields][] {
    return (fields ? messagesOf(fields, field) : []).map((entry) => {
      const [value] = messagesOf(entry, 2);
      return [textOf(entry, 1) ?? '', value ?? new Map()];
    });
  }

  function extensionsOf(fields: WireFields, field: number): Record<string, unknown> {
    return Object.fromEntries(
      entries(fields, field).map(([name, any]) => [name, JSON.parse(textOf(any, 2) ?? 'null')]),
    );
  }

  /** A `Schema` of gnostic's as the schema that it was. */
  function toSchema(fields: WireFields): Record<string, unknown> {
    const [type] = messagesOf(fields, 22).map((item) => textOf(item, 1));
    const [items] = messagesOf(fields, 23).flatMap((item) => messagesOf(item, 1));
    const [values] = messagesOf(fields, 21).flatMap((item) => messagesOf(item, 1));
    const properties = messagesOf(fields, 25).flatMap((item) => entries(item, 1));
    const required = textsOf(fields, 19);
    const allowed = messagesOf(fields, 20).map((any) => JSON.parse(textOf(any, 2) ?? ''));
    const [value] = messagesOf(fields, 5).map((any) => JSON.parse(textOf(any, 2) ?? ''));
    const found = {
      $ref: textOf(fields, 1),
      format: textOf(fields, 2),
      description: textOf(fields, 4),
      default: value,
      minimum: fields.get(9)?.[0],
      required: required.length > 0 ? required : undefined,
      enum: allowed.length > 0 ? allowed : undefined,
      type,
      items: items && toSchema(items),
      additionalProperties: values && toSchema(values),
      properties:
        properties.length > 0
          ? Object.fromEntries(properties.map(([name, each]) => [name, toSchema(each)]))
          : undefined,
      ...extensionsOf(fields, 31),
    };
    return JSON.parse(JSON.stringify(found)) as Record<string, unknown>;
  }

  test('refers only to definitions that it has', () => {
    const names = referencesIn(document).map(({ ref }) => ref.replace('#/definitions/', ''));
    expect(names.filter((name) => !(name in document.definitions))).toEqual([]);
    expect(names.length).toBeGreaterThan(1_000);
  });

  test('has in protobuf the same definitions as in JSON', () => {
    const definitions = messagesOf(message, 9).flatMap((each) => entries(each, 1));
    expect(
      Object.fromEntries(definitions.map(([name, schema]) => [name, toSchema(schema)])),
    ).toEqual(document.definitions);
  });

  test('has in protobuf the same paths, with the parameters and kinds of their patches', () => {
    const paths = messagesOf(message, 8).flatMap((each) => entries(each, 2));
    expect(paths.map(([path]) => path)).toEqual(Object.keys(document.paths));
    for (const [path, item] of paths) {
      const [patch] = messagesOf(item, 8);
      const expected = document.paths[path]?.patch;
      expect([path, patch && summaryOf(patch)]).toEqual([path, expected && expectedOf(expected)]);
    }
  });

  function summaryOf(operation: WireFields) {
    const parameters = messagesOf(operation, 8).flatMap((item) => messagesOf(item, 1));
    const query = parameters
      .flatMap((each) => messagesOf(each, 2))
      .flatMap((each) => messagesOf(each, 3));
    const bodies = parameters.flatMap((each) => messagesOf(each, 1));
    return {
      id: textOf(operation, 5),
      consumes: textsOf(operation, 7),
      query: query.map((each) => [textOf(each, 4), textOf(each, 6)]),
      bodies: bodies.map((each) => textOf(each, 2)),
      kind: extensionsOf(operation, 13)['x-kubernetes-group-version-kind'],
    };
  }

  function expectedOf(operation: OperationV2) {
    const { parameters = [] } = operation;
    return {
      id: operation.operationId,
      consumes: operation.consumes,
      query: parameters.flatMap((each) => (each.in === 'query' ? [[each.name, each.type]] : [])),
      bodies: parameters.flatMap(({ in: place, name }) => (place === 'body' ? [name] : [])),
      kind: operation['x-kubernetes-group-version-kind'],
    };
  }
});
