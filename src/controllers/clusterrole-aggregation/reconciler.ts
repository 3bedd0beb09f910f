/** Aggregated cluster roles: `admin`, `edit` and `view` hold what the roles hold that are labelled to be part of them. */
import { type Controller, type ControllerContext, done } from '../../machinery/controller.ts';
import type { Informer } from '../../machinery/informer.ts';
import { rbacClusterRoles } from '../../scheme/generated/resources.ts';
import type { ClusterRole } from '../../scheme/generated/types/rbac-v1.ts';
import { namespacedKey } from '../../scheme/object.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { planRules } from './plan.ts';

/** Its keys are names of cluster roles that are aggregated. */
export function createClusterRoleAggregationController(): Controller {
  return {
    name: 'clusterrole-aggregation',
    setUp(context) {
      const { informers, queue } = context;
      const roles = informers.informer(rbacClusterRoles);
      // Which aggregated role a role is part of, or was before it changed, costs as much to find out as to look at them all.
      const enqueueAggregated = (): void => {
        for (const { aggregationRule, metadata } of roles.list()) {
          if (aggregationRule) queue.add(metadata.name ?? '');
        }
      };
      roles.addHandler({
        onAdd: enqueueAggregated,
        onUpdate: enqueueAggregated,
        onDelete: enqueueAggregated,
      });
      return async (name) => {
        await reconcile(context, roles, name);
        return done;
      };
    },
  };
}

async function reconcile(
  { client }: ControllerContext,
  roles: Informer<ClusterRole>,
  name: string,
): Promise<void> {
  const role = roles.get(namespacedKey(undefined, name));
  const rules = role && planRules(role, roles.list());
  if (!rules) return;
  const { resourceVersion, uid } = role.metadata;
  const patch = { metadata: { resourceVersion, uid }, rules };
  await ignoreNotFound(client.patch(rbacClusterRoles, { name }, { type: 'merge', patch }));
}
