import { setMaxListeners } from 'node:events';
import { isApiError } from '../../scheme/errors.ts';
import type { ApiObject, ObjectList } from '../../scheme/object.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import { assertAuthorized } from '../authorization/authorizer.ts';
import type { DeleteOptions, ListOptions } from '../client.ts';
import type { RequestContext } from '../request-context.ts';
import { assertDeleteOptions, executeDelete } from './delete.ts';
import { cacheAsOf } from './get.ts';
import { toList } from './list.ts';
import type { Registry } from './registry.ts';
import { createWriteScope, effectiveOptions, type WriteScope } from './write-scope.ts';

/** How many deletions are under way at once: enough to fill group commits. */
const CONCURRENCY = 256;

/** Deletes what the selectors choose, as it is when the request comes in; returns what was deleted or marked. */
export async function deleteCollection(
  registry: Registry,
  ctx: RequestContext,
  ref: ResourceRef,
  selection: Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>,
  options: DeleteOptions,
): Promise<ObjectList> {
  const resource = registry.resources.resolve(ref);
  resource.assertVerb('deletecollection');
  assertDeleteOptions(options);
  const namespace = resource.listNamespaceOf(selection.namespace);
  await assertAuthorized(registry.authorizer, ctx.user, {
    verb: 'deletecollection',
    resource: resource.definition,
    namespace,
    fieldSelector: selection.fieldSelector,
  });
  const { matches } = resource.selections.compile(selection);
  const cache = await cacheAsOf(registry, await resource.ready(), undefined, ctx.signal);
  const { items, resourceVersion } = cache.list(namespace);
  if (matches && resource.needsPreparing) await resource.prepare(items);
  const scope = createWriteScope(registry, ctx, resource, effectiveOptions(ctx, options));
  const deleted = await deleteAll(scope, matches ? items.filter(matches) : items, options);
  if (resource.needsPreparing) await resource.prepare(deleted);
  return toList(resource, { items: deleted }, { resourceVersion });
}

/** Deletes each of `items`, without asking who may; returns those that were deleted or marked, in their order. */
export async function deleteAll(
  scope: WriteScope,
  items: readonly ApiObject[],
  options: DeleteOptions,
): Promise<readonly ApiObject[]> {
  const { signal } = scope.options;
  // Each deletion that is under way listens to it, and leaves: Node.js takes more than ten for a leak.
  if (signal) setMaxListeners(0, signal);
  let next = 0;
  const missed = new Set<ApiObject>();
  const work = async (): Promise<void> => {
    while (next < items.length) {
      const item = items[next++] as ApiObject;
      signal?.throwIfAborted();
      if (!(await deleteOne(scope, item, options))) missed.add(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, work));
  return missed.size === 0 ? items : items.filter((item) => !missed.has(item));
}

/** Whether the object was there to be deleted: another of the same name that came meanwhile is left alone. */
async function deleteOne(
  scope: WriteScope,
  { metadata }: ApiObject,
  options: DeleteOptions,
): Promise<boolean> {
  const { namespace = '', name = '', uid } = metadata;
  const preconditions = { ...options.preconditions, ...(uid ? { uid } : {}) };
  try {
    await executeDelete(scope, { namespace, name }, { ...options, preconditions });
    return true;
  } catch (thrown) {
    if (isApiError(thrown, 'NotFound')) return false;
    if (
      isApiError(thrown, 'Conflict') &&
      scope.resource.cache.get(namespace, name)?.metadata.uid !== uid
    ) {
      return false;
    }
    throw thrown;
  }
}
