import { ApiError, isApiError } from '../../scheme/errors.ts';
import {
  type ApiObject,
  type ListMeta,
  type ObjectList,
  toApiVersion,
} from '../../scheme/object.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import type { PointInTime, Snapshot } from '../../store/store.ts';
import { assertAuthorized } from '../authorization/authorizer.ts';
import type { ListOptions } from '../client.ts';
import type { RequestContext } from '../request-context.ts';
import { encodeContinue } from './continue-token.ts';
import { cacheAsOf } from './get.ts';
import { type ListPlan, planList } from './list-options.ts';
import { assertHasCome } from './point-in-time.ts';
import type { Registry } from './registry.ts';
import type { Selection } from './selection.ts';
import type { ServedResource } from './served-resource.ts';
import { warnOfDeprecation } from './write-scope.ts';

/** Lists the objects of a resource that the selectors choose, from one snapshot, in order of namespace and name. */
export async function listObjects(
  registry: Registry,
  ctx: RequestContext,
  ref: ResourceRef,
  options: ListOptions,
): Promise<ObjectList> {
  const resource = registry.resources.resolve(ref);
  if (options.at) assertHasCome(registry, options.at);
  resource.assertVerb('list');
  const namespace = resource.listNamespaceOf(options.namespace);
  const selection = resource.selections.compile(options);
  await assertAuthorized(registry.authorizer, ctx.user, {
    verb: 'list',
    resource: resource.definition,
    namespace,
    // A list of one name is the right to that name.
    name: selection.name,
    fieldSelector: options.fieldSelector,
  });
  warnOfDeprecation(resource, ctx.onWarning);
  const plan = planList(options);
  const snapshot = await snapshotFor(registry, ctx, { resource, namespace, plan });
  // A field selector looks at every object, the answer only at those of its page.
  if (selection.matches && resource.needsPreparing) await resource.prepare(snapshot.items);
  const page = cutPage(snapshot, selection, plan);
  if (resource.needsPreparing) await resource.prepare(page.items);
  return toList(resource, page, snapshot);
}

interface ListScope {
  readonly resource: ServedResource;
  readonly namespace: string | undefined;
  readonly plan: ListPlan;
}

async function snapshotFor(
  registry: Registry,
  ctx: RequestContext,
  scope: ListScope,
): Promise<Snapshot> {
  const { resource, namespace, plan } = scope;
  const { state } = plan;
  if (state.kind === 'exact' && !resource.isComputed) {
    return exactSnapshot(registry, scope, state.at);
  }
  const asked = newnessOf(state);
  const cache = await cacheAsOf(registry, await resource.ready(), asked, ctx.signal);
  const snapshot = cache.list(namespace);
  // Whoever limits a list comes back for the rest of this very snapshot.
  if (plan.limit !== undefined) resource.snapshots.remember(namespace, snapshot);
  return snapshot;
}

/** The version that the cache must have reached: undefined for the newest. */
function newnessOf(state: ListPlan['state']): string | undefined {
  if (state.kind === 'any') return '0';
  return state.kind === 'not-older-than' ? state.resourceVersion : undefined;
}

async function exactSnapshot(
  registry: Registry,
  { resource, namespace, plan }: ListScope,
  at: PointInTime,
): Promise<Snapshot> {
  const known = 'resourceVersion' in at && resource.snapshots.recall(namespace, at.resourceVersion);
  if (known) return known;
  try {
    const options = namespace === undefined ? {} : { namespace };
    const snapshot = await registry.store.listAt(resource.storage, at, options);
    if (plan.limit !== undefined) resource.snapshots.remember(namespace, snapshot);
    return snapshot;
  } catch (thrown) {
    throw plan.after && isApiError(thrown, 'Expired')
      ? expiredContinue(plan.after, thrown)
      : thrown;
  }
}

function expiredContinue(after: NonNullable<ListPlan['after']>, cause: ApiError): ApiError {
  return new ApiError(
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. Start a new list without it, or use the continue token of this answer to read the rest as it is now: what was created, changed or deleted since the first part may then be missing or show up twice.',
    undefined,
    { cause, continueToken: encodeContinue({ resourceVersion: undefined, after }) },
  );
}

/** The part of a snapshot that one answer holds. */
interface Page {
  readonly items: readonly ApiObject[];
  /** The last object of the page when there are more. */
  readonly last?: ApiObject;
  /** How many more there are, where that is known without looking at each. */
  readonly remaining?: number;
}

function cutPage({ items }: Snapshot, { matches }: Selection, { limit, after }: ListPlan): Page {
  const start = after ? firstAfter(items, after) : 0;
  if (!matches) return cutAll(items, start, limit);
  const page: ApiObject[] = [];
  for (let i = start; i < items.length; i++) {
    const item = items[i] as ApiObject;
    if (!matches(item)) continue;
    // One more than the limit exists: only now is a continue token worth giving.
    if (page.length === limit) return { items: page, last: page[page.length - 1] as ApiObject };
    page.push(item);
  }
  return { items: page };
}

function cutAll(items: readonly ApiObject[], start: number, limit: number | undefined): Page {
  const end = limit === undefined ? items.length : Math.min(items.length, start + limit);
  if (start === 0 && end === items.length) return { items };
  const page = items.slice(start, end);
  if (end === items.length) return { items: page };
  return { items: page, last: items[end - 1] as ApiObject, remaining: items.length - end };
}

/** The index of the first object past `after`; snapshots are ordered by namespace, then name. */
function firstAfter(
  items: readonly ApiObject[],
  after: { namespace: string; name: string },
): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isPast((items[middle] as ApiObject).metadata, after)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function isPast(
  { namespace = '', name = '' }: ApiObject['metadata'],
  after: { namespace: string; name: string },
): boolean {
  return namespace === after.namespace ? name > after.name : namespace > after.namespace;
}

/** A page of a snapshot as it is answered, in the request's version. */
export function toList(
  resource: ServedResource,
  page: Page,
  { resourceVersion }: Pick<Snapshot, 'resourceVersion'>,
): ObjectList {
  const { group, version, listKind } = resource.definition;
  const metadata: ListMeta = { resourceVersion };
  if (page.last) {
    const { namespace = '', name = '' } = page.last.metadata;
    metadata.continue = encodeContinue({ resourceVersion, after: { namespace, name } });
    if (page.remaining !== undefined) metadata.remainingItemCount = page.remaining;
  }
  return {
    apiVersion: toApiVersion(group, version),
    kind: listKind,
    metadata,
    items: resource.fromStorageAll(page.items),
  };
}
