import type { ApiClient, UserInfo } from '../../src/apiserver/client.ts';
import { createClient } from '../../src/apiserver/in-process-client.ts';
import { rbacClusterRoleBindings, rbacClusterRoles } from '../../src/scheme/generated/resources.ts';
import type { TestApi } from './plane.ts';
import { clusterRole, clusterRoleBinding, person } from './policy.ts';

/** Who may do what tests grant, and nothing else. */
export const JANE = person('jane', 'devs');

export const as = (api: TestApi, user: UserInfo): ApiClient =>
  createClient(api.apiServer, { user });

/** Lets Jane do everywhere what `rules` say, by a ClusterRole and a binding of that name. */
export async function grantToJane(api: TestApi, name: string, ...rules: string[]): Promise<void> {
  await api.client.create(rbacClusterRoles, clusterRole(name, ...rules));
  await api.client.create(rbacClusterRoleBindings, clusterRoleBinding(name, name, 'User:jane'));
}
