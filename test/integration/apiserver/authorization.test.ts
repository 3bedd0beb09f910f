import { describe, expect, test } from '@jest/globals';
import {
  controllerUser,
  nodeUser,
  SCHEDULER_USER,
  serviceAccountUser,
} from '../../../src/apiserver/authentication/identities.ts';
import { DEFAULT_CLUSTER_ROLES } from '../../../src/apiserver/authorization/bootstrap-policy/default-policy.ts';
import type { ApiClient, UserInfo, WatchSink } from '../../../src/apiserver/client.ts';
import {
  coordinationLeases,
  coreConfigMaps,
  coreNodes,
  corePods,
  coreSecrets,
  rbacClusterRoleBindings,
  rbacClusterRoles,
  rbacRoleBindings,
  rbacRoles,
} from '../../../src/scheme/generated/resources.ts';
import type { WatchEvent } from '../../../src/scheme/object.ts';
import { configMap, podManifest } from '../../support/api-objects.ts';
import { eventually } from '../../support/eventually.ts';
import { as, grantToJane, JANE } from '../../support/jane.ts';
import { testApi } from '../../support/plane.ts';
import { clusterRole, clusterRoleBinding, role, roleBinding } from '../../support/policy.ts';

const FORBIDDEN = { reason: 'Forbidden' };

describe('a change of the policy', () => {
  test('is in force when its write is acknowledged, each time', async () => {
    await using api = await testApi();
    const jane = as(api, JANE);
    await api.client.create(rbacClusterRoles, clusterRole('reader', 'list configmaps'));
    for (let i = 0; i < 20; i++) {
      await expect(jane.list(coreConfigMaps)).rejects.toMatchObject(FORBIDDEN);
      await api.client.create(
        rbacClusterRoleBindings,
        clusterRoleBinding('reader', 'reader', 'User:jane'),
      );
      await jane.list(coreConfigMaps);
      await api.client.delete(rbacClusterRoleBindings, { name: 'reader' });
    }
  });

  test('is in force where it is written also when other processes write at the same time', async () => {
    await using api = await testApi();
    await using other = await testApi({ databaseUrl: api.databaseUrl });
    const jane = as(api, JANE);
    await api.client.create(rbacClusterRoles, clusterRole('reader', 'list configmaps'));
    let isDone = false;
    const noise = (async () => {
      for (let i = 0; !isDone; i++)
        await other.client.create(coreConfigMaps, configMap(`noise-${i}`));
    })();
    for (let i = 0; i < 15; i++) {
      await api.client.create(
        rbacClusterRoleBindings,
        clusterRoleBinding('reader', 'reader', 'User:jane'),
      );
      await jane.list(coreConfigMaps);
      await api.client.delete(rbacClusterRoleBindings, { name: 'reader' });
      await expect(jane.list(coreConfigMaps)).rejects.toMatchObject(FORBIDDEN);
    }
    isDone = true;
    await noise;
  });

  test('reaches other processes', async () => {
    await using api = await testApi();
    await using other = await testApi({ databaseUrl: api.databaseUrl });
    const jane = as(other, JANE);
    await expect(jane.list(coreConfigMaps)).rejects.toMatchObject(FORBIDDEN);
    await grantToJane(api, 'reader', 'list configmaps');
    await eventually(() => jane.list(coreConfigMaps));
  });
});

describe('names', () => {
  test('a rule about names allows those names, also to list and watch them, and nothing beside', async () => {
    await using api = await testApi();
    const jane = as(api, JANE);
    await grantToJane(api, 'named', '* configmaps names=a');
    for (const name of ['a', 'b']) await api.client.create(coreConfigMaps, configMap(name));
    const target = (name: string) => ({ namespace: 'default', name });
    expect((await jane.get(coreConfigMaps, target('a'))).metadata.name).toBe('a');
    await expect(jane.get(coreConfigMaps, target('b'))).rejects.toMatchObject(FORBIDDEN);
    const listed = await jane.list(coreConfigMaps, {
      namespace: 'default',
      fieldSelector: 'metadata.name=a',
    });
    expect(listed.items.map(({ metadata }) => metadata.name)).toEqual(['a']);
    for (const fieldSelector of ['metadata.name=b', 'metadata.name!=a', '']) {
      await expect(jane.list(coreConfigMaps, { fieldSelector })).rejects.toMatchObject(FORBIDDEN);
    }
    const watched = watch(jane, { fieldSelector: 'metadata.name=a' });
    await eventually(
      () => watched.events.length,
      (count) => expect(count).toBe(1),
    );
    await expect(jane.create(coreConfigMaps, configMap('a'))).rejects.toMatchObject({
      message:
        'configmaps is forbidden: User "jane" cannot create resource "configmaps" in API group "" in the namespace "default"',
    });
    await expect(
      jane.deleteCollection(coreConfigMaps, { fieldSelector: 'metadata.name=a' }),
    ).rejects.toMatchObject(FORBIDDEN);
    await jane.delete(coreConfigMaps, target('a'));
  });
});

function watch(client: ApiClient, options: { fieldSelector?: string } = {}) {
  const events: WatchEvent[] = [];
  const closed: Error[] = [];
  const sink: WatchSink = {
    onEvents: (batch) => events.push(...batch),
    onClose: (error) => closed.push(error),
  };
  const opened = client.watch(coreConfigMaps, options, sink as never);
  return { events, closed, opened };
}

test('a watch ends with Forbidden before the first event after the right to it is gone', async () => {
  await using api = await testApi();
  await grantToJane(api, 'reader', 'watch configmaps');
  const watched = watch(as(api, JANE));
  await watched.opened;
  await api.client.create(coreConfigMaps, configMap('before'));
  await eventually(
    () => watched.events.length,
    (count) => expect(count).toBe(1),
  );
  await api.client.delete(rbacClusterRoleBindings, { name: 'reader' });
  await api.client.create(coreConfigMaps, configMap('after'));
  await eventually(
    () => watched.closed,
    (closed) => expect(closed).toMatchObject([FORBIDDEN]),
  );
  expect(watched.events.map(({ object }) => object.metadata.name)).toEqual(['before']);
});

describe('nobody grants more than they hold', () => {
  const SETUP = [
    'create,update,patch,get,list rbac.authorization.k8s.io:roles,rolebindings,clusterroles,clusterrolebindings',
    'get,list pods',
    'get */log',
    'get secrets names=a',
    'get /healthz/*',
  ];

  test.each([
    [['get pods'], undefined],
    [['list pods', 'get pods'], undefined],
    [['get pods/log', 'get services/log'], undefined],
    [['get secrets names=a'], undefined],
    [['get /healthz/etcd', 'get /healthz/*'], undefined],
    [['create pods'], '{APIGroups:[""], Resources:["pods"], Verbs:["create"]}'],
    [
      ['get,create,delete pods,services'],
      '{APIGroups:[""], Resources:["pods"], Verbs:["create" "delete"]}\n{APIGroups:[""], Resources:["services"], Verbs:["get" "create" "delete"]}',
    ],
    [['get apps:pods'], '{APIGroups:["apps"], Resources:["pods"], Verbs:["get"]}'],
    [['* pods'], '{APIGroups:[""], Resources:["pods"], Verbs:["*"]}'],
    [['get *'], '{APIGroups:[""], Resources:["*"], Verbs:["get"]}'],
    [['get secrets'], '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}'],
    [
      ['get secrets names=a,b'],
      '{APIGroups:[""], Resources:["secrets"], ResourceNames:["b"], Verbs:["get"]}',
    ],
    [['get /metrics'], '{NonResourceURLs:["/metrics"], Verbs:["get"]}'],
    [['post /healthz/etcd'], '{NonResourceURLs:["/healthz/etcd"], Verbs:["post"]}'],
  ] as [string[], string | undefined][])('a role with %j', async (rules, missing) => {
    await using api = await testApi();
    await grantToJane(api, 'manager', ...SETUP);
    const create = as(api, JANE).create(rbacClusterRoles, clusterRole('new', ...rules));
    if (missing === undefined) expect((await create).rules).toHaveLength(rules.length);
    else {
      await expect(create).rejects.toMatchObject({
        reason: 'Forbidden',
        message: `clusterroles.rbac.authorization.k8s.io "new" is forbidden: user "jane" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n${missing}`,
      });
    }
  });

  test('by changing a role, a binding, or by either in a namespace', async () => {
    await using api = await testApi();
    await grantToJane(api, 'manager', ...SETUP);
    const jane = as(api, JANE);
    const held = await jane.create(rbacRoles, role('default', 'held', 'get pods'));
    await jane.create(rbacRoleBindings, roleBinding('default', 'held', 'held', 'User:bob'));
    const more = { ...held, rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] };
    await expect(jane.update(rbacRoles, more)).rejects.toMatchObject(FORBIDDEN);
    const patch = { type: 'merge', patch: { rules: more.rules } } as const;
    const target = { namespace: 'default', name: 'held' };
    await expect(jane.patch(rbacRoles, target, patch)).rejects.toMatchObject(FORBIDDEN);
    await jane.patch(rbacRoles, target, {
      type: 'merge',
      patch: { metadata: { labels: { a: 'b' } } },
    });
    for (const roleName of ['ClusterRole/cluster-admin', 'ClusterRole/system:node']) {
      const binding = roleBinding('default', 'more', roleName, 'User:jane');
      await expect(jane.create(rbacRoleBindings, binding)).rejects.toThrow(
        /attempting to grant RBAC permissions not currently held/,
      );
    }
    await expect(
      jane.create(rbacClusterRoleBindings, clusterRoleBinding('x', 'nowhere', 'User:jane')),
    ).rejects.toMatchObject({
      reason: 'NotFound',
      message: 'clusterroles.rbac.authorization.k8s.io "nowhere" not found',
    });
  });

  test('unless they may escalate the role, or bind it', async () => {
    await using api = await testApi();
    await grantToJane(
      api,
      'manager',
      'create,update rbac.authorization.k8s.io:roles,rolebindings',
      'escalate rbac.authorization.k8s.io:roles names=free',
      'bind rbac.authorization.k8s.io:clusterroles names=cluster-admin',
    );
    const jane = as(api, JANE);
    await jane.create(rbacRoles, role('default', 'free', '* *:*'));
    await expect(jane.create(rbacRoles, role('default', 'other', '* *:*'))).rejects.toMatchObject(
      FORBIDDEN,
    );
    const binding = roleBinding('default', 'b', 'ClusterRole/cluster-admin', 'User:bob');
    await jane.create(rbacRoleBindings, binding);
    await expect(
      jane.create(rbacRoleBindings, roleBinding('default', 'c', 'free', 'User:bob')),
    ).rejects.toMatchObject(FORBIDDEN);
  });

  test('and an aggregated role is for who may do everything', async () => {
    await using api = await testApi();
    await grantToJane(api, 'manager', ...SETUP);
    const aggregated = {
      ...clusterRole('sum', 'get pods'),
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
    };
    await expect(as(api, JANE).create(rbacClusterRoles, aggregated)).rejects.toMatchObject({
      message:
        'clusterroles.rbac.authorization.k8s.io "sum" is forbidden: must have cluster-admin privileges to use the aggregationRule',
    });
    await api.client.create(rbacClusterRoles, aggregated);
  });
});

describe('the default policy', () => {
  test('is there at the first start, and mended at the next, but for what somebody protects', async () => {
    await using api = await testApi();
    const names = (await api.client.list(rbacClusterRoles)).items.map(
      ({ metadata }) => metadata.name,
    );
    expect(names).toEqual(
      expect.arrayContaining(DEFAULT_CLUSTER_ROLES.map(({ metadata }) => metadata.name)),
    );
    const { client } = api;
    const merge = (patch: object) => ({ type: 'merge', patch }) as const;
    await client.patch(rbacClusterRoles, { name: 'system:kube-scheduler' }, merge({ rules: [] }));
    await client.delete(rbacClusterRoles, { name: 'system:discovery' });
    await client.patch(
      rbacClusterRoleBindings,
      { name: 'system:discovery' },
      merge({ subjects: null }),
    );
    await client.delete(rbacClusterRoleBindings, { name: 'system:basic-user' });
    await client.create(
      rbacClusterRoleBindings,
      clusterRoleBinding('system:basic-user', 'view', 'User:bob'),
    );
    const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' };
    const protectedRole = { name: 'system:monitoring' };
    await client.patch(
      rbacClusterRoles,
      protectedRole,
      merge({ rules: [], metadata: { annotations } }),
    );
    const extra = { apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get'] };
    const discovery = { name: 'system:public-info-viewer' };
    await client.patch(rbacClusterRoles, discovery, merge({ rules: [extra] }));

    await using again = await testApi({ databaseUrl: api.databaseUrl });
    const read = async (name: string) => (await again.client.get(rbacClusterRoles, { name })).rules;
    expect((await read('system:kube-scheduler'))?.length).toBeGreaterThan(10);
    expect(await read('system:discovery')).toHaveLength(1);
    expect((await read('system:monitoring')) ?? []).toEqual([]);
    expect(await read('system:public-info-viewer')).toEqual([
      extra,
      ...['/healthz', '/livez', '/readyz', '/version', '/version/'].map((path) => ({
        nonResourceURLs: [path],
        verbs: ['get'],
      })),
    ]);
    const binding = async (name: string) => again.client.get(rbacClusterRoleBindings, { name });
    expect((await binding('system:discovery')).subjects).toHaveLength(1);
    expect((await binding('system:basic-user')).roleRef.name).toBe('system:basic-user');
  });

  test('lets API servers start at the same moment', async () => {
    await using first = await testApi();
    await first.client.deleteCollection(rbacClusterRoles, {});
    const others = await Promise.all(
      Array.from({ length: 4 }, () => testApi({ databaseUrl: first.databaseUrl })),
    );
    const { items } = await first.client.list(rbacClusterRoles);
    expect(items).toHaveLength(DEFAULT_CLUSTER_ROLES.length);
    for (const other of others) await other[Symbol.asyncDispose]();
  });

  test.each([
    ['the scheduler', 'secrets', SCHEDULER_USER],
    ['the deployment controller', 'secrets', controllerUser('deployment-controller')],
    ['the replicaset controller', 'configmaps', controllerUser('replicaset-controller')],
    ['a kubelet', 'secrets', nodeUser('node-1')],
    ['an ordinary service account', 'configmaps', serviceAccountUser('default', 'default')],
    ['an ordinary user', 'pods', JANE],
  ])('%s may not list %s', async (_title, resource, user) => {
    await using api = await testApi();
    const client = as(api, user as UserInfo);
    const ref = { secrets: coreSecrets, configmaps: coreConfigMaps, pods: corePods }[
      resource as 'pods'
    ];
    await expect(client.list(ref)).rejects.toMatchObject(FORBIDDEN);
  });

  test('is not made in a mode that has no roles, which allows everybody everything', async () => {
    await using api = await testApi({ authorizationModes: ['AlwaysAllow'] });
    expect((await as(api, JANE).list(rbacClusterRoles)).items).toEqual([]);
    await as(api, JANE).create(rbacClusterRoles, clusterRole('anything', '* *:*'));
  });
});

test('a kubelet gets what its Pods name, from the moment that they are bound to its node', async () => {
  await using api = await testApi();
  const { client } = api;
  const kubelet = as(api, nodeUser('node-1'));
  const target = { namespace: 'default', name: 'secret' };
  for (const name of ['node-1', 'node-2']) await client.create(coreNodes, { metadata: { name } });
  await client.create(coreSecrets, { metadata: target });
  const manifest = podManifest('web');
  const volumes = [{ name: 'v', secret: { secretName: 'secret' } }];
  await client.create(corePods, { ...manifest, spec: { ...manifest.spec, volumes } } as never);
  const read = () => kubelet.get(coreSecrets, target);
  await expect(read()).rejects.toThrow(
    /no relationship found between node 'node-1' and this object$/,
  );
  const bind = { target: { kind: 'Node', name: 'node-1' } };
  await client.createSubresource(corePods, { namespace: 'default', name: 'web' }, 'binding', bind);
  expect((await read()).metadata.name).toBe('secret');
  await expect(as(api, nodeUser('node-2')).get(coreSecrets, target)).rejects.toMatchObject(
    FORBIDDEN,
  );
  const pods = await kubelet.list(corePods, { fieldSelector: 'spec.nodeName=node-1' });
  expect(pods.items).toHaveLength(1);
  await expect(kubelet.list(corePods)).rejects.toMatchObject(FORBIDDEN);
  const lease = { metadata: { namespace: 'kube-node-lease', name: 'node-1' }, spec: {} };
  await kubelet.create(coordinationLeases, lease);
  const others = { namespace: 'kube-node-lease', name: 'node-2' };
  await expect(kubelet.get(coordinationLeases, others)).rejects.toMatchObject(FORBIDDEN);
  await client.delete(corePods, { namespace: 'default', name: 'web' }, { gracePeriodSeconds: 0 });
  await expect(read()).rejects.toMatchObject(FORBIDDEN);
});
