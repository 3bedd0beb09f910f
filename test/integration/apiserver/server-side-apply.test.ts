import { describe, expect, test } from '@jest/globals';
import { isApiError } from '../../../src/scheme/errors.ts';
import {
  appsDeployments,
  autoscalingHorizontalPodAutoscalers,
  coreConfigMaps,
} from '../../../src/scheme/generated/resources.ts';
import { showEntry } from '../../../src/scheme/managed-fields/managers.ts';
import { LAST_APPLIED_ANNOTATION } from '../../../src/scheme/patch/last-applied.ts';
import { configMap, deploymentManifest } from '../../support/api-objects.ts';
import { applyData, owners } from '../../support/applies.ts';
import { testApi } from '../../support/plane.ts';

const target = (name: string) => ({ namespace: 'default', name });

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
    'old Apply: spec(maxReplicas,scaleTargetRef)',
  ]);
});
