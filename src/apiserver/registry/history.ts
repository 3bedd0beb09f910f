import type { WatchEvent } from '../../scheme/object.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import { assertAuthorized } from '../authorization/authorizer.ts';
import type { Target } from '../client.ts';
import type { RequestContext } from '../request-context.ts';
import type { Registry } from './registry.ts';

/** The retained changes of one object, newest first. */
export async function readHistory(
  registry: Registry,
  ctx: RequestContext,
  ref: ResourceRef,
  { limit, ...target }: Target & { readonly limit?: number },
): Promise<readonly WatchEvent[]> {
  const resource = registry.resources.resolve(ref);
  resource.assertVerb('watch');
  const namespace = resource.namespaceOf(target);
  await assertAuthorized(registry.authorizer, ctx.user, {
    verb: 'get',
    resource: resource.definition,
    namespace,
    name: target.name,
  });
  const key = resource.key(namespace, target.name);
  const events = await registry.store.history(key, limit === undefined ? {} : { limit });
  if (resource.needsPreparing) await resource.prepare(events.map(({ object }) => object));
  return events.map(({ type, object }) => ({ type, object: resource.fromStorage(object) }));
}
