import { expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { testGraphql } from '../../support/graphql-server.ts';

const DEPLOYMENT = {
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'nginx:1.7.9' }] },
    },
  },
};

test('a Deployment is created, read, listed, changed, scaled and deleted', async () => {
  await using plane = await testGraphql();
  const { client } = plane;
  const created = await client.request<any>(
    `mutation ($input: AppsV1DeploymentInput!) {
      createAppsV1Deployment(input: $input) { apiVersion kind metadata { name namespace uid generation } spec { replicas strategy { type } } }
    }`,
    { input: DEPLOYMENT },
  );
  expect(created.createAppsV1Deployment).toMatchObject({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', generation: 1 },
    spec: { replicas: 2, strategy: { type: 'RollingUpdate' } },
  });
  const watch = client.subscribe<any>(
    'subscription { watchAppsV1Deployments(namespace: "default") { type resourceVersion object { metadata { name generation } spec { replicas } } } }',
  );
  await eventually(
    () => watch.results.length,
    (n) => expect(n).toBe(1),
  );
  const read = await client.request<any>(
    '{ apps { v1 { deployments { metadata { resourceVersion } items { metadata { name } } } deployment(name: "web") { metadata { name } } } } }',
  );
  expect(read.apps.v1.deployments.items).toEqual([{ metadata: { name: 'web' } }]);
  const patched = await client.request<any>(
    'mutation { patchAppsV1Deployment(name: "web", patch: {spec: {replicas: 3}}) { spec { replicas } } }',
  );
  expect(patched.patchAppsV1Deployment.spec.replicas).toBe(3);
  const scaled = await client.request<any>(
    'mutation { scaleAppsV1Deployment(name: "web", replicas: 5) { spec { replicas } } }',
  );
  expect(scaled.scaleAppsV1Deployment.spec.replicas).toBe(5);
  const deleted = await client.request<any>(
    'mutation { deleteAppsV1Deployment(name: "web") { deleted object { metadata { name } } } }',
  );
  expect(deleted.deleteAppsV1Deployment.deleted).toBe(true);
  await eventually(
    () => watch.results.map((r: any) => r.watchAppsV1Deployments.type),
    (types) => expect(types).toEqual(['ADDED', 'MODIFIED', 'MODIFIED', 'DELETED']),
  );
  watch.stop();
});
