import type { ApiClient } from '../../src/apiserver/client.ts';
import { rbacClusterRoleBindings, rbacClusterRoles } from '../../src/scheme/generated/resources.ts';
import type { PolicyRule } from '../../src/scheme/generated/types/rbac-v1.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** Lets a user, or a group, do everywhere what `rules` say: a ClusterRole and its binding, with names of their own. */
export async function grant(
  client: ApiClient,
  subject: { readonly kind: 'User' | 'Group'; readonly name: string },
  ...rules: readonly PolicyRule[]
): Promise<void> {
  const role = await client.create(rbacClusterRoles, {
    metadata: { generateName: 'granted-' },
    rules: [...rules],
  });
  const name = role.metadata.name ?? '';
  await client.create(rbacClusterRoleBindings, {
    metadata: { name },
    roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name },
    subjects: [{ apiGroup: RBAC_GROUP, ...subject }],
  });
}
