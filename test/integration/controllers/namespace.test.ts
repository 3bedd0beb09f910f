import { describe, expect, test } from '@jest/globals';
import {
  appsDeployments,
  coreConfigMaps,
  coreNamespaces,
  corePods,
  coreSecrets,
  coreServiceAccounts,
} from '../../../src/scheme/generated/resources.ts';
import type { Namespace } from '../../../src/scheme/generated/types/core-v1.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { newDeployment, newPod } from '../../support/workloads.ts';

const namespaces = async (plane: TestPlane): Promise<(string | undefined)[]> =>
  (await plane.list(coreNamespaces)).map(({ metadata }) => metadata.name);

const team = (plane: TestPlane): Promise<Namespace> =>
  plane.client.get(coreNamespaces, { name: 'team' });

const createTeam = (plane: TestPlane): Promise<Namespace> =>
  plane.client.create(coreNamespaces, { metadata: { name: 'team' } });

async function expectGone(plane: TestPlane): Promise<void> {
  await plane.eventually(
    () => namespaces(plane),
    (names) => expect(names).not.toContain('team'),
  );
}

const conditionsOf = ({ status }: Namespace): Record<string, string> =>
  Object.fromEntries(status?.conditions?.map(({ type, message = '' }) => [type, message]) ?? []);

describe('a namespace that is deleted', () => {
  test('takes everything in it along, workloads and all, and then goes', async () => {
    await using plane = await testPlane({ controllers: 'all' });
    await createTeam(plane);
    const fields = { namespace: 'team', replicas: 3 };
    await plane.client.create(appsDeployments, newDeployment('web', fields));
    await plane.client.create(coreConfigMaps, { metadata: { name: 'c', namespace: 'team' } });
    await plane.client.create(coreSecrets, { metadata: { name: 's', namespace: 'team' } });
    await plane.eventually(
      () => plane.list(corePods, 'team'),
      (pods) => expect(pods).toHaveLength(3),
    );
    const { deleted } = await plane.client.delete(coreNamespaces, { name: 'team' });
    expect(deleted).toBe(false);
    await expectGone(plane);
    const counts = await plane.api.store.resourceCounts();
    expect(counts.map(({ resource }) => resource)).not.toContain('deployments');
    expect(await plane.list(coreConfigMaps, 'team')).toEqual([]);
  });

  test('waits for finalizers, and tells which', async () => {
    await using plane = await testPlane({ controllers: ['namespace'] });
    await createTeam(plane);
    const finalizers = ['example.com/hold'];
    const held = await plane.client.create(coreConfigMaps, {
      metadata: { name: 'held', namespace: 'team', finalizers },
    });
    await plane.client.delete(coreNamespaces, { name: 'team' });
    const waiting = await plane.eventually(
      () => team(plane),
      (namespace) => expect(conditionsOf(namespace)).toHaveProperty('NamespaceFinalizersRemaining'),
    );
    expect(waiting.status?.phase).toBe('Terminating');
    expect(conditionsOf(waiting)).toEqual({
      NamespaceDeletionDiscoveryFailure: 'All resources successfully discovered',
      NamespaceDeletionGroupVersionParsingFailure: 'All legacy kube types successfully parsed',
      NamespaceDeletionContentFailure:
        'All content successfully deleted, may be waiting on finalization',
      NamespaceContentRemaining:
        'Some resources are remaining: configmaps. has 1 resource instances',
      NamespaceFinalizersRemaining:
        'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    });
    await plane.idle();
    expect(await namespaces(plane)).toContain('team');
    const latest = await plane.client.get(coreConfigMaps, {
      namespace: 'team',
      name: held.metadata.name ?? '',
    });
    expect(latest.metadata.deletionTimestamp).toBeDefined();
    await plane.client.update(coreConfigMaps, {
      ...latest,
      metadata: { ...latest.metadata, finalizers: [] },
    });
    await expectGone(plane);
  });

  test('ends its Pods first, within their grace periods, before what they use', async () => {
    await using plane = await testPlane({ controllers: ['namespace'], drivePods: false });
    await createTeam(plane);
    await plane.client.create(coreServiceAccounts, {
      metadata: { name: 'default', namespace: 'team' },
    });
    const pod = newPod('slow', { namespace: 'team', nodeName: 'node-1' });
    await plane.client.create(corePods, pod);
    await plane.client.create(coreSecrets, { metadata: { name: 's', namespace: 'team' } });
    await plane.client.delete(coreNamespaces, { name: 'team' });
    await plane.eventually(
      () => plane.client.get(corePods, { namespace: 'team', name: 'slow' }),
      ({ metadata }) => expect(metadata.deletionGracePeriodSeconds).toBe(30),
    );
    await plane.idle();
    expect(await plane.list(coreSecrets, 'team')).toHaveLength(1);
    await plane.client.delete(
      corePods,
      { namespace: 'team', name: 'slow' },
      { gracePeriodSeconds: 0 },
    );
    await expectGone(plane);
  });

  test('is not touched before it is deleted', async () => {
    await using plane = await testPlane({ controllers: ['namespace'] });
    await createTeam(plane);
    await plane.idle();
    const before = await plane.api.store.currentResourceVersion();
    await plane.restartControllers();
    await plane.idle();
    expect(await plane.api.store.currentResourceVersion()).toBe(before);
  });
});
