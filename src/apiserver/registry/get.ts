import { notFound } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import type { ResourceCache } from '../../store/store.ts';
import { assertAuthorized } from '../authorization/authorizer.ts';
import type { GetOptions } from '../client.ts';
import type { RequestContext } from '../request-context.ts';
import { facetOf } from '../subresources/facets.ts';
import { assertResourceVersion } from './list-options.ts';
import { assertHasCome } from './point-in-time.ts';
import type { Registry } from './registry.ts';
import type { ServedResource } from './served-resource.ts';
import { warnOfDeprecation } from './write-scope.ts';

/** Reads one object. @throws {ApiError} NotFound, Expired for a past that is no longer kept */
export async function getObject(
  registry: Registry,
  ctx: RequestContext,
  ref: ResourceRef,
  request: GetOptions,
): Promise<ApiObject> {
  const resource = registry.resources.resolve(ref);
  const { name, subresource } = request;
  const namespace = resource.namespaceOf(request);
  resource.assertVerb('get', subresource);
  const facet = facetOf(resource, subresource);
  await assertAuthorized(registry.authorizer, ctx.user, {
    verb: 'get',
    resource: resource.definition,
    subresource,
    namespace,
    name,
  });
  warnOfDeprecation(resource, ctx.onWarning);
  if (request.at) assertHasCome(registry, request.at);
  const found =
    request.at && !resource.isComputed
      ? await registry.store.getAt(resource.key(namespace, name), request.at)
      : await readPresent(registry, ctx, resource, { ...request, namespace });
  if (!found) throw notFound(resource.nameOf(name, namespace));
  if (resource.needsPreparing) await resource.prepare([found]);
  return facet.read(resource, found);
}

async function readPresent(
  registry: Registry,
  ctx: RequestContext,
  resource: ServedResource,
  { name, namespace = '', onVersion, resourceVersion }: GetOptions,
): Promise<ApiObject | undefined> {
  const cache = await cacheAsOf(registry, await resource.ready(), resourceVersion, ctx.signal);
  onVersion?.(cache.resourceVersion);
  return cache.get(namespace, name);
}

/** `cache`, once it is as new as `resourceVersion` asks: unset is as new as the store, '0' is as it is. */
export async function cacheAsOf(
  registry: Registry,
  cache: ResourceCache,
  resourceVersion: string | undefined,
  signal: AbortSignal | undefined,
): Promise<ResourceCache> {
  if (resourceVersion === '0') return cache;
  if (!resourceVersion) {
    await registry.catchUp([cache], signal);
    return cache;
  }
  assertResourceVersion(resourceVersion);
  const timeoutMs = registry.minimumVersionTimeoutMs;
  await cache.waitFor(resourceVersion, { timeoutMs, ...(signal ? { signal } : {}) });
  return cache;
}
