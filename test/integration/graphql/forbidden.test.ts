import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient as createSseClient } from 'graphql-sse';
import { createBearerTokenAuthenticator } from '../../../src/apiserver/authentication/bearer-token.ts';
import { ADMIN_USER } from '../../../src/apiserver/authentication/identities.ts';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import {
  appsReplicaSets,
  coreEvents,
  coreNodes,
  corePods,
  coreSecrets,
  rbacClusterRoleBindings,
  rbacClusterRoles,
  rbacRoleBindings,
  rbacRoles,
} from '../../../src/scheme/generated/resources.ts';
import { deploymentManifest, podManifest } from '../../support/api-objects.ts';
import { eventually } from '../../support/eventually.ts';
import { GraphqlClient, type GraphqlError } from '../../support/graphql-client.ts';
import { TEST_TOKEN, type TestGraphql, testGraphql } from '../../support/graphql-server.ts';
import {
  clusterRole,
  clusterRoleBinding,
  person,
  role,
  roleBinding,
} from '../../support/policy.ts';

/** Jane reads Pods of the default namespace, and nothing else. */
const JANE_TOKEN = 'the-token-of-jane';
let plane: TestGraphql;
let jane: GraphqlClient;
let admin: GraphqlClient;

beforeAll(async () => {
  const tokens = [
    { token: TEST_TOKEN, user: ADMIN_USER },
    { token: JANE_TOKEN, user: person('jane') },
  ];
  plane = await testGraphql({
    api: { authenticators: tokens.map(createBearerTokenAuthenticator) },
  });
  admin = plane.client;
  jane = new GraphqlClient({ url: plane.url, token: JANE_TOKEN });
  await createWorld(plane.api.client);
});

afterAll(async () => {
  await jane[Symbol.asyncDispose]();
  await plane[Symbol.asyncDispose]();
});

async function createWorld(client: ApiClient): Promise<void> {
  await client.create(rbacRoles, role('default', 'pod-reader', 'get,list,watch pods'));
  await client.create(rbacRoleBindings, roleBinding('default', 'jane', 'pod-reader', 'User:jane'));
  await client.create(coreNodes, { metadata: { name: 'node-0' } });
  await client.create(coreSecrets, { metadata: { name: 'secret', namespace: 'default' } });
  const replicaSet = await client.create(appsReplicaSets, {
    metadata: { name: 'web', namespace: 'default' },
    spec: deploymentManifest('web').spec as never,
  });
  const manifest = podManifest('web-1');
  const { apiVersion, kind, metadata } = replicaSet;
  const pod = await client.create(corePods, {
    ...manifest,
    metadata: {
      ...manifest.metadata,
      ownerReferences: [
        { apiVersion, kind, name: 'web', uid: metadata.uid ?? '', controller: true },
      ],
    },
    spec: { ...manifest.spec, nodeName: 'node-0' },
  } as never);
  await client.create(corePods, podManifest('lonely'));
  const involvedObject = {
    kind: 'Pod',
    name: 'web-1',
    namespace: 'default',
    uid: pod.metadata.uid ?? '',
  };
  await client.create(coreEvents, {
    metadata: { name: 'web-1.1', namespace: 'default' },
    involvedObject,
    reason: 'Scheduled',
    message: 'assigned',
  } as never);
}

const RELATIONS = `
  node { metadata { name } }
  owner { kind metadata { name } }
  owners { kind metadata { name } }
  events { message }
  dependents { kind metadata { name } }
`;

/** `node: nodes "node-0" is forbidden: …` by the last part of the path. */
const places = (errors: readonly GraphqlError[] | undefined): string[] =>
  (errors ?? []).map(({ extensions, path }) => `${path?.join('.')} ${extensions?.code}`).sort();

interface PodsAnswer {
  readonly core: {
    readonly v1: { readonly pods: { readonly items: readonly Record<string, unknown>[] } };
  };
}

describe('what may not be read is null, with a Forbidden at its place, and everything else is there', () => {
  const QUERY = `{ core { v1 { pods(namespace: "default") { items { metadata { name } ${RELATIONS} history(limit: 1) { type } } } } } }`;

  test('in a query by HTTP', async () => {
    const { data, errors, httpStatus } = await jane.send<PodsAnswer>(QUERY);
    expect(httpStatus).toBe(200);
    const [lonely, web] = data?.core.v1.pods.items ?? [];
    expect(lonely).toEqual({
      metadata: { name: 'lonely' },
      node: null,
      owner: null,
      owners: [],
      events: null,
      dependents: [null],
      history: [{ type: 'ADDED' }],
    });
    expect(web).toEqual({
      metadata: { name: 'web-1' },
      node: null,
      owner: null,
      owners: [null],
      events: null,
      dependents: [null],
      history: [{ type: 'ADDED' }],
    });
    const at = 'core.v1.pods.items';
    expect(places(errors)).toEqual([
      `${at}.0.dependents.0 Forbidden`,
      `${at}.0.events Forbidden`,
      `${at}.1.dependents.0 Forbidden`,
      `${at}.1.events Forbidden`,
      `${at}.1.node Forbidden`,
      `${at}.1.owner Forbidden`,
      `${at}.1.owners.0 Forbidden`,
    ]);
    const node = errors?.find(({ path }) => path?.at(-1) === 'node');
    expect(node?.message).toBe(
      'nodes "node-0" is forbidden: User "jane" cannot get resource "nodes" in API group "" at the cluster scope',
    );
    expect(node?.extensions?.status).toMatchObject({ reason: 'Forbidden', code: 403 });
    expect(JSON.stringify(data)).not.toMatch(/node-0|assigned|ReplicaSet/);
  });

  test('and who may read it sees it', async () => {
    const { data, errors } = await admin.send<PodsAnswer>(QUERY);
    expect(errors).toBeUndefined();
    expect(data?.core.v1.pods.items[1]).toMatchObject({
      node: { metadata: { name: 'node-0' } },
      owner: { kind: 'ReplicaSet' },
      owners: [{ kind: 'ReplicaSet' }],
      events: [{ message: 'assigned' }],
      dependents: [],
    });
  });

  test('a forbidden part of a query leaves the other parts', async () => {
    const { data, errors } = await jane.send<Record<string, unknown>>(`{
      core { v1 {
        pod(name: "web-1") { metadata { name } }
        secret(name: "secret") { data }
        secrets(namespace: "default") { items { data } }
        elsewhere: pods(namespace: "kube-system") { items { metadata { name } } }
        everywhere: pods { items { metadata { name } } }
      } }
      object(resource: "secret", name: "secret")
      objects(resource: "secrets", namespace: "default")
      tables(resource: "pods,secrets,configmaps", namespace: "default") { resource { name } rows { name } }
      version { major }
    }`);
    expect(data).toEqual({
      core: {
        v1: {
          pod: { metadata: { name: 'web-1' } },
          secret: null,
          secrets: null,
          elsewhere: null,
          everywhere: null,
        },
      },
      object: null,
      objects: null,
      tables: [
        { resource: { name: 'pods' }, rows: [{ name: 'lonely' }, { name: 'web-1' }] },
        null,
        null,
      ],
      version: { major: '1' },
    });
    expect(places(errors)).toEqual([
      'core.v1.elsewhere Forbidden',
      'core.v1.everywhere Forbidden',
      'core.v1.secret Forbidden',
      'core.v1.secrets Forbidden',
      'object Forbidden',
      'objects Forbidden',
      'tables.1 Forbidden',
      'tables.2 Forbidden',
    ]);
  });

  test('a read alone needs the right to get, also among others', async () => {
    const client = plane.api.client;
    await client.create(rbacRoles, role('default', 'one-secret', 'get secrets names=secret'));
    await client.create(
      rbacRoleBindings,
      roleBinding('default', 'jane-secret', 'one-secret', 'User:jane'),
    );
    const query = `{
      core { v1 {
        secret(name: "secret") { metadata { name } events { message } }
        other: secret(name: "other") { metadata { name } }
      } }
    }`;
    const { data, errors } = await jane.send<Record<string, unknown>>(query);
    expect(data).toEqual({
      core: { v1: { secret: { metadata: { name: 'secret' }, events: null }, other: null } },
    });
    expect(places(errors)).toEqual(['core.v1.other Forbidden', 'core.v1.secret.events Forbidden']);
    await client.delete(rbacRoleBindings, { namespace: 'default', name: 'jane-secret' });
  });

  test('a write of somebody who may not write changes nothing and says so', async () => {
    const { data, errors } = await jane.send<Record<string, unknown>>(`mutation {
      deleteCoreV1Pod(name: "lonely") { object { metadata { name } } }
      createObject(object: {apiVersion: "v1", kind: "ConfigMap", metadata: {name: "x", namespace: "default"}})
      apply(manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {name: y}}") { operation error { reason } }
    }`);
    expect(places(errors).every((place) => place.endsWith('Forbidden'))).toBe(true);
    expect(data).toMatchObject({ deleteCoreV1Pod: null, createObject: null });
    expect(JSON.stringify(data?.apply)).toContain('Forbidden');
  });
});

const WATCH = `subscription {
  event: watchCoreV1Pods(namespace: "default", fieldSelector: "metadata.name=web-1") {
    type object { metadata { name } ${RELATIONS} }
  }
}`;

interface PodEvent {
  readonly event: { readonly type: string; readonly object: Record<string, unknown> };
}

const REFUSED = {
  metadata: { name: 'web-1' },
  node: null,
  owner: null,
  owners: [null],
  events: null,
  dependents: [null],
};
const REFUSED_PLACES = [
  'event.object.dependents.0 Forbidden',
  'event.object.events Forbidden',
  'event.object.node Forbidden',
  'event.object.owner Forbidden',
  'event.object.owners.0 Forbidden',
];

describe('subscriptions', () => {
  test('by WebSocket show each subscriber what they may read, whoever else watches the same', async () => {
    const [hers, admins] = [jane, admin].map((client) => client.subscribe<PodEvent>(WATCH));
    await eventually(
      () => [hers?.results.length, admins?.results.length],
      (counts) => expect(counts).toEqual([1, 1]),
    );
    expect(hers?.results[0]?.event.object).toEqual(REFUSED);
    expect(places(hers?.partErrors)).toEqual(REFUSED_PLACES);
    expect(admins?.results[0]?.event.object).toMatchObject({
      node: { metadata: { name: 'node-0' } },
      events: [{ message: 'assigned' }],
    });
    expect(admins?.partErrors).toEqual([]);
    for (const stream of [hers, admins]) stream?.stop();
  });

  test('by server-sent events as well', async () => {
    const client = createSseClient({
      url: `${plane.url}/graphql`,
      headers: { authorization: `Bearer ${JANE_TOKEN}` },
      retryAttempts: 0,
    });
    const results = client.iterate<PodEvent>({ query: WATCH });
    const { value } = (await results.next()) as {
      value: { data: PodEvent; errors: readonly GraphqlError[] };
    };
    expect(value.data.event.object).toEqual(REFUSED);
    expect(places(value.errors)).toEqual(REFUSED_PLACES);
    await results.return?.();
    client.dispose();
  });

  test.each([
    ['watchCoreV1Secrets(namespace: "default") { type }', 'secrets'],
    ['watchCoreV1Pods { type }', 'pods'],
    [
      'watch(resources: [{resource: "pods", namespace: "default"}, {resource: "secrets"}]) { type }',
      'secrets',
    ],
    ['watchTable(resource: "nodes") { type }', 'nodes'],
  ])('of what may not be watched are refused: %s', async (field, resource) => {
    const stream = jane.subscribe(`subscription { event: ${field} }`);
    const error = await stream.ended;
    expect(error).toMatchObject({ code: 'Forbidden' });
    expect(error?.message).toMatch(new RegExp(`^${resource} is forbidden: User "jane" cannot`));
    expect(stream.results).toEqual([]);
  });

  test('end with Forbidden when the right is taken away, before anything else is delivered', async () => {
    const { client } = plane.api;
    const name = 'jane-configmaps';
    await client.create(rbacClusterRoles, clusterRole(name, 'get,list,watch configmaps,services'));
    await client.create(rbacClusterRoleBindings, clusterRoleBinding(name, name, 'User:jane'));
    const one = jane.subscribe<unknown>('subscription { watchCoreV1Services { type } }');
    const both = jane.subscribe<unknown>(
      'subscription { watch(resources: [{resource: "configmaps"}, {resource: "services"}]) { type } }',
    );
    // The `kubernetes` Service of every cluster.
    await eventually(
      () => [one.results.length, both.results.length],
      (counts) => expect(counts).toEqual([1, 1]),
    );
    await client.delete(rbacClusterRoleBindings, { name });
    for (const stream of [one, both]) {
      expect(await stream.ended).toMatchObject({ code: 'Forbidden' });
    }
  });

  test('do not give out again what was read with rights that are gone', async () => {
    const { client } = plane.api;
    await client.create(rbacClusterRoles, clusterRole('nodes', 'get,list nodes'));
    await client.create(rbacClusterRoleBindings, clusterRoleBinding('nodes', 'nodes', 'User:jane'));
    const query = `subscription {
      event: watchCoreV1Pods(namespace: "default", fieldSelector: "metadata.name=web-1") {
        object { node { metadata { name } } }
      }
    }`;
    const before = jane.subscribe<PodEvent>(query);
    await eventually(
      () => before.results[0]?.event.object,
      (object) => expect(object).toEqual({ node: { metadata: { name: 'node-0' } } }),
    );
    await client.delete(rbacClusterRoleBindings, { name: 'nodes' });
    const after = jane.subscribe<PodEvent>(query);
    await eventually(
      () => after.results[0]?.event.object,
      (object) => expect(object).toEqual({ node: null }),
    );
    for (const stream of [before, after]) stream.stop();
  });
});
