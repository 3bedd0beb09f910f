/**
 * What one decision costs: a user with few bindings among 1,000 roles, one with 1,000 bindings, the administrator, a kubelet
 * on a cluster with 50,000 Pods, and one who may nothing.
 *
 *   npx tsx bench/authorization.ts
 */
import { ADMIN_USER, nodeUser } from '../src/apiserver/authentication/identities.ts';
import type { Action } from '../src/apiserver/authorization/authorizer.ts';
import { createNodeAuthorizer } from '../src/apiserver/authorization/node/node-authorizer.ts';
import { NodeGraph } from '../src/apiserver/authorization/node/node-graph.ts';
import {
  createPrivilegedGroupAuthorizer,
  createUnionAuthorizer,
} from '../src/apiserver/authorization/policy-authorizer.ts';
import { PolicyIndex } from '../src/apiserver/authorization/rbac/policy-index.ts';
import { RbacAuthorizer } from '../src/apiserver/authorization/rbac/rbac-authorizer.ts';
import type { UserInfo } from '../src/apiserver/client.ts';
import type { Role, RoleBinding } from '../src/scheme/generated/types/rbac-v1.ts';

const ROLES = 1_000;
const PODS = 50_000;
const NODES = 1_000;
const DECISIONS = 1_000_000;
const API_VERSION = 'rbac.authorization.k8s.io/v1';

const namespaceOf = (i: number): string => `team-${i % 100}`;

function roleOf(i: number): Role {
  return {
    apiVersion: API_VERSION,
    kind: 'Role',
    metadata: { namespace: namespaceOf(i), name: `role-${i}` },
    rules: [
      { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods', 'pods/log'] },
      {
        verbs: ['get'],
        apiGroups: ['apps'],
        resources: ['deployments'],
        resourceNames: [`d-${i}`],
      },
    ],
  };
}

function bindingOf(i: number, users: readonly string[]): RoleBinding {
  return {
    apiVersion: API_VERSION,
    kind: 'RoleBinding',
    metadata: { namespace: namespaceOf(i), name: `binding-${i}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: `role-${i}` },
    subjects: users.map((name) => ({ kind: 'User', name })),
  };
}

const index = new PolicyIndex();
for (let i = 0; i < ROLES; i++) {
  index.changeRole(undefined, roleOf(i));
  index.changeBinding(undefined, bindingOf(i, ['everywhere', `user-${i}`]));
}
const graph = new NodeGraph();
for (let i = 0; i < PODS; i++) {
  graph.changePod(undefined, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: namespaceOf(i), name: `pod-${i}`, uid: String(i) },
    spec: {
      containers: [],
      nodeName: `node-${i % NODES}`,
      serviceAccountName: 'default',
      volumes: [{ name: 'v', secret: { secretName: `secret-${i % 500}` } }],
    },
  });
}
const authorizer = createUnionAuthorizer([
  createPrivilegedGroupAuthorizer('system:masters'),
  createNodeAuthorizer(graph),
  new RbacAuthorizer(index),
]);

/** Time on the processor, so that what else the machine does counts little. */
function cpuMicrosSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return user + system;
}

/** Calls the authorizer again and again, and prints what one call cost. */
function measure(label: string, user: UserInfo, actionOf: (i: number) => Action): void {
  let allowed = 0;
  for (let i = 0; i < 10_000; i++) authorizer.authorize(user, actionOf(i));
  const started = process.cpuUsage();
  for (let i = 0; i < DECISIONS; i++)
    if (authorizer.authorize(user, actionOf(i)).allowed) allowed++;
  const nanoseconds = (cpuMicrosSince(started) * 1e3) / DECISIONS;
  const share = Math.round((100 * allowed) / DECISIONS);
  console.log(`${label.padEnd(44)} ${nanoseconds.toFixed(0).padStart(6)} ns  (${share} % allowed)`);
}

const person = (name: string): UserInfo => ({ name, groups: ['system:authenticated'] });
const pods = { group: '', resource: 'pods' };
const own: Action = { verb: 'list', resource: pods, namespace: namespaceOf(7) };

measure('administrator', ADMIN_USER, () => own);
measure('user with one of 1,000 bindings', person('user-7'), () => own);
measure('user with all 1,000, over 100 namespaces', person('everywhere'), (i) => ({
  verb: 'get',
  resource: pods,
  subresource: 'log',
  namespace: namespaceOf(i),
  name: 'web',
}));
measure('user without rights', person('nobody'), () => own);
measure('kubelet: status of a Pod', nodeUser('node-7'), () => ({
  verb: 'update',
  resource: pods,
  subresource: 'status',
  namespace: namespaceOf(7),
  name: 'pod-7',
}));
measure('kubelet: a Secret of one of its Pods', nodeUser('node-7'), (i) => ({
  verb: 'get',
  resource: { group: '', resource: 'secrets' },
  namespace: namespaceOf(7),
  name: `secret-${7 + (i % 2)}`,
}));
const CHANGES = 10_000;
const everywhere = person('everywhere');
const started = process.cpuUsage();
for (let change = 0; change < CHANGES; change++) {
  const i = change % ROLES;
  index.changeRole(roleOf(i), roleOf(i));
  authorizer.authorize(everywhere, { ...own, namespace: namespaceOf(i) });
}
const micros = cpuMicrosSince(started) / CHANGES;
console.log(
  `${'a change of a role, and the first decision after'.padEnd(44)} ${micros.toFixed(1)} µs`,
);
