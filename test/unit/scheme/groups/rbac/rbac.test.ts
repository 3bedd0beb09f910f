import { expect, test } from '@jest/globals';
import type {
  ClusterRole,
  ClusterRoleBinding,
  Role,
  RoleBinding,
} from '../../../../../src/scheme/generated/types/rbac-v1.ts';
import {
  clusterRoleBindingStrategy,
  roleBindingStrategy,
} from '../../../../../src/scheme/groups/rbac/role-bindings.ts';
import { clusterRoleStrategy, roleStrategy } from '../../../../../src/scheme/groups/rbac/roles.ts';
import { defaulted, judgesUpdates, refusesOnCreate } from '../harness.ts';

const GROUP = 'rbac.authorization.k8s.io';
const RULE = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };

const READER: Role = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name: 'reader', namespace: 'default' },
  rules: [RULE],
};

refusesOnCreate(roleStrategy, READER, [
  [
    { 'rules.0.verbs': [] },
    'rules[0].verbs: Required value: verbs must contain at least one value',
  ],
  [
    { 'rules.0.apiGroups': [] },
    'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
  ],
  [
    { 'rules.0.resources': [] },
    'rules[0].resources: Required value: resource rules must supply at least one resource',
  ],
  [
    { rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }] },
    'rules[0].nonResourceURLs: Invalid value: ["/healthz"]: namespaced rules cannot apply to non-resource URLs',
  ],
]);

const ADMIN: ClusterRole = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'system:admin' },
  rules: [RULE, { verbs: ['get'], nonResourceURLs: ['*'] }],
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
};

refusesOnCreate(clusterRoleStrategy, ADMIN, [
  [
    { 'rules.1.resources': ['pods'] },
    'rules[1].nonResourceURLs: Invalid value: ["*"]: rules cannot apply to both regular resources and non-resource URLs',
  ],
  [
    { 'aggregationRule.clusterRoleSelectors': [] },
    'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
  ],
  [
    { 'aggregationRule.clusterRoleSelectors.0.matchLabels': { a: '?' } },
    "aggregationRule.clusterRoleSelectors[0].matchLabels: Invalid value: \"?\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
  ],
]);

const READERS: RoleBinding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'readers', namespace: 'default' },
  roleRef: { kind: 'Role', name: 'reader' },
  subjects: [
    { kind: 'User', name: 'me' },
    { kind: 'ServiceAccount', name: 'robot' },
  ],
};

test('a binding is to a role and to users of the group of access control', () => {
  expect(defaulted(roleBindingStrategy, READERS)).toMatchObject({
    roleRef: { apiGroup: GROUP },
    subjects: [{ apiGroup: GROUP }, { kind: 'ServiceAccount', name: 'robot' }],
  });
});

refusesOnCreate(roleBindingStrategy, READERS, [
  [
    { 'roleRef.apiGroup': 'apps' },
    `roleRef.apiGroup: Unsupported value: "apps": supported values: "${GROUP}"`,
  ],
  [
    { 'roleRef.kind': 'Pod' },
    'roleRef.kind: Unsupported value: "Pod": supported values: "Role", "ClusterRole"',
  ],
  [{ 'roleRef.name': '' }, 'roleRef.name: Required value'],
  [{ 'roleRef.name': 'a/b' }, 'roleRef.name: Invalid value: "a/b": may not contain \'/\''],
  [{ 'subjects.0.name': '' }, 'subjects[0].name: Required value'],
  [
    { 'subjects.0.kind': 'Robot' },
    'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
  ],
  [
    { 'subjects.0.apiGroup': 'apps' },
    `subjects[0].apiGroup: Unsupported value: "apps": supported values: "${GROUP}"`,
  ],
  [
    { 'subjects.1.apiGroup': GROUP },
    `subjects[1].apiGroup: Unsupported value: "${GROUP}": supported values: ""`,
  ],
]);

judgesUpdates(roleBindingStrategy, READERS, [
  [
    { 'roleRef.name': 'other' },
    `roleRef: Invalid value: {"kind":"Role","name":"other","apiGroup":"${GROUP}"}: cannot change roleRef`,
  ],
  [{ subjects: [] }],
]);

const ADMINS: ClusterRoleBinding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'admins' },
  roleRef: { kind: 'ClusterRole', name: 'admin' },
  subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'default' }],
};

refusesOnCreate(clusterRoleBindingStrategy, ADMINS, [
  [
    { 'roleRef.kind': 'Role' },
    'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
  ],
  [{ 'subjects.0.namespace': undefined }, 'subjects[0].namespace: Required value'],
]);
