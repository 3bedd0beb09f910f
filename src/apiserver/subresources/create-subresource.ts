import type { MaybePromise } from '../../lib/maybe-promise.ts';
import { withoutNulls } from '../../lib/without-nulls.ts';
import { badRequest, methodNotAllowed } from '../../scheme/errors.ts';
import type { Eviction } from '../../scheme/generated/types/policy-v1.ts';
import { type ApiObject, toApiVersion } from '../../scheme/object.ts';
import {
  qualifiedName,
  type ResourceRef,
  type SubresourceDefinition,
} from '../../scheme/resource.ts';
import { runAdmission } from '../admission/admission.ts';
import { assertAuthorized } from '../authorization/authorizer.ts';
import type { Target, WriteOptions } from '../client.ts';
import { assertIsObject } from '../registry/object-metadata.ts';
import { execute, type Plan } from '../registry/plan.ts';
import type { Registry } from '../registry/registry.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import { createWriteScope, effectiveOptions, type WriteScope } from '../registry/write-scope.ts';
import type { RequestContext } from '../request-context.ts';
import { admitAction } from './admit-action.ts';
import { planBinding } from './binding.ts';
import { planEviction } from './eviction.ts';
import { planRollbackRequest } from './rollback.ts';
import { createToken } from './service-account-token.ts';

type ActionPlanner = (scope: WriteScope, target: Target, body: ApiObject) => MaybePromise<Plan>;

const ACTIONS: ReadonlyMap<string, ActionPlanner> = new Map([
  ['deployments.apps/rollback', planRollbackRequest],
  ['deployments.extensions/rollback', planRollbackRequest],
  ['pods/binding', planBinding],
  ['pods/eviction', planEviction],
]);

type ActionAnswer = (scope: WriteScope, target: Target, body: ApiObject) => Promise<ApiObject>;

/** Those that store nothing: what they make is the answer. */
const ANSWERS: ReadonlyMap<string, ActionAnswer> = new Map([
  ['serviceaccounts/token', answering('token', 'TokenRequest', createToken)],
]);

/** What Kubernetes answers where there is nothing to show. */
const SUCCESS = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

/** POSTs to a subresource that is an action. @throws {ApiError} MethodNotAllowed for those that are not served */
export async function createSubresource(
  registry: Registry,
  ctx: RequestContext,
  ref: ResourceRef,
  target: Target & { readonly subresource: string },
  body: object,
  options: WriteOptions,
): Promise<ApiObject> {
  const { subresource } = target;
  const resource = registry.resources.resolve(ref);
  resource.assertVerb('create', subresource);
  const act = actionOf(resource, subresource);
  assertIsObject(body, `${qualifiedName(resource.definition)}/${subresource}`);
  assertBodyKind(resource, subresource, body);
  const place = { namespace: resource.namespaceOf(target), name: target.name };
  await assertAuthorized(registry.authorizer, ctx.user, {
    verb: 'create',
    resource: resource.definition,
    subresource,
    ...place,
  });
  await resource.ready();
  const scope = createWriteScope(registry, ctx, resource, effectiveOptions(ctx, options));
  return act(scope, place, withoutNulls(body));
}

/** Admits the body, and answers with what is made of it. */
function answering(subresource: string, kind: string, answer: ActionAnswer): ActionAnswer {
  return async (scope, place, body) => {
    const admission = admitAction(scope, place, { subresource, kind, body });
    await runAdmission(admission);
    return answer(scope, place, admission.object);
  };
}

/** Plans and commits; there is nothing to show for it. */
function committing(planAction: ActionPlanner): ActionAnswer {
  return async (scope, place, body) => {
    const { registry, resource } = scope;
    const options = withDryRunOf(body, scope.options);
    const planner = (): MaybePromise<Plan> => planAction(scope, place, body);
    await execute(registry, { planner, caches: resource.caches }, options);
    return SUCCESS;
  };
}

/** Evictions carry the options of their deletion in themselves. */
function withDryRunOf(body: ApiObject, options: WriteOptions): WriteOptions {
  const { deleteOptions } = body as Partial<Pick<Eviction, 'deleteOptions'>>;
  return deleteOptions?.dryRun?.includes('All') ? { ...options, dryRun: true } : options;
}

function actionOf({ definition }: ServedResource, subresource: string): ActionAnswer {
  const path = `${qualifiedName(definition)}/${subresource}`;
  const answer = ANSWERS.get(path);
  if (answer) return answer;
  const planner = ACTIONS.get(path);
  if (planner) return committing(planner);
  throw methodNotAllowed(
    `the subresource ${qualifiedName(definition)}/${subresource} is not served yet`,
  );
}

function assertBodyKind(
  { definition }: ServedResource,
  subresource: string,
  body: ApiObject,
): void {
  const wanted = subresourceKind(definition.subresources, subresource);
  if (!wanted) return;
  const apiVersion = toApiVersion(wanted.group, wanted.version);
  const { apiVersion: givenVersion = apiVersion, kind = wanted.kind } = body;
  if (givenVersion === apiVersion && kind === wanted.kind) return;
  throw badRequest(
    `${qualifiedName(definition)}/${subresource} takes a ${wanted.kind} in version "${apiVersion}", got a ${kind} in version "${givenVersion}"`,
  );
}

function subresourceKind(
  subresources: readonly SubresourceDefinition[],
  subresource: string,
): SubresourceDefinition['kind'] {
  return subresources.find(({ name }) => name === subresource)?.kind;
}
