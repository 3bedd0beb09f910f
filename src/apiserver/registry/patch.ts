import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import { ApiError, badRequest } from '../../scheme/errors.ts';
import { showManagers } from '../../scheme/managed-fields/managers.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { applyJsonPatch } from '../../scheme/patch/json-patch.ts';
import { applyMergePatch } from '../../scheme/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../../scheme/patch/strategic-merge-patch.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import { assertAuthorized } from '../authorization/authorizer.ts';
import type { Patch, Target, UpdateOptions } from '../client.ts';
import type { RequestContext } from '../request-context.ts';
import { type Facet, facetOf } from '../subresources/facets.ts';
import { assertPreconditions } from './object-metadata.ts';
import { execute, type Plan, resultOf } from './plan.ts';
import type { Registry } from './registry.ts';
import type { ServedResource } from './served-resource.ts';
import { planServerSideApply } from './server-side-apply.ts';
import { currentOf, isLostCompanion, readFacet } from './update.ts';
import { createWriteScope, effectiveOptions, type WriteScope } from './write-scope.ts';

/**
 * Patches one object, or the part of it that a subresource stands for. A patch is applied anew when others change the
 * object meanwhile, unless it carries a resourceVersion. @throws {ApiError} NotFound, Conflict, Invalid, BadRequest, …
 */
export async function patchObject(
  registry: Registry,
  ctx: RequestContext,
  ref: ResourceRef,
  target: Target,
  patch: Patch,
  options: UpdateOptions,
): Promise<ApiObject> {
  const resource = registry.resources.resolve(ref);
  const { subresource } = options;
  resource.assertVerb('patch', subresource);
  const place = { namespace: resource.namespaceOf(target), name: target.name };
  await assertAuthorized(registry.authorizer, ctx.user, {
    verb: 'patch',
    resource: resource.definition,
    subresource,
    ...place,
  });
  if (patch.type === 'apply') await authorizeUpsert(registry, ctx, resource, place);
  await resource.ready();
  const scope = createWriteScope(registry, ctx, resource, effectiveOptions(ctx, options));
  const executed = await execute(
    registry,
    {
      planner: () =>
        andThen(resource.prepareCurrent(place), () => planPatch(scope, place, patch, subresource)),
      caches: resource.caches,
      retryOn: (error) =>
        isLostCompanion(scope, error) ||
        (patch.type === 'apply' && error.reason === 'AlreadyExists'),
    },
    scope.options,
  );
  return readFacet(resource, subresource, resultOf(executed));
}

/** An apply may create what is not there: whoever may not is told so at once, whether it is there or not. */
export async function authorizeUpsert(
  { authorizer }: Registry,
  { user }: RequestContext,
  { definition }: ServedResource,
  place: Target,
): Promise<void> {
  await assertAuthorized(authorizer, user, { verb: 'create', resource: definition, ...place });
}

/** What patching the object, or the part that `subresource` stands for, would store. */
export function planPatch(
  scope: WriteScope,
  target: Target,
  patch: Patch,
  subresource: string | undefined,
): MaybePromise<Plan> {
  const { resource } = scope;
  if (patch.type === 'apply') return planServerSideApply(scope, target, patch);
  const current = currentOf(scope, target);
  const facet = facetOf(resource, subresource);
  const patched = applyPatch(resource, facet, current, patch);
  const name = resource.nameOf(target.name, target.namespace ?? '');
  assertSamePlace(patched, target);
  assertPreconditions(name, current, patched.metadata);
  return facet.plan(scope, current, patched);
}

/** Patches that are computed from the object alone. */
type MergedPatch = Exclude<Patch, { readonly type: 'apply' }>;

function applyPatch(
  resource: ServedResource,
  facet: Facet,
  current: ApiObject,
  patch: MergedPatch,
): ApiObject {
  const seen = facet.read(resource, current);
  // Paths may lead into managedFields, which are stored in another form than clients see.
  if (patch.type === 'json') return applyJsonPatch(showManagers(seen), patch.operations);
  if (patch.type === 'merge') return applyMergePatch(seen, patch.patch);
  if (resource.isCustom && !facet.typeName) throw strategicUnsupported();
  return applyStrategicMergePatch(seen, patch.patch, {
    lookup: (name) => resource.scheme.type(name),
    typeName: facet.typeName ?? resource.definition.schemaName,
  });
}

/** Nothing says how the lists of a custom resource are joined. */
function strategicUnsupported(): ApiError {
  return new ApiError(
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
  );
}

function assertSamePlace({ metadata }: ApiObject, { namespace = '', name }: Target): void {
  if (typeof metadata !== 'object' || metadata === null) {
    throw badRequest('the patch removes metadata, which every object must have');
  }
  if (metadata.name !== name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the request (${name})`,
    );
  }
  if ((metadata.namespace ?? '') !== namespace) {
    throw badRequest(
      `the namespace of the object (${metadata.namespace}) does not match the namespace on the request (${namespace})`,
    );
  }
}
