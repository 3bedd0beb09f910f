import type { WriteOptions } from '../../apiserver/client.ts';
import { deepEqual } from '../../lib/deep-equal.ts';
import { badRequest } from '../../scheme/errors.ts';
import { type ApiObject, controllerOf } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { RequestContext } from '../request-context.ts';

const REVISION_ANNOTATION = 'deployment.kubernetes.io/revision';
const POD_TEMPLATE_HASH_LABEL = 'pod-template-hash';

interface Template {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
}

type Templated = ApiObject & {
  readonly spec: { readonly paused?: boolean; readonly template: Template };
};

export interface RollbackOptions {
  readonly deployments: ResourceDefinition;
  readonly replicaSets: ResourceDefinition;
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
  const { deployments, replicaSets, namespace, name, toRevision, write } = options;
  const deployment = (await ctx.client.get(deployments, { namespace, name })) as Templated;
  if (deployment.spec.paused) {
    throw badRequest(
      `you cannot rollback a paused deployment; resume it first with 'rollout resume' and try again`,
    );
  }
  const { items } = await ctx.client.list(replicaSets, { namespace });
  const owned = items.filter(
    (item) => controllerOf(item)?.uid === deployment.metadata.uid,
  ) as Templated[];
  const target = pickRevision(owned, name, toRevision);
  const template = withoutHash(target.spec.template);
  if (deepEqual(template, withoutHash(deployment.spec.template))) return deployment;
  return ctx.client.patch(
    deployments,
    { namespace, name },
    {
      type: 'json',
      operations: [
        { op: 'test', path: '/metadata/uid', value: deployment.metadata.uid },
        { op: 'replace', path: '/spec/template', value: template },
      ],
    },
    write,
  );
}

function pickRevision(owned: readonly Templated[], name: string, toRevision: number): Templated {
  const byRevision = owned
    .map((replicaSet) => ({ replicaSet, revision: revisionOf(replicaSet) }))
    .filter(({ revision }) => revision > 0)
    .sort((a, b) => b.revision - a.revision);
  if (byRevision.length === 0)
    throw badRequest(`no rollout history found for deployment "${name}"`);
  const found =
    toRevision === 0 ? byRevision[1] : byRevision.find(({ revision }) => revision === toRevision);
  if (found) return found.replicaSet;
  if (toRevision === 0)
    throw badRequest(`no last revision to roll back to in deployment "${name}"`);
  const known = byRevision.map(({ revision }) => revision).join(', ');
  throw badRequest(
    `unable to find specified revision ${toRevision} in history: there are ${known}`,
  );
}

function revisionOf({ metadata }: ApiObject): number {
  return Number(metadata.annotations?.[REVISION_ANNOTATION] ?? 0);
}

function withoutHash(template: Template): Template {
  const { [POD_TEMPLATE_HASH_LABEL]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}
