import { describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import { isApiError } from '../../../src/scheme/errors.ts';
import {
  appsDeployments,
  autoscalingHorizontalPodAutoscalers,
  coreConfigMaps,
  corePods,
} from '../../../src/scheme/generated/resources.ts';
import { showEntry } from '../../../src/scheme/managed-fields/managers.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import { LAST_APPLIED_ANNOTATION } from '../../../src/scheme/patch/last-applied.ts';
import { configMap, deploymentManifest } from '../../support/api-objects.ts';
import { testApi } from '../../support/plane.ts';

const target = (name: string) => ({ namespace: 'default', name });

/** Applies data of the ConfigMap `a`. */
async function applyData(
  client: ApiClient,
  fieldManager: string,
  data: Record<string, string>,
  force = false,
) {
  const configuration = { apiVersion: 'v1', kind: 'ConfigMap', data };
  const patch = { type: 'apply', configuration, force } as const;
  return client.patch(coreConfigMaps, target('a'), patch, { fieldManager });
}

/** `MANAGER OPERATION [SUBRESOURCE]: FIELDS`, without times. */
function owners({ metadata }: ApiObject): string[] {
  return (metadata.managedFields ?? []).map(
    ({ manager, operation, subresource, fieldsV1 }) =>
      `${manager} ${operation}${subresource ? ` ${subresource}` : ''}: ${fieldsV1}`,
  );
}

describe('apply', () => {
  test('creates what is not there, and its applier owns what it says', async () => {
    await using api = await testApi();
    const object = await applyData(api.client, 'alice', { a: '1' });
    expect(object.data).toEqual({ a: '1' });
    expect(owners(object)).toEqual(['alice Apply: data(a)']);
    expect(showEntry(object.metadata.managedFields?.[0] ?? {})).toEqual({
      manager: 'alice',
      operation: 'Apply',
      apiVersion: 'v1',
      time: object.metadata.creationTimestamp,
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { 'f:a': {} } },
    });
  });

  test('the same again is no write', async () => {
    await using api = await testApi();
    const first = await applyData(api.client, 'alice', { a: '1' });
    const again = await applyData(api.client, 'alice', { a: '1' });
    expect(again).toEqual(first);
  });

  test('two appliers who agree share the field, and it stays until both let go', async () => {
    await using api = await testApi();
    await applyData(api.client, 'alice', { a: '1' });
    const shared = await applyData(api.client, 'bob', { a: '1' });
    expect(owners(shared)).toEqual(['alice Apply: data(a)', 'bob Apply: data(a)']);
    const left = await applyData(api.client, 'alice', {});
    expect(left.data).toEqual({ a: '1' });
    const gone = await applyData(api.client, 'bob', { b: '1' });
    expect(gone.data).toEqual({ b: '1' });
  });

  test('a field of another applier is a conflict that names both', async () => {
    await using api = await testApi();
    await applyData(api.client, 'alice', { a: '1' });
    const refused = applyData(api.client, 'bob', { a: '2' });
    await expect(refused).rejects.toThrow(
      'Apply failed with 1 conflict: conflict with "alice": .data.a',
    );
    const error = await refused.catch((thrown: unknown) => thrown);
    expect(isApiError(error, 'Conflict') && error.details?.causes).toEqual([
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "alice"',
        field: '.data.a',
      },
    ]);
  });

  test('a field that somebody updated is a conflict that names the version', async () => {
    await using api = await testApi();
    await api.client.create(appsDeployments, deploymentManifest('web', 1), {
      fieldManager: 'kubectl',
    });
    const configuration = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: { replicas: 3 },
    };
    const patch = { type: 'apply', configuration } as const;
    await expect(
      api.client.patch(appsDeployments, target('web'), patch, { fieldManager: 'hpa' }),
    ).rejects.toThrow(
      'Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.replicas',
    );
  });

  test('several conflicts are listed by manager', async () => {
    await using api = await testApi();
    await applyData(api.client, 'alice', { a: '1', b: '1' });
    await applyData(api.client, 'bob', { c: '1' });
    await expect(applyData(api.client, 'carol', { a: '2', b: '2', c: '2' })).rejects.toThrow(
      'Apply failed with 3 conflicts: conflicts with "alice":\n- .data.a\n- .data.b\nconflicts with "bob":\n- .data.c',
    );
  });

  test('force takes the field over', async () => {
    await using api = await testApi();
    await applyData(api.client, 'alice', { a: '1', b: '1' });
    const taken = await applyData(api.client, 'bob', { a: '2' }, true);
    expect(taken.data).toEqual({ a: '2', b: '1' });
    expect(owners(taken)).toEqual(['alice Apply: data(b)', 'bob Apply: data(a)']);
  });

  test('who applies must say who they are', async () => {
    await using api = await testApi();
    const patch = { type: 'apply', configuration: configMap('a', {}) } as const;
    await expect(
      api.client.patch(coreConfigMaps, target('a'), patch, { fieldManager: '' }),
    ).rejects.toThrow('fieldManager: Required value: is required for apply patch');
  });

  test('managedFields are not applied', async () => {
    await using api = await testApi();
    const configuration = { metadata: { managedFields: [] } };
    const patch = { type: 'apply', configuration } as const;
    await expect(
      api.client.patch(coreConfigMaps, target('a'), patch, { fieldManager: 'alice' }),
    ).rejects.toThrow('metadata.managedFields must be nil');
  });

  test('a field that is left out goes, and what others set in the same list stays', async () => {
    await using api = await testApi();
    const { client } = api;
    const apply = (names: string[], fieldManager: string) =>
      client.patch(
        appsDeployments,
        target('web'),
        {
          type: 'apply',
          configuration: {
            spec: {
              selector: { matchLabels: { app: 'web' } },
              template: {
                metadata: { labels: { app: 'web' } },
                spec: { containers: names.map((name) => ({ name, image: name })) },
              },
            },
          },
        },
        { fieldManager },
      );
    await apply(['a', 'b'], 'alice');
    await apply(['c'], 'bob');
    const { spec } = await apply(['b'], 'alice');
    expect(spec?.template.spec?.containers.map(({ name }) => name)).toEqual(['b', 'c']);
  });

  test('a dry run shows what it would be, and spends no version', async () => {
    await using api = await testApi();
    const version = await api.store.currentResourceVersion();
    const patch = { type: 'apply', configuration: configMap('a', { a: '1' }) } as const;
    const shown = await api.client.patch(coreConfigMaps, target('a'), patch, {
      fieldManager: 'alice',
      dryRun: true,
    });
    expect(owners(shown)).toEqual(['alice Apply: data(a)']);
    expect(await api.store.currentResourceVersion()).toBe(version);
  });

  test('twenty appliers at once lose nothing', async () => {
    await using api = await testApi();
    const names = Array.from({ length: 20 }, (_, i) => `m${i}`);
    await Promise.all(names.map((name) => applyData(api.client, name, { [name]: '1' })));
    const object = await api.client.get(coreConfigMaps, target('a'));
    expect(Object.keys(object.data ?? {}).sort()).toEqual([...names].sort());
    expect(object.metadata.managedFields).toHaveLength(20);
  });
});

describe('updates', () => {
  test('whoever creates owns what they said, defaults included, and not what the system sets', async () => {
    await using api = await testApi();
    const object = await api.client.create(corePods, {
      metadata: { name: 'p', namespace: 'default', labels: { app: 'x' } },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    });
    const [entry] = object.metadata.managedFields ?? [];
    expect(showEntry(entry ?? {})).toEqual({
      manager: 'test',
      operation: 'Update',
      apiVersion: 'v1',
      time: object.metadata.creationTimestamp,
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
        'f:spec': {
          'f:containers': {
            'k:{"name":"c"}': {
              '.': {},
              'f:image': {},
              'f:imagePullPolicy': {},
              'f:name': {},
              'f:resources': {},
              'f:terminationMessagePath': {},
              'f:terminationMessagePolicy': {},
            },
          },
          'f:dnsPolicy': {},
          'f:enableServiceLinks': {},
          'f:restartPolicy': {},
          'f:schedulerName': {},
          'f:securityContext': {},
          'f:terminationGracePeriodSeconds': {},
        },
      },
    });
  });

  test('each writer owns what it changed last; each subresource has its own entry', async () => {
    await using api = await testApi();
    const { client } = api;
    await client.create(appsDeployments, deploymentManifest('web', 1), { fieldManager: 'alice' });
    await client.patch(
      appsDeployments,
      target('web'),
      { type: 'merge', patch: { spec: { replicas: 2 } } },
      { fieldManager: 'bob' },
    );
    await client.patch(
      appsDeployments,
      target('web'),
      { type: 'merge', patch: { spec: { replicas: 3 } } },
      { fieldManager: 'hpa', subresource: 'scale' },
    );
    const { metadata } = await client.patch(
      appsDeployments,
      target('web'),
      { type: 'merge', patch: { status: { replicas: 1 } } },
      { fieldManager: 'bob', subresource: 'status' },
    );
    const entries = metadata.managedFields ?? [];
    expect(entries.map(({ manager }) => manager).sort()).toEqual(['alice', 'bob', 'hpa']);
    expect(entries.find(({ manager }) => manager === 'hpa')).toMatchObject({
      operation: 'Update',
      subresource: 'scale',
      fieldsV1: 'spec(replicas)',
    });
    expect(entries.find(({ manager }) => manager === 'bob')).toMatchObject({
      subresource: 'status',
      fieldsV1: 'status(replicas)',
    });
    expect(entries.find(({ manager }) => manager === 'alice')?.fieldsV1).not.toContain('replicas');
  });

  test('a write that changes nothing keeps every time', async () => {
    await using api = await testApi();
    const created = await api.client.create(coreConfigMaps, configMap('a', { a: '1' }));
    const same = await api.client.update(coreConfigMaps, created, { fieldManager: 'bob' });
    expect(same).toEqual(created);
  });

  test('an update that leaves managedFields out, or sends nonsense, keeps them', async () => {
    await using api = await testApi();
    const { client } = api;
    const created = await client.create(coreConfigMaps, configMap('a', { a: '1' }));
    for (const managedFields of [undefined, [], [{ manager: 'x', fieldsV1: { nonsense: {} } }]]) {
      const updated = await client.update(coreConfigMaps, {
        ...created,
        metadata: { name: 'a', namespace: 'default', managedFields } as ApiObject['metadata'],
      });
      expect(owners(updated)).toEqual(owners(created));
    }
  });

  test('a list of one empty entry resets them, and the first apply then owns up for what was there', async () => {
    await using api = await testApi();
    const { client } = api;
    await client.create(coreConfigMaps, configMap('a', { a: '1' }));
    const reset = await client.patch(coreConfigMaps, target('a'), {
      type: 'merge',
      patch: { metadata: { managedFields: [{}] } },
    });
    expect(reset.metadata.managedFields).toBeUndefined();
    const updated = await client.patch(coreConfigMaps, target('a'), {
      type: 'merge',
      patch: { data: { b: '1' } },
    });
    expect(updated.metadata.managedFields).toBeUndefined();
    expect(owners(await applyData(client, 'alice', { c: '1' })).sort()).toEqual([
      'alice Apply: data(c)',
      'before-first-apply Update: data(.,a,b)',
    ]);
  });

  test('the eleventh updater makes the oldest ones ancient', async () => {
    await using api = await testApi();
    const { client } = api;
    await client.create(coreConfigMaps, configMap('a', { m0: '1' }), { fieldManager: 'm0' });
    for (let i = 1; i <= 11; i++) {
      await client.patch(
        coreConfigMaps,
        target('a'),
        { type: 'merge', patch: { data: { [`m${i}`]: '1' } } },
        { fieldManager: `m${i}` },
      );
    }
    const object = await client.get(coreConfigMaps, target('a'));
    const names = (object.metadata.managedFields ?? []).map(({ manager }) => manager);
    expect(names).toHaveLength(10);
    expect(names).toContain('ancient-changes');
    expect(names).toContain('m11');
  });

  test('a JSON patch may take one manager out', async () => {
    await using api = await testApi();
    await applyData(api.client, 'alice', { a: '1' });
    await applyData(api.client, 'bob', { b: '1' });
    const object = await api.client.patch(coreConfigMaps, target('a'), {
      type: 'json',
      operations: [
        {
          op: 'test',
          path: '/metadata/managedFields/0/fieldsV1',
          value: { 'f:data': { 'f:a': {} } },
        },
        { op: 'remove', path: '/metadata/managedFields/0' },
      ],
    });
    expect(owners(object)).toEqual(['bob Apply: data(b)']);
  });
});

describe('client-side and server-side apply on one object', () => {
  const manifest = (data: Record<string, string>) => configMap('a', data);

  test('server-side goes on from client-side: what the manifest leaves out goes, and nothing conflicts', async () => {
    await using api = await testApi();
    const { client } = api;
    const first = await client.apply(coreConfigMaps, manifest({ a: '1', b: '1' }));
    expect(owners(first.object)[0]).toMatch(/^kubectl-client-side-apply Update: /);
    const { object } = await client.apply(coreConfigMaps, manifest({ a: '2' }), {
      serverSide: true,
    });
    expect(object.data).toEqual({ a: '2' });
    expect(owners(object)).toEqual([
      'kubectl Apply: data(a)',
      'kubectl-last-applied Apply: metadata(annotations(kubectl.kubernetes.io/last-applied-configuration))',
    ]);
    expect(object.metadata.annotations?.[LAST_APPLIED_ANNOTATION]).toContain('"a":"2"');
  });

  test('client-side goes on from server-side: the annotation tells it what was applied', async () => {
    await using api = await testApi();
    const { client } = api;
    await client.apply(coreConfigMaps, manifest({ a: '1' }));
    await client.apply(coreConfigMaps, manifest({ a: '1', b: '1' }), { serverSide: true });
    const { object } = await client.apply(coreConfigMaps, manifest({ a: '1' }));
    expect(object.data).toEqual({ a: '1' });
  });

  test('the other side takes nothing from third parties', async () => {
    await using api = await testApi();
    const { client } = api;
    await client.apply(coreConfigMaps, manifest({ a: '1' }));
    await applyData(client, 'carol', { theirs: '1' });
    const { object } = await client.apply(coreConfigMaps, manifest({ b: '1' }), {
      serverSide: true,
    });
    expect(object.data).toEqual({ b: '1', theirs: '1' });
    await expect(
      client.apply(coreConfigMaps, manifest({ theirs: '2' }), { serverSide: true }),
    ).rejects.toThrow('conflict with "carol": .data.theirs');
  });

  test('force is refused where it means nothing', async () => {
    await using api = await testApi();
    await expect(api.client.apply(coreConfigMaps, manifest({}), { force: true })).rejects.toThrow(
      'force is for server-side apply',
    );
  });
});

test('managers of other versions are compared in their own', async () => {
  await using api = await testApi();
  const { client } = api;
  const hpa = (spec: object) => ({ metadata: { name: 'a', namespace: 'default' }, spec });
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  const v1 = { ...autoscalingHorizontalPodAutoscalers, version: 'v1' };
  const apply = (ref: typeof v1, fieldManager: string, spec: object, force = false) =>
    client.patch(
      ref,
      target('a'),
      { type: 'apply', configuration: hpa(spec), force },
      { fieldManager },
    );
  const first = await apply(v1 as never, 'old', {
    scaleTargetRef,
    maxReplicas: 5,
    targetCPUUtilizationPercentage: 50,
  });
  expect(first.metadata.managedFields?.[0]?.apiVersion).toBe('autoscaling/v1');
  const metric = (averageUtilization: number) => ({
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
  });
  await expect(
    apply(autoscalingHorizontalPodAutoscalers as never, 'new', { metrics: [metric(80)] }),
  ).rejects.toThrow('conflict with "old": .spec.targetCPUUtilizationPercentage');
  const taken = await apply(
    autoscalingHorizontalPodAutoscalers as never,
    'new',
    { metrics: [metric(80)] },
    true,
  );
  expect(owners(taken)).toEqual([
    'new Apply: spec(metrics)',
    'old Apply: spec(maxReplicas,scaleTargetRef(apiVersion,kind,name))',
  ]);
});
