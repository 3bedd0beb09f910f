import { describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import {
  appsDeployments,
  autoscalingV1HorizontalPodAutoscalers,
  coreConfigMaps,
} from '../../../src/scheme/generated/resources.ts';
import { configMap, deploymentManifest } from '../../support/api-objects.ts';
import {
  installDefinition,
  widget,
  widgetDefinition,
  widgets,
} from '../../support/custom-resources.ts';
import { testApi } from '../../support/plane.ts';
import { applying, enforce, matching, mutateBy, patching } from '../../support/policies.ts';

const create = (client: ApiClient, name = 'a') => client.create(coreConfigMaps, configMap(name));

describe('a mutating admission policy', () => {
  test('applies what it builds, and leaves the rest as it is', async () => {
    await using api = await testApi();
    await mutateBy(api.client, [
      applying(`Object{metadata: Object.metadata{labels: {'added': request.operation}}}`),
    ]);
    const manifest = configMap('a');
    const metadata = { ...manifest.metadata, labels: { own: 'x' } };
    const created = await api.client.create(coreConfigMaps, { ...manifest, metadata });
    expect(created.metadata.labels).toEqual({ own: 'x', added: 'CREATE' });
    // What admission adds belongs to nobody: the client owns what it sent.
    expect(created.metadata.managedFields).toMatchObject([
      { manager: 'test', fieldsV1: 'metadata(labels(.,own))' },
    ]);
  });

  test('joins lists by their keys, as an apply does', async () => {
    await using api = await testApi();
    await mutateBy(
      api.client,
      [
        applying(`Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{
          containers: object.spec.template.spec.containers.map(c, Object.spec.template.spec.containers{
            name: c.name, imagePullPolicy: 'Always'}),
          initContainers: [Object.spec.template.spec.initContainers{
            name: 'side', image: 'side:1', restartPolicy: 'Always'}]}}}}`),
      ],
      { spec: { matchConstraints: matching('apps', 'v1', 'deployments') } },
    );
    const manifest = deploymentManifest('web');
    const created = await api.client.create(appsDeployments, manifest);
    const { containers, initContainers } = created.spec?.template.spec ?? {};
    const [wanted] = manifest.spec?.template.spec?.containers ?? [];
    expect(containers).toMatchObject([{ ...wanted, imagePullPolicy: 'Always' }]);
    expect(initContainers).toMatchObject([{ name: 'side', restartPolicy: 'Always' }]);
  });

  test('patches, one mutation after another, each on what the one before left', async () => {
    await using api = await testApi();
    await mutateBy(api.client, [
      patching(`[JSONPatch{op: 'add', path: '/data', value: {'n': '1'}}]`),
      patching(
        `[
        JSONPatch{op: 'test', path: '/data/n', value: '1'},
        JSONPatch{op: 'replace', path: '/data/n', value: object.data.n + '1'},
        JSONPatch{op: 'add', path: '/data/' + jsonpatch.escapeKey('a/b'), value: 'x'}]`.replace(
          'a/b',
          'a.b',
        ),
      ),
    ]);
    expect((await create(api.client)).data).toEqual({ n: '11', 'a.b': 'x' });
  });

  test('changes before validating policies judge', async () => {
    await using api = await testApi();
    await mutateBy(api.client, [applying(`Object{data: Object.data{size: 'small'}}`)]);
    await enforce(api.client, {
      spec: { validations: [{ expression: "object.data.size == 'small'" }] },
    });
    expect((await create(api.client)).data).toMatchObject({ size: 'small' });
  });

  test('is asked again when another changed the object, if it wishes', async () => {
    await using api = await testApi();
    const copy = [
      applying(
        `Object{data: Object.data{copy: has(object.data) && has(object.data.late) ? 'late' : 'early'}}`,
      ),
    ];
    await mutateBy(api.client, copy, { name: 'a-first', spec: { reinvocationPolicy: 'IfNeeded' } });
    await mutateBy(api.client, [applying(`Object{data: Object.data{late: 'x'}}`)], {
      name: 'b-last',
    });
    expect((await create(api.client)).data).toEqual({ copy: 'late', late: 'x' });
  });

  test('is asked once when it does not wish to be asked again', async () => {
    await using api = await testApi();
    const copy = [
      applying(
        `Object{data: Object.data{copy: 'seen ' + (has(object.data) && has(object.data.late) ? 'late' : 'early')}}`,
      ),
    ];
    await mutateBy(api.client, copy, { name: 'a-first' });
    await mutateBy(api.client, [applying(`Object{data: Object.data{late: 'x'}}`)], {
      name: 'b-last',
    });
    expect((await create(api.client)).data).toEqual({ copy: 'seen early', late: 'x' });
  });

  test('changes the object in the version that it names, whatever version the request speaks', async () => {
    await using api = await testApi();
    await mutateBy(
      api.client,
      [
        patching(`[JSONPatch{op: 'replace', path: '/spec/metrics', value: [{
          'type': dyn('Resource'),
          'resource': dyn({'name': dyn('cpu'),
            'target': dyn({'type': dyn('Utilization'), 'averageUtilization': dyn(33)})})}]}]`),
      ],
      { spec: { matchConstraints: matching('autoscaling', 'v2', 'horizontalpodautoscalers') } },
    );
    const created = await api.client.create(autoscalingV1HorizontalPodAutoscalers, {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' },
        maxReplicas: 3,
        targetCPUUtilizationPercentage: 80,
      },
    });
    expect(created.spec).toMatchObject({ targetCPUUtilizationPercentage: 33, maxReplicas: 3 });
  });

  test('changes custom resources', async () => {
    await using api = await testApi();
    await installDefinition(api, widgetDefinition());
    await mutateBy(
      api.client,
      [applying('Object{spec: Object.spec{size: object.spec.size + 1}}')],
      {
        spec: { matchConstraints: matching('example.com', 'v1', 'widgets') },
      },
    );
    expect((await api.client.create(widgets, widget('a'))).spec).toMatchObject({ size: 2 });
  });

  test('joins the lists of custom resources as their schema says', async () => {
    await using api = await testApi();
    const text = { type: 'string' };
    const part = { type: 'object', required: ['name'], properties: { name: text, of: text } };
    const properties = {
      parts: {
        type: 'array',
        items: part,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
      },
      names: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
    };
    await installDefinition(api, widgetDefinition({ spec: { type: 'object', properties } }));
    await mutateBy(
      api.client,
      [
        applying(`Object{spec: Object.spec{names: ['b', 'c'],
          parts: [Object.spec.parts{name: 'x', of: 'steel'}, Object.spec.parts{name: 'z'}]}}`),
      ],
      { spec: { matchConstraints: matching('example.com', 'v1', 'widgets') } },
    );
    const spec = { names: ['a', 'b'], parts: [{ name: 'x' }, { name: 'y' }] };
    expect((await api.client.create(widgets, { ...widget('a'), spec })).spec).toEqual({
      names: ['a', 'b', 'c'],
      parts: [{ name: 'x', of: 'steel' }, { name: 'y' }, { name: 'z' }],
    });
  });

  test.each([
    [applying('Object{data: Object.other{a: "x"}}'), 'unexpected type name "Object.other"'],
    [applying('Object{data: Object.data{a: object.nothing}}'), 'no such key: nothing'],
    [patching("[JSONPatch{op: 'remove', path: '/none/x'}]"), 'denied request'],
    [applying('Object{dta: Object.dta{a: "x"}}'), 'unknown field "dta"'],
    [
      applying(
        'Object{metadata: Object.metadata{ownerReferences: [Object.metadata.ownerReferences{uid: "x"}]}}',
      ),
      'may not mutate atomic arrays, maps or structs: .metadata.ownerReferences[0]',
    ],
    [patching("[JSONPatch{op: 'replace', path: '/metadata/name', value: 'b'}]"), 'metadata.name'],
  ])(
    'that fails refuses the request, unless it is to be ignored: %#',
    async (mutation, message) => {
      await using api = await testApi();
      await mutateBy(api.client, [mutation], { name: 'strict' });
      await expect(create(api.client)).rejects.toMatchObject({
        reason: 'Invalid',
        message: expect.stringContaining(message),
      });
      await using lenient = await testApi();
      await mutateBy(lenient.client, [mutation], {
        name: 'lenient',
        spec: { failurePolicy: 'Ignore' },
      });
      await create(lenient.client);
    },
  );
});
