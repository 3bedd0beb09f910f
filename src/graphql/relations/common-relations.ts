import { ApiError } from '../../scheme/errors.ts';
import {
  type ApiObject,
  controllerOf,
  type OwnerReference,
  parseApiVersion,
} from '../../scheme/object.ts';
import { eachStoredOnce, type ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import { orForbidden } from '../or-forbidden.ts';
import type { RequestContext } from '../request-context.ts';

/** How many resources are read at once when something may be in any of them. */
const MAX_CONCURRENT_LISTS = 8;

/** The controlling owner, if it exists. */
export async function ownerOf(
  scheme: Scheme,
  object: ApiObject,
  ctx: RequestContext,
): Promise<ApiObject | null> {
  const reference = controllerOf(object);
  return reference ? findOwner(scheme, { object, reference, ctx }) : null;
}

/** The owners that exist; in the place of one that may not be read, why not. */
export async function ownersOf(
  scheme: Scheme,
  object: ApiObject,
  ctx: RequestContext,
): Promise<readonly (ApiObject | ApiError)[]> {
  const references = object.metadata.ownerReferences ?? [];
  const owners = await Promise.all(
    references.map((reference) => orForbidden(findOwner(scheme, { object, reference, ctx }))),
  );
  return owners.filter((owner) => owner !== null);
}

interface OwnerQuestion {
  readonly object: ApiObject;
  readonly reference: OwnerReference;
  readonly ctx: RequestContext;
}

/** The object that `reference` names; another of the same name but with another uid is none. */
async function findOwner(
  scheme: Scheme,
  { object, reference, ctx }: OwnerQuestion,
): Promise<ApiObject | null> {
  const { group, version } = parseApiVersion(reference.apiVersion);
  const definition = scheme.findByKind(group, version, reference.kind);
  if (!definition) return null;
  const namespace = definition.namespaced ? object.metadata.namespace : undefined;
  const owner = await ctx.readerOf(object).find(definition, { namespace, name: reference.name });
  return owner?.metadata.uid === reference.uid ? owner : null;
}

/** Every object that names `object` as an owner; last, what may not be looked through, if anything. */
export async function dependentsOf(
  scheme: Scheme,
  object: ApiObject,
  ctx: RequestContext,
): Promise<readonly (ApiObject | ApiError)[]> {
  const { uid = '', namespace } = object.metadata;
  const reader = ctx.readerOf(object);
  const refusals: ApiError[] = [];
  const candidates = listable(scheme).filter(
    (definition) => namespace === undefined || definition.namespaced,
  );
  const found: ApiObject[][] = candidates.map(() => []);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < candidates.length; index = next++) {
      const definition = candidates[index] as ResourceDefinition;
      const owned = await orForbidden(
        reader.index({ name: 'owner', ref: definition, namespace }, ownerUids),
      );
      if (owned instanceof ApiError) refusals.push(owned);
      else found[index] = [...(owned.get(uid) ?? [])];
    }
  };
  await Promise.all(Array.from({ length: MAX_CONCURRENT_LISTS }, work));
  return refusals.length === 0 ? found.flat() : [...found.flat(), incomplete(refusals)];
}

function incomplete(refusals: readonly ApiError[]): ApiError {
  const causes = refusals.map(({ message }) => ({ reason: 'Forbidden', message })).sort(byMessage);
  return new ApiError(
    'Forbidden',
    `dependents may be missing, because what may not be listed was not looked through: ${causes.map(({ message }) => message).join('; ')}`,
    { causes },
  );
}

const byMessage = (a: { message: string }, b: { message: string }): number =>
  a.message < b.message ? -1 : 1;

const ownerUids = (object: ApiObject): string[] =>
  (object.metadata.ownerReferences ?? []).map((reference) => reference.uid);

/** Each resource once, in its preferred version. Events own nothing and are owned by nothing. */
function listable(scheme: Scheme): ResourceDefinition[] {
  return eachStoredOnce(scheme.served()).filter(
    ({ verbs, resource, isComputed }) =>
      verbs.includes('list') && !isComputed && resource !== 'events',
  );
}

interface EventObject extends ApiObject {
  readonly involvedObject?: { readonly uid?: string };
}

/** The Events about `object`, oldest first. Those about what has no namespace may be in any. */
export async function eventsOf(
  definition: ResourceDefinition,
  object: ApiObject,
  ctx: RequestContext,
): Promise<readonly ApiObject[]> {
  const { uid = '', namespace } = object.metadata;
  const index = await ctx
    .readerOf(object)
    .index({ name: 'involvedObject', ref: definition, namespace }, (event: EventObject) => {
      const about = event.involvedObject?.uid;
      return about ? [about] : [];
    });
  return index.get(uid) ?? [];
}
