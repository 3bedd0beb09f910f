import {
  rbacClusterRoleBindings,
  rbacClusterRoles,
  rbacRoleBindings,
  rbacRoles,
} from '../../../scheme/generated/resources.ts';
import { defaultsOf } from '../../reconcile-defaults.ts';
import {
  DEFAULT_CLUSTER_ROLE_BINDINGS,
  DEFAULT_CLUSTER_ROLES,
  DEFAULT_ROLE_BINDINGS,
  DEFAULT_ROLES,
} from './default-policy.ts';
import { mendBinding, mendRole } from './reconcile-object.ts';

/** The roles and bindings that every cluster has, with how a start mends them. */
export const DEFAULT_POLICY = [
  defaultsOf(rbacClusterRoles, DEFAULT_CLUSTER_ROLES, mendRole),
  defaultsOf(rbacClusterRoleBindings, DEFAULT_CLUSTER_ROLE_BINDINGS, mendBinding),
  defaultsOf(rbacRoles, DEFAULT_ROLES, mendRole),
  defaultsOf(rbacRoleBindings, DEFAULT_ROLE_BINDINGS, mendBinding),
];
