import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import { badRequest } from '../../scheme/errors.ts';
import {
  CLIENT_SIDE_MANAGER,
  CLIENT_SIDE_TOOL,
} from '../../scheme/managed-fields/client-side-apply.ts';
import { type ApiObject, toApiVersion } from '../../scheme/object.ts';
import { applyThreeWay } from '../../scheme/patch/apply-three-way.ts';
import { withLastApplied } from '../../scheme/patch/last-applied.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import { assertAuthorized } from '../authorization/authorizer.ts';
import type { ApplyOptions, ApplyResult, RequestedPlace, Target } from '../client.ts';
import { assertStorableSize } from '../object-size.ts';
import type { RequestContext } from '../request-context.ts';
import { planCreate } from './create.ts';
import { planMainUpdate } from './main-update.ts';
import { assertIsObject, assertPreconditions, targetOf } from './object-metadata.ts';
import { execute, type Outcome, type Plan, resultOf } from './plan.ts';
import type { Registry } from './registry.ts';
import type { ServedResource } from './served-resource.ts';
import { planServerSideApply } from './server-side-apply.ts';
import { unchanged } from './storing.ts';
import { createWriteScope, effectiveOptions, type WriteScope } from './write-scope.ts';

/** kubectl's words for what an apply did. */
const OPERATIONS: Readonly<Record<Outcome, ApplyResult<ApiObject>['operation']>> = {
  created: 'created',
  updated: 'configured',
  // An apply that takes away the last finalizer of an object on its way out.
  deleted: 'configured',
  unchanged: 'unchanged',
};

/**
 * Makes the object what the manifest says, as `kubectl apply` does: what the last manifest said and this one does not is
 * removed, and what others set stays. @throws {ApiError} Invalid, Conflict, Forbidden, BadRequest, …
 */
export async function applyObject(
  registry: Registry,
  ctx: RequestContext,
  ref: ResourceRef,
  input: ApiObject,
  options: ApplyOptions & RequestedPlace,
): Promise<ApplyResult<ApiObject>> {
  const resource = registry.resources.resolve(ref);
  resource.assertVerb('patch');
  assertIsObject(input, resource.definition.kind);
  const target = applyTarget(resource, input, options);
  for (const verb of ['patch', 'create']) {
    const action = { verb, resource: resource.definition, ...target };
    await assertAuthorized(registry.authorizer, ctx.user, action);
  }
  await resource.ready();
  const manifest = toManifest(resource, input, target);
  // The manifest is stored twice, the second time as an annotation: say first what it is itself too large for.
  assertStorableSize(manifest);
  const scope = createApplyScope(registry, ctx, resource, options);
  const executed = await execute(
    registry,
    {
      planner: () =>
        andThen(resource.prepareCurrent(target), () =>
          options.serverSide
            ? planServerSideApply(scope, target, {
                configuration: manifest,
                force: options.force,
                upgrade: true,
              })
            : planApply(scope, manifest, target),
        ),
      caches: resource.caches,
      // Somebody created it first: then this apply changes it.
      retryOn: (error) => error.reason === 'AlreadyExists',
    },
    scope.options,
  );
  return {
    object: await resource.read(resultOf(executed)),
    operation: OPERATIONS[executed.plan.outcome],
  };
}

function createApplyScope(
  registry: Registry,
  ctx: RequestContext,
  resource: ServedResource,
  options: ApplyOptions,
): WriteScope {
  if (options.force && !options.serverSide) {
    throw badRequest('force is for server-side apply: client-side apply never conflicts');
  }
  const fieldManager =
    options.fieldManager || (options.serverSide ? CLIENT_SIDE_TOOL : CLIENT_SIDE_MANAGER);
  return createWriteScope(
    registry,
    ctx,
    resource,
    effectiveOptions(ctx, { ...options, fieldManager }),
  );
}

function applyTarget(
  resource: ServedResource,
  input: ApiObject,
  place: RequestedPlace,
): ReturnType<typeof targetOf> {
  if (!input.metadata?.name && !place.name && input.metadata?.generateName) {
    const prefix = JSON.stringify(input.metadata.generateName);
    throw badRequest(`from ${prefix}: cannot use generate name with apply`);
  }
  return targetOf(resource, { ...input, metadata: input.metadata ?? {} }, place);
}

/** The manifest as kubectl would record it: with its kind and its place. */
function toManifest(
  { definition }: ServedResource,
  input: ApiObject,
  { namespace, name }: ReturnType<typeof targetOf>,
): ApiObject {
  const metadata = { ...input.metadata, name, ...(namespace ? { namespace } : {}) };
  const { group, version, kind } = definition;
  const typeMeta = { apiVersion: toApiVersion(group, version), kind };
  // The manifest's own words come last: a kind that is not the resource's is refused when it is decoded.
  return { ...typeMeta, ...input, metadata };
}

/** What applying `manifest` would store. */
export function planApply(
  scope: WriteScope,
  manifest: ApiObject,
  target: Target,
): MaybePromise<Plan> {
  const { resource } = scope;
  const current = resource.current(target.namespace ?? '', target.name);
  if (!current) return planCreate(scope, withLastApplied(manifest), {});
  const { merged, changed } = applyThreeWay(resource.fromStorage(current), manifest, {
    lookup: (name) => resource.scheme.type(name),
    typeName: resource.definition.schemaName,
  });
  if (!changed) return unchanged(current);
  const name = resource.nameOf(target.name, target.namespace ?? '');
  assertPreconditions(name, current, merged.metadata);
  return planMainUpdate(scope, current, merged);
}
