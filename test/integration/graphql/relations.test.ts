import { describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import {
  appsDeployments,
  appsReplicaSets,
  coreConfigMaps,
  coreEvents,
  coreNodes,
  corePods,
  coreSecrets,
} from '../../../src/scheme/generated/resources.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import { configMap, deploymentManifest, podManifest } from '../../support/api-objects.ts';
import { testGraphql } from '../../support/graphql-server.ts';

function ownedBy(owner: ApiObject) {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
  };
}

/** A Deployment with a ReplicaSet and its Pods, bound to nodes, as controllers would have made them. */
async function createRollout(client: ApiClient, pods: number): Promise<void> {
  await client.create(coreNodes, { metadata: { name: 'node-0' } });
  await client.create(coreNodes, { metadata: { name: 'node-1' } });
  const deployment = await client.create(appsDeployments, deploymentManifest('web', pods));
  const replicaSet = await client.create(appsReplicaSets, {
    metadata: { name: 'web-1', namespace: 'default', ownerReferences: [ownedBy(deployment)] },
    spec: { selector: deployment.spec?.selector ?? {}, template: deployment.spec?.template },
  } as never);
  for (let i = 0; i < pods; i++) {
    const manifest = podManifest(`web-1-${i}`);
    const pod = await client.create(corePods, {
      ...manifest,
      metadata: { ...manifest.metadata, ownerReferences: [ownedBy(replicaSet)] },
      spec: { ...manifest.spec, nodeName: `node-${i % 2}` },
    } as never);
    await client.create(coreEvents, {
      metadata: { name: `web-1-${i}.1`, namespace: 'default' },
      involvedObject: {
        kind: 'Pod',
        name: pod.metadata.name,
        namespace: 'default',
        uid: pod.metadata.uid,
      },
      reason: 'Scheduled',
      message: `assigned ${i}`,
    } as never);
  }
}

/** Counts the calls that reads make. */
function counting(client: ApiClient, calls: string[]): ApiClient {
  return new Proxy(client, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        calls.push(`${String(property)} ${(args[0] as { resource?: string }).resource}`);
        return Reflect.apply(value, target, args);
      };
    },
  });
}

describe('relations', () => {
  test('lead from a Deployment to its Pods, their nodes and events, and back', async () => {
    await using plane = await testGraphql();
    await createRollout(plane.api.client, 3);
    const name = (n: string) => ({ metadata: { name: n } });
    expect(
      await plane.client.request(`{
        apps { v1 { deployment(name: "web") {
          replicaSets { metadata { name } owner { kind metadata { name } } }
          pods { metadata { name } node { metadata { name } } events { message } owners { kind } }
          dependents { kind metadata { name } }
        } } }
        core { v1 { node(name: "node-0") { pods { metadata { name } } } } }
      }`),
    ).toEqual({
      apps: {
        v1: {
          deployment: {
            replicaSets: [{ ...name('web-1'), owner: { kind: 'Deployment', ...name('web') } }],
            pods: [0, 1, 2].map((i) => ({
              ...name(`web-1-${i}`),
              node: name(`node-${i % 2}`),
              events: [{ message: `assigned ${i}` }],
              owners: [{ kind: 'ReplicaSet' }],
            })),
            dependents: [{ kind: 'ReplicaSet', ...name('web-1') }],
          },
        },
      },
      core: { v1: { node: { pods: [name('web-1-0'), name('web-1-2')] } } },
    });
  });

  test('are null or empty where they lead nowhere', async () => {
    await using plane = await testGraphql();
    await plane.api.client.create(corePods, podManifest('alone'));
    expect(
      await plane.client.request(
        '{ core { v1 { pod(name: "alone") { node { kind } owner { kind } owners { kind } events { reason } } } } }',
      ),
    ).toEqual({ core: { v1: { pod: { node: null, owner: null, owners: [], events: [] } } } });
  });

  test('read each resource once, however many objects they lead from', async () => {
    const calls: string[] = [];
    await using plane = await testGraphql({ interceptClient: (client) => counting(client, calls) });
    await createRollout(plane.api.client, 30);
    await plane.client.request(
      '{ core { v1 { pods { items { node { metadata { name } } events { reason } owner { kind } } } } } }',
    );
    expect(calls.sort()).toEqual([
      'get nodes',
      'get nodes',
      'get replicasets',
      'list events',
      'list pods',
    ]);
  });
});

const READS = 60;

test('all of one query is answered at one resourceVersion, among concurrent writers', async () => {
  await using plane = await testGraphql();
  const { client } = plane.api;
  await client.create(coreConfigMaps, configMap('left', { n: '0' }));
  await client.create(coreSecrets, { metadata: { name: 'right', namespace: 'default' } });
  let isWriting = true;
  // Both sides change in one transaction, so whoever sees them differ has looked at two moments.
  const write = async (): Promise<void> => {
    for (let i = 1; isWriting; i++) {
      const patch = { type: 'merge' as const, patch: { metadata: { labels: { n: String(i) } } } };
      await client.transaction([
        {
          type: 'patch',
          ref: coreConfigMaps,
          target: { namespace: 'default', name: 'left' },
          patch,
        },
        { type: 'patch', ref: coreSecrets, target: { namespace: 'default', name: 'right' }, patch },
      ]);
    }
  };
  const writing = write();
  const query = `{ core { v1 {
    configMap(name: "left") { metadata { labels } }
    secrets(namespace: "default", fieldSelector: "metadata.name=right") { items { metadata { labels } } }
    secret(name: "right") { metadata { labels } }
    configMaps(namespace: "default", fieldSelector: "metadata.name=left") { items { metadata { labels } } }
  } } }`;
  const differing: unknown[] = [];
  for (let i = 0; i < READS; i++) {
    const { core } = await plane.client.request<{ core: { v1: Sides } }>(query);
    const { configMap: left, secret: right, configMaps, secrets } = core.v1;
    const seen = [left, right, configMaps.items[0], secrets.items[0]];
    if (new Set(seen.map((object) => object?.metadata.labels?.n)).size > 1) differing.push(seen);
  }
  isWriting = false;
  await writing;
  expect(differing).toEqual([]);
});

interface Labelled {
  readonly metadata: { readonly labels: Record<string, string> | null };
}

interface Sides {
  readonly configMap: Labelled;
  readonly secret: Labelled;
  readonly configMaps: { readonly items: readonly Labelled[] };
  readonly secrets: { readonly items: readonly Labelled[] };
}
