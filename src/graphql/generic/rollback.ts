import type { WriteOptions } from '../../apiserver/client.ts';
import type { Deployment, ReplicaSet } from '../../scheme/generated/types/apps-v1.ts';
import { planRollback } from '../../scheme/groups/apps/deployment-revisions.ts';
import { type ApiObject, controllerOf } from '../../scheme/object.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import type { RequestContext } from '../request-context.ts';

export interface RollbackOptions {
  readonly deployments: ResourceRef;
  readonly replicaSets: ResourceRef;
  readonly namespace: string;
  readonly name: string;
  /** 0 is the revision before the present one. */
  readonly toRevision: number;
  readonly write: WriteOptions;
}

/**
 * Gives a Deployment the template of an earlier revision, as `kubectl rollout undo` does. When it has that template
 * already, it stays as it is.
 */
export async function rollback(ctx: RequestContext, options: RollbackOptions): Promise<ApiObject> {
  const { namespace, name, toRevision, write } = options;
  const deployments = options.deployments as ResourceRef<Deployment>;
  const deployment = await ctx.client.get(deployments, { namespace, name });
  const { items } = await ctx.client.list(options.replicaSets as ResourceRef<ReplicaSet>, {
    namespace,
  });
  const { uid } = deployment.metadata;
  const replicaSets = items.filter((replicaSet) => controllerOf(replicaSet)?.uid === uid);
  const { isCurrent, operations } = planRollback({ deployment, replicaSets, toRevision });
  if (isCurrent) return deployment;
  const sameDeployment = { op: 'test', path: '/metadata/uid', value: uid };
  return ctx.client.patch(
    deployments,
    { namespace, name },
    { type: 'json', operations: [sameDeployment, ...operations] },
    write,
  );
}
