import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import { type ApiError, notFound } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import { assertAuthorized } from '../authorization/authorizer.ts';
import type { RequestedPlace, Target, UpdateOptions } from '../client.ts';
import type { RequestContext } from '../request-context.ts';
import { facetOf } from '../subresources/facets.ts';
import { assertIsObject, assertPreconditions, targetOf } from './object-metadata.ts';
import { execute, type Plan, resultOf } from './plan.ts';
import type { Registry } from './registry.ts';
import type { ServedResource } from './served-resource.ts';
import { createWriteScope, effectiveOptions, type WriteScope } from './write-scope.ts';

/**
 * Replaces one object, or the part of it that a subresource stands for. With metadata.resourceVersion it is a
 * compare-and-swap, without it the last write wins. @throws {ApiError} NotFound, Conflict, Invalid, …
 */
export async function updateObject(
  registry: Registry,
  ctx: RequestContext,
  ref: ResourceRef,
  input: ApiObject,
  options: UpdateOptions & RequestedPlace,
): Promise<ApiObject> {
  const resource = registry.resources.resolve(ref);
  const { subresource } = options;
  resource.assertVerb('update', subresource);
  assertIsObject(input, resource.definition.kind);
  const target = targetOf(resource, input, options);
  await assertAuthorized(registry.authorizer, ctx.user, {
    verb: 'update',
    resource: resource.definition,
    subresource,
    ...target,
  });
  await resource.ready();
  const scope = createWriteScope(registry, ctx, resource, effectiveOptions(ctx, options));
  const executed = await execute(
    registry,
    {
      planner: () =>
        andThen(resource.prepareCurrent(target), () =>
          planUpdate(scope, target, input, subresource),
        ),
      caches: resource.caches,
      retryOn: (error) => isLostCompanion(scope, error),
    },
    scope.options,
  );
  return readFacet(resource, subresource, resultOf(executed));
}

/** What a facet shows of a stored object. */
export function readFacet(
  resource: ServedResource,
  subresource: string | undefined,
  object: ApiObject,
): MaybePromise<ApiObject> {
  return andThen(resource.prepare([object]), () =>
    facetOf(resource, subresource).read(resource, object),
  );
}

export function isLostCompanion({ resource }: WriteScope, error: ApiError): boolean {
  return resource.companions?.isLostRace(error) === true;
}

/** The object as it is, in the storage version. @throws {ApiError} NotFound */
export function currentOf({ resource }: WriteScope, { namespace = '', name }: Target): ApiObject {
  const current = resource.current(namespace, name);
  if (!current) throw notFound(resource.nameOf(name, namespace));
  return current;
}

/** What replacing the object, or the part that `subresource` stands for, would store. */
export function planUpdate(
  scope: WriteScope,
  target: Target,
  input: ApiObject,
  subresource: string | undefined,
): MaybePromise<Plan> {
  const current = currentOf(scope, target);
  const name = scope.resource.nameOf(target.name, target.namespace ?? '');
  assertPreconditions(name, current, input.metadata ?? {});
  return facetOf(scope.resource, subresource).plan(scope, current, input);
}
