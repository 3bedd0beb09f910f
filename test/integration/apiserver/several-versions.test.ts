import { describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import {
  appsDeployments,
  autoscalingHorizontalPodAutoscalers,
  coreEvents,
  eventsEvents,
  networkingIngresses,
  schedulingWorkloads,
} from '../../../src/scheme/generated/resources.ts';
import type { ApiObject, WatchEvent } from '../../../src/scheme/object.ts';
import type { ResourceRef } from '../../../src/scheme/resource.ts';
import { eventually } from '../../support/eventually.ts';
import { type TestApi, testApi } from '../../support/plane.ts';

/** The handle of a version that has no constant: nothing in the house speaks it. */
function handle({ scheme }: TestApi, apiVersion: string, kind: string): ResourceRef {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const definition = scheme.findByKind(group, version, kind);
  if (!definition) throw new Error(`no ${apiVersion} ${kind}`);
  return definition;
}

const WEB = { namespace: 'default', name: 'web' };
const template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'nginx' }] },
};

const oldDeployment = (spec: object = {}): object => ({
  apiVersion: 'extensions/v1beta1',
  kind: 'Deployment',
  metadata: WEB,
  spec: { template, ...spec },
});

function create(client: ApiClient, ref: ResourceRef, object: object): Promise<ApiObject> {
  return client.create(ref, object as ApiObject);
}

describe('an object of several groups and versions', () => {
  test('is one object, whoever writes it in whatever version', async () => {
    await using api = await testApi();
    const { client } = api;
    const old = handle(api, 'extensions/v1beta1', 'Deployment');
    const created = await create(client, old, oldDeployment({ rollbackTo: { revision: 2 } }));
    expect(created).toMatchObject({
      apiVersion: 'extensions/v1beta1',
      spec: { rollbackTo: { revision: 2 }, strategy: { rollingUpdate: { maxSurge: 1 } } },
    });
    const stored = await client.get(appsDeployments, WEB);
    expect(stored.metadata.uid).toBe(created.metadata.uid);
    await client.patch(appsDeployments, WEB, { type: 'merge', patch: { spec: { replicas: 5 } } });
    const beta = handle(api, 'apps/v1beta1', 'Deployment');
    expect(await client.get(beta, WEB)).toMatchObject({
      apiVersion: 'apps/v1beta1',
      spec: { replicas: 5, rollbackTo: { revision: 2 } },
    });
    await client.patch(old, WEB, { type: 'merge', patch: { spec: { rollbackTo: null } } });
    const { annotations } = (await client.get(appsDeployments, WEB)).metadata;
    expect(annotations).toBeUndefined();
    await client.delete(old, WEB);
    await expect(client.get(appsDeployments, WEB)).rejects.toMatchObject({ reason: 'NotFound' });
  });

  test('reaches the watchers of each version in that version, once a change', async () => {
    await using api = await testApi();
    const { client } = api;
    const seen = new Map<string, WatchEvent[]>();
    const versions = ['apps/v1', 'apps/v1beta2', 'apps/v1beta1', 'extensions/v1beta1'];
    const watches = await Promise.all(
      versions.map((apiVersion) => {
        const events: WatchEvent[] = [];
        seen.set(apiVersion, events);
        return client.watch(
          handle(api, apiVersion, 'Deployment'),
          { namespace: 'default' },
          {
            onEvents: (batch) => events.push(...batch),
            onClose: (error) => {
              throw error;
            },
          },
        );
      }),
    );
    await create(client, handle(api, 'extensions/v1beta1', 'Deployment'), oldDeployment());
    await client.patch(appsDeployments, WEB, { type: 'merge', patch: { spec: { paused: true } } });
    await client.delete(handle(api, 'apps/v1beta2', 'Deployment'), WEB);
    for (const [apiVersion, events] of seen) {
      await eventually(
        () => events.map(({ type, object }) => `${type} ${object.apiVersion}`),
        (lines) =>
          expect(lines).toEqual(
            ['ADDED', 'MODIFIED', 'DELETED'].map((type) => `${type} ${apiVersion}`),
          ),
      );
    }
    for (const watch of watches) watch.stop();
  });

  test('is refused by name in any version when it is there in another', async () => {
    await using api = await testApi();
    const { client } = api;
    await create(client, handle(api, 'extensions/v1beta1', 'Deployment'), oldDeployment());
    const again = create(client, handle(api, 'apps/v1beta1', 'Deployment'), {
      ...oldDeployment(),
      apiVersion: 'apps/v1beta1',
    });
    await expect(again).rejects.toMatchObject({ reason: 'AlreadyExists' });
  });

  test('keeps what an old version cannot say when that version replaces it', async () => {
    await using api = await testApi();
    const { client } = api;
    const metric = {
      type: 'Resource' as const,
      resource: { name: 'cpu', target: { type: 'Value', value: '2', averageValue: '3' } },
    };
    const behavior = { scaleDown: { stabilizationWindowSeconds: 60 } };
    await client.create(autoscalingHorizontalPodAutoscalers, {
      metadata: WEB,
      spec: {
        maxReplicas: 3,
        scaleTargetRef: { kind: 'Deployment', name: 'web' },
        metrics: [metric],
        behavior,
      },
    });
    const beta = handle(api, 'autoscaling/v2beta1', 'HorizontalPodAutoscaler');
    const shown = structuredClone(await client.get(beta, WEB)) as ApiObject & {
      spec: { maxReplicas: number };
    };
    shown.spec.maxReplicas = 7;
    await client.update(beta, shown);
    const after = await client.get(autoscalingHorizontalPodAutoscalers, WEB);
    expect(after.spec).toMatchObject({ maxReplicas: 7, metrics: [metric], behavior });
    expect(after.metadata.annotations).toBeUndefined();
  });

  test('takes a status from any version', async () => {
    await using api = await testApi();
    const { client } = api;
    const old = handle(api, 'extensions/v1beta1', 'Ingress');
    await create(client, old, {
      apiVersion: 'extensions/v1beta1',
      kind: 'Ingress',
      metadata: WEB,
      spec: { backend: { serviceName: 'web', servicePort: 80 } },
    });
    const ingress = [{ ip: '10.0.0.1' }];
    const shown = await client.get(old, WEB);
    await client.update(old, { ...shown, status: { loadBalancer: { ingress } } } as ApiObject, {
      subresource: 'status',
    });
    expect(await client.get(networkingIngresses, WEB)).toMatchObject({
      spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
      status: { loadBalancer: { ingress } },
    });
  });

  test('is selected by the field names of the version that is asked', async () => {
    await using api = await testApi();
    const { client } = api;
    for (const name of ['web', 'api']) {
      await client.create(coreEvents, {
        metadata: { name, namespace: 'default' },
        involvedObject: { kind: 'Pod', name, namespace: 'default' },
      });
    }
    const namesOf = async (ref: ResourceRef, fieldSelector: string) =>
      (await client.list(ref, { fieldSelector })).items.map(({ metadata }) => metadata.name);
    const beta = handle(api, 'events.k8s.io/v1beta1', 'Event');
    expect(await namesOf(coreEvents, 'involvedObject.name=web')).toEqual(['web']);
    expect(await namesOf(eventsEvents, 'regarding.name=web')).toEqual(['web']);
    expect(await namesOf(beta, 'regarding.name=api')).toEqual(['api']);
  });

  test('of a question is answered in the version that asks it', async () => {
    await using api = await testApi();
    const answer = await create(
      api.client,
      handle(api, 'authorization.k8s.io/v1beta1', 'SubjectAccessReview'),
      {
        apiVersion: 'authorization.k8s.io/v1beta1',
        kind: 'SubjectAccessReview',
        metadata: {},
        spec: {
          user: 'ann',
          group: ['system:masters'],
          resourceAttributes: { verb: 'get', resource: 'pods' },
        },
      },
    );
    expect(answer).toMatchObject({
      apiVersion: 'authorization.k8s.io/v1beta1',
      spec: { group: ['system:masters'] },
      status: { allowed: expect.any(Boolean) },
    });
  });
});

describe('a version that is switched off', () => {
  const workload = {
    metadata: WEB,
    spec: { podGroupTemplates: [{ name: 'workers', schedulingPolicy: { basic: {} } }] },
  };

  test('is not there, keeps its objects, and shows them when it is on again', async () => {
    await using on = await testApi({ runtimeConfig: 'scheduling.k8s.io/v1alpha2=true' });
    const created = await create(on.client, schedulingWorkloads, {
      apiVersion: 'scheduling.k8s.io/v1alpha2',
      kind: 'Workload',
      ...workload,
    });
    const { databaseUrl } = on;
    {
      await using off = await testApi({ databaseUrl });
      const read = off.client.get(schedulingWorkloads, WEB);
      await expect(read).rejects.toMatchObject({
        reason: 'NotFound',
        message: expect.stringContaining('--runtime-config=scheduling.k8s.io/v1alpha2=true'),
      });
      await expect(off.client.list(schedulingWorkloads)).rejects.toMatchObject({
        reason: 'NotFound',
      });
      expect(off.scheme.search('workloads')).toEqual([]);
    }
    await using again = await testApi({ databaseUrl, runtimeConfig: 'api/alpha=true' });
    expect(await again.client.get(schedulingWorkloads, WEB)).toEqual(created);
  });

  test('leaves the objects to the versions that are on', async () => {
    await using api = await testApi({ runtimeConfig: 'networking.k8s.io/v1/ingresses=false' });
    const { client } = api;
    const old = handle(api, 'networking.k8s.io/v1beta1', 'Ingress');
    await create(client, old, {
      apiVersion: 'networking.k8s.io/v1beta1',
      kind: 'Ingress',
      metadata: WEB,
      spec: { backend: { serviceName: 'web', servicePort: 'http' } },
    });
    await expect(client.get(networkingIngresses, WEB)).rejects.toMatchObject({
      reason: 'NotFound',
    });
    expect(await client.get(old, WEB)).toMatchObject({
      spec: { backend: { serviceName: 'web', servicePort: 'http' } },
    });
  });
});
