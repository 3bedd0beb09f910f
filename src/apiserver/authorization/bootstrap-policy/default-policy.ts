/** The roles and bindings that every cluster has: the tables of this folder as objects. */
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  Subject,
} from '../../../scheme/generated/types/rbac-v1.ts';
import type { ApiObject } from '../../../scheme/object.ts';
import {
  GROUP_AUTHENTICATED,
  GROUP_MASTERS,
  GROUP_SERVICE_ACCOUNTS,
  GROUP_UNAUTHENTICATED,
} from '../../authentication/identities.ts';
import type { NewObject } from '../../client.ts';
import { COMPONENT_ROLES } from './component-roles.ts';
import { CONTROLLER_ROLES } from './controller-roles.ts';
import { NAMESPACE_ROLES } from './namespace-roles.ts';
import { group, serviceAccount, user } from './subjects.ts';
import { type RoleEntry, USER_ROLES } from './user-roles.ts';

/** Set to "false" on a default role or binding, it keeps a start from mending what somebody changed. */
export const ANNOTATION_AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate';

const RBAC_GROUP = 'rbac.authorization.k8s.io';
const CONTROLLER_PREFIX = 'system:controller:';
const LABELS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const ANNOTATIONS = { [ANNOTATION_AUTOUPDATE]: 'true' };

const aggregationLabel = (role: string): string => `${RBAC_GROUP}/aggregate-to-${role}`;

/** Whom the default cluster roles are bound to. `system:node` is bound to nobody: the node authorizer has its rules. */
const CLUSTER_SUBJECTS: Readonly<Record<string, readonly Subject[]>> = {
  'cluster-admin': [group(GROUP_MASTERS)],
  'system:basic-user': [group(GROUP_AUTHENTICATED)],
  'system:discovery': [group(GROUP_AUTHENTICATED)],
  'system:kube-controller-manager': [user('system:kube-controller-manager')],
  'system:kube-dns': [serviceAccount('kube-dns')],
  'system:kube-scheduler': [user('system:kube-scheduler')],
  'system:monitoring': [group('system:monitoring')],
  'system:node': [],
  'system:node-proxier': [user('system:kube-proxy')],
  'system:orrery:kubelet-host': [user('system:orrery:kubelet-host')],
  'system:orrery:simulation': [user('system:orrery:simulation')],
  'system:public-info-viewer': [group(GROUP_AUTHENTICATED), group(GROUP_UNAUTHENTICATED)],
  'system:service-account-issuer-discovery': [group(GROUP_SERVICE_ACCOUNTS)],
  'system:volume-scheduler': [user('system:kube-scheduler')],
};

const CONTROLLERS = Object.entries(CONTROLLER_ROLES);

export const DEFAULT_CLUSTER_ROLES: readonly NewObject<ClusterRole>[] = [
  ...[...USER_ROLES, ...COMPONENT_ROLES].map(toClusterRole),
  ...CONTROLLERS.map(([name, rules]) =>
    toClusterRole({ name: `${CONTROLLER_PREFIX}${name}`, rules }),
  ),
];

export const DEFAULT_CLUSTER_ROLE_BINDINGS: readonly NewObject<ClusterRoleBinding>[] = [
  ...Object.entries(CLUSTER_SUBJECTS).map(([name, subjects]) => toClusterBinding(name, subjects)),
  ...CONTROLLERS.map(([name]) =>
    toClusterBinding(`${CONTROLLER_PREFIX}${name}`, [serviceAccount(name)]),
  ),
];

export const DEFAULT_ROLES: readonly NewObject<Role>[] = NAMESPACE_ROLES.map(
  ({ name, namespace, rules }) => ({
    metadata: metadataOf(name, namespace),
    rules: rules as PolicyRule[],
  }),
);

export const DEFAULT_ROLE_BINDINGS: readonly NewObject<RoleBinding>[] = NAMESPACE_ROLES.map(
  ({ bindingName, name, namespace, subjects }) => ({
    metadata: metadataOf(bindingName ?? name, namespace),
    roleRef: { apiGroup: RBAC_GROUP, kind: 'Role', name },
    subjects: subjects as Subject[],
  }),
);

function toClusterRole({
  aggregatedTo,
  aggregates,
  name,
  rules,
}: RoleEntry): NewObject<ClusterRole> {
  const metadata = metadataOf(name);
  if (aggregatedTo) metadata.labels = { ...LABELS, [aggregationLabel(aggregatedTo)]: 'true' };
  if (!aggregates) return { metadata, rules: rules as PolicyRule[] };
  const clusterRoleSelectors = [{ matchLabels: { [aggregationLabel(aggregates)]: 'true' } }];
  return { metadata, aggregationRule: { clusterRoleSelectors } };
}

function toClusterBinding(
  name: string,
  subjects: readonly Subject[],
): NewObject<ClusterRoleBinding> {
  return {
    metadata: metadataOf(name),
    roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name },
    ...(subjects.length === 0 ? {} : { subjects: subjects as Subject[] }),
  };
}

function metadataOf(name: string, namespace?: string): ApiObject['metadata'] {
  const place = namespace === undefined ? { name } : { name, namespace };
  return { ...place, labels: LABELS, annotations: ANNOTATIONS };
}
