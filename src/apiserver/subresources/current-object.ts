import { notFound } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import type { Target } from '../client.ts';
import { cacheAsOf } from '../registry/get.ts';
import type { Registry } from '../registry/registry.ts';
import type { RequestContext } from '../request-context.ts';

/** The object as it is now, for whoever has been admitted to it some other way. @throws {ApiError} NotFound */
export async function currentObject<T extends ApiObject>(
  registry: Registry,
  ctx: RequestContext,
  ref: ResourceRef<T>,
  target: Target,
): Promise<T> {
  const resource = registry.resources.resolve(ref);
  const namespace = resource.namespaceOf(target);
  const cache = await cacheAsOf(registry, await resource.ready(), undefined, ctx.signal);
  const object = cache.get(namespace, target.name);
  if (!object) throw notFound(resource.nameOf(target.name, namespace));
  return object as T;
}
