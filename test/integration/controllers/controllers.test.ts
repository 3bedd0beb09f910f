import { expect, test } from '@jest/globals';
import {
  appsDeployments,
  appsReplicaSets,
  coreConfigMaps,
  coreNamespaces,
  corePods,
  coreServices,
} from '../../../src/scheme/generated/resources.ts';
import { testPlane } from '../../support/control-plane.ts';
import { createTestDatabase } from '../../support/database.ts';
import { postgresQueueServer } from '../../support/queue-servers.ts';
import { newDeployment, newReplicaSet, newService } from '../../support/workloads.ts';

test('a quiet cluster makes no writes: every controller finds everything as it should be', async () => {
  await using plane = await testPlane({ controllers: 'all' });
  const { client } = plane;
  await client.create(coreNamespaces, { metadata: { name: 'team' } });
  await client.create(appsDeployments, newDeployment('web', { namespace: 'team', replicas: 5 }));
  await client.create(coreServices, newService('web', { namespace: 'team' }));
  await client.create(coreConfigMaps, { metadata: { name: 'c', namespace: 'team' } });
  await plane.eventually(
    () => client.get(appsDeployments, { namespace: 'team', name: 'web' }),
    ({ status }) => expect(status?.availableReplicas).toBe(5),
  );
  await plane.idle();
  const before = await plane.api.store.currentResourceVersion();
  await plane.restartControllers();
  await plane.idle();
  expect(await plane.api.store.currentResourceVersion()).toBe(before);
});

test('two processes that share the work make exactly as many Pods as one', async () => {
  await using database = await createTestDatabase();
  await using server = await postgresQueueServer();
  const databaseUrl = database.url;
  const options = { controllers: ['replicaset'], databaseUrl } as const;
  await using first = await testPlane({
    ...options,
    queue: await server.backend(),
    shared: { identity: 'first' },
  });
  await using second = await testPlane({
    ...options,
    drivePods: false,
    queue: await server.backend(),
    shared: { identity: 'second' },
  });
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) {
    const labels = { app: name };
    const { metadata, spec } = newReplicaSet(name, { replicas: 60 });
    await first.client.create(appsReplicaSets, {
      metadata,
      spec: {
        ...spec,
        selector: { matchLabels: labels },
        template: { ...spec?.template, metadata: { labels } },
      },
    });
  }
  const readyReplicas = async (): Promise<(number | undefined)[]> => {
    second.clock.advance(100);
    const sets = await first.list(appsReplicaSets, 'default');
    return sets.map(({ status }) => status?.readyReplicas);
  };
  await first.eventually(readyReplicas, (counts) => expect(counts).toEqual([60, 60, 60, 60]));
  await Promise.all([first.idle(), second.idle()]);
  expect(await first.list(corePods, 'default')).toHaveLength(240);
});
