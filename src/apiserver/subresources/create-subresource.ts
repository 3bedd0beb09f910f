import type { MaybePromise } from '../../lib/maybe-promise.ts';
import { withoutNulls } from '../../lib/without-nulls.ts';
import { badRequest, methodNotAllowed } from '../../scheme/errors.ts';
import { invalidObject, required } from '../../scheme/field-error.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type { Eviction } from '../../scheme/generated/types/policy-v1.ts';
import { type ApiObject, toApiVersion } from '../../scheme/object.ts';
import {
  qualifiedName,
  type ResourceRef,
  type SubresourceDefinition,
} from '../../scheme/resource.ts';
import { assertAuthorized } from '../authorization/authorizer.ts';
import type { Target, WriteOptions } from '../client.ts';
import { assertIsObject } from '../registry/object-metadata.ts';
import { execute, type Plan } from '../registry/plan.ts';
import type { Registry } from '../registry/registry.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import { createWriteScope, effectiveOptions, type WriteScope } from '../registry/write-scope.ts';
import type { RequestContext } from '../request-context.ts';
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
  ['serviceaccounts/token', createToken],
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

const BINDING = { group: '', version: 'v1', kind: 'Binding' } as const;

/** POSTs to `bindings`, as the first schedulers did: `pods/binding` of the Pod that the binding names, who may is settled. */
export async function bindByName(
  registry: Registry,
  ctx: RequestContext,
  body: ApiObject,
  options: WriteOptions & Pick<Target, 'namespace'>,
): Promise<ApiObject> {
  const resource = registry.resources.resolve(corePods);
  assertIsKind(body, 'bindings', BINDING);
  const { name, namespace } = body.metadata ?? {};
  if (!name) throw invalidObject({ ...BINDING, name: '' }, [required('metadata.name')]);
  const place = { namespace: options.namespace ?? namespace, name };
  if (namespace !== undefined && namespace !== place.namespace) {
    throw badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  await resource.ready();
  const scope = createWriteScope(registry, ctx, resource, effectiveOptions(ctx, options));
  await committing(planBinding)(scope, place, withoutNulls(body));
  return body;
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
  if (wanted) assertIsKind(body, `${qualifiedName(definition)}/${subresource}`, wanted);
}

/** @throws {ApiError} BadRequest for a body that says it is another kind */
function assertIsKind(
  body: ApiObject,
  path: string,
  wanted: NonNullable<SubresourceDefinition['kind']>,
): void {
  const apiVersion = toApiVersion(wanted.group, wanted.version);
  const { apiVersion: givenVersion = apiVersion, kind = wanted.kind } = body;
  if (givenVersion === apiVersion && kind === wanted.kind) return;
  throw badRequest(
    `${path} takes a ${wanted.kind} in version "${apiVersion}", got a ${kind} in version "${givenVersion}"`,
  );
}

function subresourceKind(
  subresources: readonly SubresourceDefinition[],
  subresource: string,
): SubresourceDefinition['kind'] {
  return subresources.find(({ name }) => name === subresource)?.kind;
}
