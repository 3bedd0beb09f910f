import { expect, test } from '@jest/globals';
import type { ApiClient } from '../../../../src/apiserver/client.ts';
import {
  appsDeployments,
  coreNamespaces,
  corePods,
} from '../../../../src/scheme/generated/resources.ts';
import { testApi } from '../../../support/plane.ts';

const P = 'pod-security.kubernetes.io/';

const namespace = (client: ApiClient, labels: Record<string, string>) =>
  client.create(coreNamespaces, { metadata: { name: 'shop', labels } });

const pod = (name: string, privileged = false) => ({
  metadata: { namespace: 'shop', name },
  spec: { containers: [{ name: 'a', image: 'nginx', securityContext: { privileged } }] },
});

const deployment = {
  metadata: { namespace: 'shop', name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: pod('web', true).spec },
  },
};

test('a Pod that does not meet the enforced standard is refused in the words of Kubernetes', async () => {
  await using api = await testApi();
  await namespace(api.client, { [`${P}enforce`]: 'baseline', [`${P}enforce-version`]: 'v1.30' });
  await expect(api.client.create(corePods, pod('web', true))).rejects.toMatchObject({
    reason: 'Forbidden',
    message:
      'pods "web" is forbidden: violates PodSecurity "baseline:v1.30": privileged (container "a" must not set securityContext.privileged=true)',
  });
  await api.client.create(corePods, pod('web'));
});

test('a workload is let through with a warning, by the mode that asks for one', async () => {
  await using api = await testApi();
  const { client } = api;
  await namespace(client, { [`${P}enforce`]: 'restricted', [`${P}warn`]: 'baseline' });
  const warnings: string[] = [];
  await client.create(appsDeployments, deployment, { onWarning: (text) => warnings.push(text) });
  expect(warnings).toEqual([
    'would violate PodSecurity "baseline:latest": privileged (container "a" must not set securityContext.privileged=true)',
  ]);
});

test('labels that mean nothing are refused, and a change that is not about them is not', async () => {
  await using api = await testApi();
  await expect(namespace(api.client, { [`${P}enforce`]: 'strict' })).rejects.toMatchObject({
    reason: 'Invalid',
    message: expect.stringContaining(
      `metadata.labels[${P}enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted`,
    ),
  });
});

test('a stricter label warns of the Pods that are there', async () => {
  await using api = await testApi();
  const { client } = api;
  await namespace(client, {});
  for (const name of ['b', 'a', 'c']) await client.create(corePods, pod(name, true));
  const warnings: string[] = [];
  const patch = { metadata: { labels: { [`${P}enforce`]: 'baseline' } } };
  await client.patch(
    coreNamespaces,
    { name: 'shop' },
    { type: 'merge', patch },
    { onWarning: (text) => warnings.push(text) },
  );
  expect(warnings).toEqual([
    'existing pods in namespace "shop" violate the new PodSecurity enforce level "baseline:latest"',
    'a (and 2 other pods): privileged',
  ]);
});
