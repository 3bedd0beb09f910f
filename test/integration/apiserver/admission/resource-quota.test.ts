import { describe, expect, test } from '@jest/globals';
import { ADMIN_USER } from '../../../../src/apiserver/authentication/identities.ts';
import type { ApiClient } from '../../../../src/apiserver/client.ts';
import { createClient } from '../../../../src/apiserver/in-process-client.ts';
import { isApiError } from '../../../../src/scheme/errors.ts';
import {
  coreConfigMaps,
  corePersistentVolumeClaims,
  corePods,
  coreResourceQuotas,
  coreServices,
} from '../../../../src/scheme/generated/resources.ts';
import type { Pod, ResourceQuota } from '../../../../src/scheme/generated/types/core-v1.ts';
import { podManifest } from '../../../support/api-objects.ts';
import { createTestDatabase } from '../../../support/database.ts';
import { testApi } from '../../../support/plane.ts';

const NAMESPACE = 'default';
const place = (name: string) => ({ namespace: NAMESPACE, name });

function limit(client: ApiClient, hard: Record<string, string>, spec: object = {}) {
  return client.create(coreResourceQuotas, {
    metadata: place('limits'),
    spec: { hard, ...spec },
  });
}

async function used(client: ApiClient): Promise<Record<string, string> | undefined> {
  const { status }: ResourceQuota = await client.get(coreResourceQuotas, place('limits'));
  return status?.used;
}

function podOf(name: string, requests: Record<string, string> = {}, spec: object = {}) {
  const { metadata, spec: base } = podManifest(name) as Pod;
  const [container] = base?.containers ?? [];
  return {
    metadata,
    spec: { ...base, containers: [{ ...container, resources: { requests } }], ...spec },
  } as Pod;
}

const configMap = (name: string) => ({ metadata: place(name) });

async function outcomesOf(work: readonly Promise<unknown>[]) {
  const settled = await Promise.allSettled(work);
  const admitted = settled.filter(({ status }) => status === 'fulfilled').length;
  const reasons = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  return { admitted, reasons };
}

describe('a quota under concurrent creates', () => {
  test('of 50 writers admits exactly 10, and says why to the others', async () => {
    await using api = await testApi();
    await limit(api.client, { pods: '10' });
    const { admitted, reasons } = await outcomesOf(
      Array.from({ length: 50 }, (_, i) => api.client.create(corePods, podManifest(`pod-${i}`))),
    );
    expect(admitted).toBe(10);
    for (const reason of reasons) {
      expect(reason).toMatchObject({
        reason: 'Forbidden',
        message: expect.stringMatching(
          /^pods "pod-\d+" is forbidden: exceeded quota: limits, requested: pods=1, used: pods=10, limited: pods=10$/,
        ),
      });
    }
    expect((await api.client.list(corePods, { namespace: NAMESPACE })).items).toHaveLength(10);
    expect(await used(api.client)).toEqual({ pods: '10' });
  });

  test('of 50 writers at two API servers admits exactly 10', async () => {
    await using database = await createTestDatabase();
    await using one = await testApi({ databaseUrl: database.url });
    await using other = await testApi({ databaseUrl: database.url });
    const clients = [one, other].map(({ apiServer }) =>
      createClient(apiServer, { user: ADMIN_USER }),
    );
    await limit(one.client, { 'requests.cpu': '1', 'count/configmaps': '7' });
    const { admitted, reasons } = await outcomesOf(
      Array.from({ length: 50 }, (_, i) =>
        (clients[i % 2] as ApiClient).create(corePods, podOf(`pod-${i}`, { cpu: '100m' })),
      ),
    );
    expect(admitted).toBe(10);
    expect(reasons.every((reason) => isApiError(reason, 'Forbidden'))).toBe(true);
    const maps = await outcomesOf(
      Array.from({ length: 50 }, (_, i) =>
        (clients[i % 2] as ApiClient).create(coreConfigMaps, configMap(`map-${i}`)),
      ),
    );
    expect(maps.admitted).toBe(7);
    expect(await used(other.client)).toEqual({ 'requests.cpu': '1', 'count/configmaps': '7' });
  });

  test('is never exceeded while others delete, and ends up full', async () => {
    await using api = await testApi();
    const { client } = api;
    await limit(client, { 'count/configmaps': '5' });
    let present = 0;
    let most = 0;
    const writer = async (id: number): Promise<void> => {
      for (let round = 0; round < 10; round++) {
        const name = `map-${id}-${round}`;
        try {
          await client.create(coreConfigMaps, configMap(name));
        } catch (thrown) {
          if (!isApiError(thrown, 'Forbidden')) throw thrown;
          continue;
        }
        most = Math.max(most, ++present);
        present--;
        await client.delete(coreConfigMaps, place(name));
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, id) => writer(id)));
    expect(most).toBeGreaterThan(0);
    const history = await client.history(coreResourceQuotas, { ...place('limits'), limit: 1_000 });
    for (const { object } of history) {
      const count = (object as ResourceQuota).status?.used?.['count/configmaps'] ?? '0';
      expect(Number(count)).toBeLessThanOrEqual(5);
    }
    const { admitted } = await outcomesOf(
      Array.from({ length: 20 }, (_, i) => client.create(coreConfigMaps, configMap(`last-${i}`))),
    );
    expect(admitted).toBe(5);
  });
});

describe('what a quota counts', () => {
  test('a deleted object is free at once', async () => {
    await using api = await testApi();
    const { client } = api;
    await limit(client, { 'count/configmaps': '1' });
    await client.create(coreConfigMaps, configMap('a'));
    await expect(client.create(coreConfigMaps, configMap('b'))).rejects.toMatchObject({
      reason: 'Forbidden',
    });
    await client.delete(coreConfigMaps, place('a'));
    await client.create(coreConfigMaps, configMap('b'));
    expect(await used(client)).toEqual({ 'count/configmaps': '1' });
  });

  test('what was there before the quota counts', async () => {
    await using api = await testApi();
    await api.client.create(corePods, podOf('old', { cpu: '600m' }));
    await limit(api.client, { 'requests.cpu': '1' });
    await expect(api.client.create(corePods, podOf('new', { cpu: '0.5' }))).rejects.toThrow(
      'exceeded quota: limits, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
    );
  });

  test('a Pod that has ended counts only as an object', async () => {
    await using api = await testApi();
    const { client } = api;
    await limit(client, { pods: '1', 'count/pods': '2' });
    const pod = await client.create(corePods, podManifest('done'));
    const status = { ...pod.status, phase: 'Succeeded' as const };
    await client.update(corePods, { ...pod, status }, { subresource: 'status' });
    await client.create(corePods, podManifest('next'));
    await expect(client.create(corePods, podManifest('third'))).rejects.toThrow(
      'exceeded quota: limits, requested: count/pods=1,pods=1, used: count/pods=2,pods=1, limited: count/pods=2,pods=1',
    );
  });

  test('a container must say how much it takes of what is limited', async () => {
    await using api = await testApi();
    await limit(api.client, { 'requests.cpu': '1', 'limits.memory': '1Gi' });
    await expect(api.client.create(corePods, podOf('web', { cpu: '1' }))).rejects.toThrow(
      'pods "web" is forbidden: failed quota: limits: must specify limits.memory for: ',
    );
  });

  test.each([
    ['BestEffort', {}, true],
    ['BestEffort', { cpu: '1' }, false],
    ['NotBestEffort', { cpu: '1' }, true],
    ['NotTerminating', {}, true],
    ['Terminating', {}, false],
  ])('a quota for %s Pods sees one that asks for %j: %s', async (scope, requests, isSeen) => {
    await using api = await testApi();
    await limit(api.client, { pods: '0' }, { scopes: [scope] });
    const create = api.client.create(corePods, podOf('web', requests));
    if (isSeen) await expect(create).rejects.toThrow('exceeded quota');
    else await create;
  });

  test('Services are counted by what they expose, as they change', async () => {
    await using api = await testApi();
    const { client } = api;
    await limit(client, { 'services.nodeports': '1', 'services.loadbalancers': '0' });
    const ports = [{ name: 'http', port: 80 }];
    const service = await client.create(coreServices, { metadata: place('web'), spec: { ports } });
    const patch = (spec: object) =>
      client.patch(coreServices, place('web'), { type: 'merge', patch: { spec } });
    await expect(patch({ type: 'LoadBalancer' })).rejects.toThrow(
      'exceeded quota: limits, requested: services.loadbalancers=1, used: services.loadbalancers=0, limited: services.loadbalancers=0',
    );
    await patch({ type: 'NodePort' });
    const more = [...ports, { name: 'https', port: 443 }];
    await expect(patch({ ports: more })).rejects.toThrow('requested: services.nodeports=1');
    await patch({ type: 'ClusterIP', ports: ports.map((port) => ({ ...port, nodePort: null })) });
    await patch({ type: 'NodePort' });
    expect(service.spec?.type).toBe('ClusterIP');
  });

  test('claims are counted by storage class, and when they grow', async () => {
    await using api = await testApi();
    const { client } = api;
    const gold = 'gold.storageclass.storage.k8s.io/requests.storage';
    await limit(client, { 'requests.storage': '10Gi', [gold]: '2Gi' });
    const claim = (name: string, storage: string, storageClassName: string) => ({
      metadata: place(name),
      spec: {
        accessModes: ['ReadWriteOnce' as const],
        resources: { requests: { storage } },
        storageClassName,
      },
    });
    await client.create(corePersistentVolumeClaims, claim('a', '1Gi', 'gold'));
    await expect(
      client.create(corePersistentVolumeClaims, claim('b', '2Gi', 'gold')),
    ).rejects.toThrow(
      `exceeded quota: limits, requested: ${gold}=2Gi, used: ${gold}=1Gi, limited: ${gold}=2Gi`,
    );
    await client.create(corePersistentVolumeClaims, claim('c', '2Gi', 'silver'));
    expect(await used(client)).toMatchObject({ 'requests.storage': '3Gi', [gold]: '1Gi' });
  });

  test('writes of one transaction add up, and it fails as a whole', async () => {
    await using api = await testApi();
    const { client } = api;
    await limit(client, { 'count/configmaps': '2' });
    const create = (name: string) =>
      ({ type: 'create', ref: coreConfigMaps, object: configMap(name) }) as const;
    await expect(client.transaction(['a', 'b', 'c'].map(create))).rejects.toThrow(
      'exceeded quota: limits, requested: count/configmaps=1, used: count/configmaps=2, limited: count/configmaps=2',
    );
    expect(await used(client)).toBeUndefined();
    await client.transaction(['a', 'b'].map(create));
    expect(await used(client)).toEqual({ 'count/configmaps': '2' });
  });

  test('a dry run is judged and takes nothing', async () => {
    await using api = await testApi();
    const { client } = api;
    await limit(client, { 'count/configmaps': '1' });
    await client.create(coreConfigMaps, configMap('a'), { dryRun: true });
    await client.create(coreConfigMaps, configMap('a'));
    await expect(
      client.create(coreConfigMaps, configMap('b'), { dryRun: true }),
    ).rejects.toMatchObject({ reason: 'Forbidden' });
  });
});
