import { describe, expect, test } from '@jest/globals';
import { serviceAccountUser } from '../../../../src/apiserver/authentication/identities.ts';
import {
  action,
  clusterRole,
  clusterRoleBinding,
  person,
  role,
  roleBinding,
  TestPolicy,
} from '../../../support/policy.ts';

const JANE = person('jane');

/** What Jane may when this one rule is hers everywhere. */
const withRule = (text: string): TestPolicy =>
  new TestPolicy(clusterRole('r', text), clusterRoleBinding('b', 'r', 'User:jane'));

describe('one rule', () => {
  const CASES: readonly [rule: string, allowed: readonly string[], refused: readonly string[]][] = [
    [
      'get pods',
      ['get pods in default named web', 'get pods in other named web', 'get pods named web'],
      [
        'list pods in default',
        'get pods/log in default named web',
        'get apps:pods in default named web',
        'get services in default named web',
        'get /pods',
        'Get pods in default named web',
      ],
    ],
    [
      'get,list,watch pods,services',
      ['get pods', 'list pods', 'watch pods', 'get services', 'list services', 'watch services'],
      ['create pods', 'update services', 'delete pods', 'list nodes', 'list endpoints'],
    ],
    [
      'get pods/log',
      ['get pods/log in default named web'],
      [
        'get pods in default named web',
        'get pods/status in default named web',
        'list pods/log in default',
        'get services/log in default named web',
      ],
    ],
    [
      'get */log',
      ['get pods/log named web', 'get jobs/log named web'],
      ['get pods named web', 'get pods/status named web', 'get apps:deployments/log named web'],
    ],
    [
      'update *:*/scale',
      ['update apps:deployments/scale named web', 'update replicationcontrollers/scale named web'],
      ['update apps:deployments named web', 'get apps:deployments/scale named web'],
    ],
    [
      'get *',
      ['get pods', 'get secrets', 'get pods/log', 'get nodes/proxy named n'],
      ['get apps:deployments', 'list pods', 'get /api'],
    ],
    [
      'get *:pods',
      ['get pods', 'get metrics.k8s.io:pods', 'get apps:pods'],
      ['get nodes', 'get metrics.k8s.io:nodes', 'get *:nodes'],
    ],
    [
      '* pods',
      ['get pods', 'delete pods named a', 'impersonate pods', 'anything pods'],
      ['get pods/log', 'get nodes'],
    ],
    [
      '* *:*',
      [
        'get pods',
        'delete apps:deployments/scale named a',
        'use policy:podsecuritypolicies',
        '* *:*',
      ],
      ['get /version', '* /version'],
    ],
    [
      'get secrets names=a,b',
      ['get secrets in default named a', 'get secrets named b'],
      [
        'get secrets in default named c',
        'get secrets in default',
        'list secrets',
        'get secrets named ab',
      ],
    ],
    [
      'list,watch configmaps names=a',
      ['list configmaps in default named a', 'watch configmaps in default named a'],
      ['list configmaps in default', 'watch configmaps', 'list configmaps in default named b'],
    ],
    [
      'create configmaps names=a',
      ['create configmaps in default named a'],
      ['create configmaps in default'],
    ],
    [
      'get /version',
      ['get /version'],
      ['get /version/', 'get /versions', 'list /version', 'get version', 'post /version'],
    ],
    [
      'get /healthz/*',
      ['get /healthz/etcd', 'get /healthz/', 'get /healthz/a/b'],
      ['get /healthz', 'get /livez/a', 'post /healthz/etcd'],
    ],
    ['* /metrics', ['get /metrics', 'post /metrics'], ['get /metrics/slis']],
    ['get ~*', ['get /version', 'get /', 'get /api/v1'], ['put /version', 'get pods']],
    ['* ~*', ['get /version', 'put /anything/at/all'], ['get pods', '* *:*']],
    [
      'get,post /api,/apis/*',
      ['get /api', 'post /api', 'get /apis/apps'],
      ['get /apis', 'put /api'],
    ],
    [
      'bind rbac.authorization.k8s.io:clusterroles names=view',
      ['bind rbac.authorization.k8s.io:clusterroles in default named view'],
      ['bind rbac.authorization.k8s.io:clusterroles named edit', 'bind clusterroles named view'],
    ],
  ];

  const allowed = CASES.flatMap(([text, yes]) => yes.map((one) => [text, one] as const));
  const refused = CASES.flatMap(([text, , no]) => no.map((one) => [text, one] as const));

  test.each(allowed)('"%s" allows to %s', (text, wanted) => {
    expect(withRule(text).allows(JANE, wanted)).toBe(true);
  });

  test.each(refused)('"%s" does not allow to %s', (text, wanted) => {
    expect(withRule(text).allows(JANE, wanted)).toBe(false);
  });
});

describe('subjects', () => {
  const BUILDER = serviceAccountUser('ci', 'builder');
  const CASES = [
    ['User:jane', JANE, true],
    ['User:Jane', JANE, false],
    ['User:system:authenticated', JANE, false],
    ['Group:system:authenticated', JANE, true],
    ['Group:devs', person('bob', 'devs', 'ops'), true],
    ['Group:ops', person('bob', 'devs', 'ops'), true],
    ['Group:dev', person('bob', 'devs', 'ops'), false],
    ['Group:jane', JANE, false],
    ['User:devs', person('bob', 'devs'), false],
    ['ServiceAccount:ci/builder', BUILDER, true],
    ['ServiceAccount:other/builder', BUILDER, false],
    ['ServiceAccount:ci/build', BUILDER, false],
    ['ServiceAccount:builder', BUILDER, false],
    ['User:system:serviceaccount:ci:builder', BUILDER, true],
    ['Group:system:serviceaccounts', BUILDER, true],
    ['Group:system:serviceaccounts:ci', BUILDER, true],
    ['Group:system:serviceaccounts:other', BUILDER, false],
    ['Robot:jane', JANE, false],
    ['Group:', JANE, false],
  ] as const;

  test.each(CASES)('a ClusterRoleBinding to %s means %j: %s', (text, user, isMeant) => {
    const policy = new TestPolicy(clusterRole('r', 'get pods'), clusterRoleBinding('b', 'r', text));
    expect(policy.allows(user, 'get pods in default')).toBe(isMeant);
  });

  test('in a RoleBinding a service account without a namespace is one of the binding’s own', () => {
    const policy = new TestPolicy(
      role('ci', 'r', 'get pods'),
      roleBinding('ci', 'b', 'r', 'ServiceAccount:builder'),
    );
    expect(policy.allows(BUILDER, 'get pods in ci')).toBe(true);
    expect(policy.allows(serviceAccountUser('other', 'builder'), 'get pods in ci')).toBe(false);
  });

  test('a binding without subjects means nobody', () => {
    const policy = new TestPolicy(clusterRole('r', '* *:*'), clusterRoleBinding('b', 'r'));
    expect(policy.allows(JANE, 'get pods')).toBe(false);
  });
});

describe('scopes', () => {
  const policy = new TestPolicy(
    clusterRole('reader', 'get,list pods', 'get /version', 'get nodes'),
    role('red', 'writer', 'create pods'),
    role('blue', 'reader', 'delete pods'),
    roleBinding('red', 'a', 'ClusterRole/reader', 'User:jane'),
    roleBinding('red', 'b', 'writer', 'User:jane'),
    roleBinding('blue', 'c', 'reader', 'User:jane'),
  );

  test.each([
    ['get pods in red', true],
    ['create pods in red', true],
    ['delete pods in red', false],
    ['delete pods in blue', true],
    ['get pods in blue', false],
    ['get pods', false],
    ['list pods', false],
    ['create pods in green', false],
    ['get /version', false],
    ['get nodes named n', false],
    // Kubernetes asks the same of whoever puts a namespace beside what has none.
    ['get nodes in red named n', true],
  ])('rights in a namespace are rights in that namespace: %s is %s', (text, expected) => {
    expect(policy.allows(JANE, text)).toBe(expected);
  });

  test('a Role of another namespace of the same name is another Role', () => {
    const mixed = new TestPolicy(
      role('red', 'r', 'get pods'),
      roleBinding('blue', 'b', 'r', 'User:jane'),
    );
    expect(mixed.allows(JANE, 'get pods in blue')).toBe(false);
    expect(mixed.allows(JANE, 'get pods in red')).toBe(false);
  });
});

describe('changes', () => {
  test('count from the next decision on, whatever was decided before', () => {
    const viewer = clusterRole('r', 'get pods');
    const binding = clusterRoleBinding('b', 'r', 'User:jane');
    const policy = new TestPolicy();
    const may = () => policy.allows(JANE, 'get pods in default');
    expect(may()).toBe(false);
    policy.change(undefined, binding);
    expect(may()).toBe(false);
    policy.change(undefined, viewer);
    expect(may()).toBe(true);
    const emptied = { ...viewer, rules: [] };
    policy.change(viewer, emptied);
    expect(may()).toBe(false);
    policy.change(emptied, viewer);
    expect(may()).toBe(true);
    const withoutJane = { ...binding, subjects: [] };
    policy.change(binding, withoutJane);
    expect(may()).toBe(false);
    policy.change(withoutJane, binding);
    expect(may()).toBe(true);
    policy.change(viewer, undefined);
    expect(may()).toBe(false);
  });

  test('of one namespace leave what is known of others as it is', () => {
    const policy = new TestPolicy(
      role('red', 'r', 'get pods'),
      roleBinding('red', 'b', 'r', 'User:jane'),
    );
    const before = policy.index.revisionOf('red');
    policy.change(undefined, roleBinding('blue', 'b', 'r', 'User:jane'));
    expect(policy.index.revisionOf('red')).toBe(before);
    expect(policy.index.revision).toBeGreaterThan(before);
  });
});

describe('reasons', () => {
  const reason = (policy: TestPolicy, user: ReturnType<typeof person>, text: string) =>
    policy.authorizer.authorize(user, action(text)).reason;

  test.each([
    [
      clusterRoleBinding('readers', 'r', 'Group:devs'),
      'RBAC: allowed by ClusterRoleBinding "readers" of ClusterRole "r" to Group "devs"',
    ],
    [
      roleBinding('red', 'readers', 'ClusterRole/r', 'User:bob'),
      'RBAC: allowed by RoleBinding "readers/red" of ClusterRole "r" to User "bob"',
    ],
  ])('an allowed action names the binding: %#', (binding, expected) => {
    const policy = new TestPolicy(clusterRole('r', 'get pods'), binding);
    expect(reason(policy, person('bob', 'devs'), 'get pods in red')).toBe(expected);
  });

  test('a service account is named with its namespace', () => {
    const policy = new TestPolicy(
      role('ci', 'r', 'get pods'),
      roleBinding('ci', 'b', 'r', 'ServiceAccount:builder'),
    );
    expect(reason(policy, serviceAccountUser('ci', 'builder'), 'get pods in ci')).toBe(
      'RBAC: allowed by RoleBinding "b/ci" of Role "r" to ServiceAccount "builder/ci"',
    );
  });

  test('a refused action names the roles that are not there, and nothing else', () => {
    const policy = new TestPolicy(
      clusterRoleBinding('a', 'gone', 'User:jane'),
      roleBinding('red', 'b', 'lost', 'User:jane'),
    );
    expect(reason(policy, JANE, 'get pods')).toBe(
      'RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
    );
    expect(reason(policy, JANE, 'get pods in red')).toBe(
      'RBAC: [clusterrole.rbac.authorization.k8s.io "gone" not found, role.rbac.authorization.k8s.io "lost" not found]',
    );
    expect(reason(policy, person('bob'), 'get pods')).toBeUndefined();
  });
});

test('the rules of somebody are those of all their bindings, cluster-wide ones first', () => {
  const policy = new TestPolicy(
    clusterRole('c', 'get nodes'),
    clusterRoleBinding('a', 'c', 'User:jane'),
    role('red', 'r', 'get pods', 'list pods'),
    roleBinding('red', 'b', 'r', 'Group:system:authenticated'),
    roleBinding('red', 'd', 'lost', 'User:jane'),
  );
  const { errors, rules } = policy.authorizer.rulesFor(JANE, 'red');
  expect(rules.map(({ verbs, resources }) => [verbs[0], resources?.[0]])).toEqual([
    ['get', 'nodes'],
    ['get', 'pods'],
    ['list', 'pods'],
  ]);
  expect(errors).toEqual(['role.rbac.authorization.k8s.io "lost" not found']);
  expect(policy.authorizer.rulesFor(JANE, '').rules).toHaveLength(1);
});
