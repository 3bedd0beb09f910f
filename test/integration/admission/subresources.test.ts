import { expect, test } from '@jest/globals';
import { appsDeployments, corePods } from '../../../src/scheme/generated/resources.ts';
import { deploymentManifest, podManifest } from '../../support/api-objects.ts';
import { testApi } from '../../support/plane.ts';
import { enforce } from '../../support/policies.ts';
import { validateBy, webhookOf } from '../../support/webhook-registrations.ts';
import { startWebhook } from '../../support/webhook-server.ts';

const rule = (apiGroup: string, resource: string) => ({
  resourceRules: [
    {
      apiGroups: [apiGroup],
      apiVersions: ['v1'],
      operations: ['*' as const],
      resources: [resource],
    },
  ],
});

test('a policy for a subresource judges what goes through it, in its own kind', async () => {
  await using api = await testApi();
  const { client } = api;
  await enforce(client, {
    spec: {
      matchConstraints: rule('apps', 'deployments/scale'),
      validations: [
        {
          expression:
            "object.kind == 'Scale' && request.subResource == 'scale' && request.kind.group == 'autoscaling' && object.spec.replicas <= 5",
          message: 'at most five',
        },
      ],
    },
  });
  await client.create(appsDeployments, deploymentManifest('web', 9));
  const scale = (replicas: number) =>
    client.patch(
      appsDeployments,
      { name: 'web', namespace: 'default' },
      { type: 'merge', patch: { spec: { replicas } } },
      { subresource: 'scale' },
    );
  await scale(5);
  await expect(scale(6)).rejects.toThrow('denied request: at most five');
});

test('a webhook for a resource is not asked about its subresources, and one for all that is of it is asked about all', async () => {
  await using api = await testApi();
  await using server = await startWebhook();
  const rules = (resource: string) => rule('', resource).resourceRules;
  await validateBy(api.client, [
    webhookOf(server, { rules: rules('pods/*') }),
    webhookOf(server, { name: 'pods.example.com', rules: rules('pods') }),
  ]);
  await api.client.create(corePods, podManifest('web'));
  expect(server.reviews).toHaveLength(2);
  await api.client.createSubresource(corePods, { name: 'web', namespace: 'default' }, 'binding', {
    target: { kind: 'Node', name: 'node-1' },
  });
  expect(server.reviews.at(-1)?.request).toMatchObject({
    subResource: 'binding',
    operation: 'CREATE',
    kind: { kind: 'Binding' },
    object: { target: { name: 'node-1' } },
  });
  expect(server.reviews).toHaveLength(3);
});
