/** The cluster roles for people: what `admin`, `edit` and `view` are made of, and what everybody may know. */
import type { PolicyRule } from '../../../scheme/generated/types/rbac-v1.ts';
import { allow, allowPaths, READ, READ_WRITE, WRITE } from './allow.ts';

const WORKLOADS =
  'daemonsets deployments deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale';
const WORKLOAD_STATUS =
  'controllerrevisions daemonsets/status deployments/status replicasets/status statefulsets/status';
const OLD_WORKLOADS =
  'daemonsets deployments deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale';

/** Aggregated to `view`: everything in a namespace that is neither secret nor somebody's rights. */
const VIEW: readonly PolicyRule[] = [
  allow(
    READ,
    'core',
    'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
  ),
  allow(
    READ,
    'core',
    'bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status',
  ),
  // In a namespace this is the right to read that namespace.
  allow(READ, 'core', 'namespaces'),
  allow(READ, 'discovery.k8s.io', 'endpointslices'),
  allow(READ, 'apps', `${WORKLOADS} ${WORKLOAD_STATUS}`),
  allow(READ, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
  allow(READ, 'batch', 'cronjobs cronjobs/status jobs jobs/status'),
  allow(
    READ,
    'extensions',
    `${OLD_WORKLOADS} daemonsets/status deployments/status ingresses/status replicasets/status`,
  ),
  allow(READ, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
  allow(READ, 'networking.k8s.io', 'ingresses ingresses/status networkpolicies'),
  allow(READ, 'resource.k8s.io', 'resourceclaims resourceclaims/status resourceclaimtemplates'),
];

/** Aggregated to `edit`, beside what `view` has. */
const EDIT: readonly PolicyRule[] = [
  // Reading these is as good as acting as somebody else.
  allow(READ, 'core', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy'),
  allow('impersonate', 'core', 'serviceaccounts'),
  allow(WRITE, 'core', 'pods pods/attach pods/exec pods/portforward pods/proxy'),
  allow('create', 'core', 'pods/eviction'),
  allow(
    WRITE,
    'core',
    'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
  ),
  allow('create', 'core', 'serviceaccounts/token'),
  allow(WRITE, 'apps', `${WORKLOADS} deployments/rollback`),
  allow(WRITE, 'autoscaling', 'horizontalpodautoscalers'),
  allow(WRITE, 'batch', 'cronjobs jobs'),
  allow(WRITE, 'extensions', `${OLD_WORKLOADS} deployments/rollback`),
  allow(WRITE, 'policy', 'poddisruptionbudgets'),
  allow(WRITE, 'networking.k8s.io', 'ingresses networkpolicies'),
  allow(READ_WRITE, 'coordination.k8s.io', 'leases'),
  allow(WRITE, 'resource.k8s.io', 'resourceclaims resourceclaimtemplates'),
];

/** Aggregated to `admin`, beside what `edit` has: who may do what in the namespace. */
const ADMIN: readonly PolicyRule[] = [
  allow('create', 'authorization.k8s.io', 'localsubjectaccessreviews'),
  allow(READ_WRITE, 'rbac.authorization.k8s.io', 'roles rolebindings'),
];

/** A default cluster role, as the tables of this folder write it. */
export interface RoleEntry {
  readonly name: string;
  readonly rules: readonly PolicyRule[];
  /** The role that this one is aggregated to: `view` is part of `edit`. */
  readonly aggregatedTo?: 'admin' | 'edit' | 'view';
  /** Made of all roles that are aggregated to it, in place of rules of its own. */
  readonly aggregates?: 'admin' | 'edit' | 'view';
}

export const USER_ROLES: readonly RoleEntry[] = [
  { name: 'cluster-admin', rules: [allow('*', '*', '*'), allowPaths('*', '*')] },
  { name: 'admin', rules: [], aggregates: 'admin' },
  { name: 'edit', rules: [], aggregates: 'edit', aggregatedTo: 'admin' },
  { name: 'view', rules: [], aggregates: 'view', aggregatedTo: 'edit' },
  { name: 'system:aggregate-to-admin', rules: ADMIN, aggregatedTo: 'admin' },
  { name: 'system:aggregate-to-edit', rules: EDIT, aggregatedTo: 'edit' },
  { name: 'system:aggregate-to-view', rules: VIEW, aggregatedTo: 'view' },
  {
    name: 'system:aggregated-metrics-reader',
    rules: [allow('get list watch', 'metrics.k8s.io', 'nodes pods')],
    aggregatedTo: 'view',
  },
  {
    name: 'system:discovery',
    rules: [
      allowPaths(
        'get',
        '/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/',
      ),
    ],
  },
  {
    name: 'system:public-info-viewer',
    rules: [allowPaths('get', '/healthz /livez /readyz /version /version/')],
  },
  {
    name: 'system:monitoring',
    rules: [
      allowPaths(
        'get',
        '/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*',
      ),
    ],
  },
  {
    name: 'system:basic-user',
    rules: [
      allow('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
      allow('create', 'authentication.k8s.io', 'selfsubjectreviews'),
    ],
  },
];
