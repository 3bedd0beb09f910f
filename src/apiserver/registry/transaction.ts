import { andThen, eachInTurn, type MaybePromise } from '../../lib/maybe-promise.ts';
import type { ApiError } from '../../scheme/errors.ts';
import { badRequest } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { qualifiedName } from '../../scheme/resource.ts';
import { PendingObjects } from '../admission/admission-session.ts';
import { assertAuthorized } from '../authorization/authorizer.ts';
import type { TransactionWrite, WriteOptions } from '../client.ts';
import type { RequestContext } from '../request-context.ts';
import { reviewOf } from '../reviews/reviews.ts';
import { isNewChoiceWorthwhile, planCreate } from './create.ts';
import { planDelete } from './delete.ts';
import { assertIsObject, targetOf } from './object-metadata.ts';
import { authorizeUpsert, planPatch } from './patch.ts';
import { execute, type Plan } from './plan.ts';
import type { Registry } from './registry.ts';
import type { ServedResource } from './served-resource.ts';
import { planUpdate, readFacet } from './update.ts';
import { createWriteScope, effectiveOptions, type WriteScope } from './write-scope.ts';

/** More would hold the store's lock for too long. */
const MAX_WRITES = 1000;

/** The plan of several writes, with where the objects of each begin. */
interface JointPlan extends Plan {
  readonly parts: readonly Plan[];
}

interface Step {
  readonly write: TransactionWrite;
  readonly resource: ServedResource;
  readonly scope: WriteScope;
}

/** Makes several writes, all or none, at consecutive resourceVersions; returns the object of each. */
export async function commitTransaction(
  registry: Registry,
  ctx: RequestContext,
  writes: readonly TransactionWrite[],
  options: WriteOptions,
): Promise<readonly ApiObject[]> {
  if (writes.length === 0) return [];
  if (writes.length > MAX_WRITES) {
    throw badRequest(
      `a transaction has at most ${MAX_WRITES} writes, this one has ${writes.length}; split it`,
    );
  }
  const effective = effectiveOptions(ctx, options);
  const steps: Step[] = [];
  for (const write of writes) steps.push(await prepareStep(registry, ctx, write, effective));
  const caches = [...new Set(steps.flatMap(({ resource }) => resource.caches))];
  const { plan, stored } = await execute(
    registry,
    {
      planner: () => planTogether(steps),
      caches,
      retryOn: (error, attempt) => steps.some((step) => mayChooseAgain(step, error, attempt)),
    },
    effective,
  );
  return readResults(steps, plan, stored);
}

async function prepareStep(
  registry: Registry,
  ctx: RequestContext,
  write: TransactionWrite,
  options: WriteOptions,
): Promise<Step> {
  const resource = registry.resources.resolve(write.ref);
  const subresource = 'subresource' in write ? write.subresource : undefined;
  resource.assertVerb(write.type, subresource);
  if (reviewOf(resource)) {
    throw badRequest(`${qualifiedName(write.ref)} are never stored: ask outside of a transaction`);
  }
  if ('object' in write) assertIsObject(write.object, resource.definition.kind);
  const place = 'target' in write ? write.target : (write.object.metadata ?? {});
  await assertAuthorized(registry.authorizer, ctx.user, {
    verb: write.type,
    resource: resource.definition,
    subresource,
    namespace: place.namespace,
    name: write.type === 'create' ? undefined : place.name,
  });
  if (write.type === 'patch' && write.patch.type === 'apply') {
    await authorizeUpsert(registry, ctx, resource, write.target);
  }
  await resource.ready();
  return {
    write,
    resource,
    scope: createWriteScope(registry, ctx, resource, { ...options, subresource }),
  };
}

function mayChooseAgain({ write, resource }: Step, error: ApiError, attempt: number): boolean {
  if (resource.companions?.isLostRace(error)) return true;
  return (
    write.type === 'create' &&
    isNewChoiceWorthwhile(resource, write.object as ApiObject, error, attempt)
  );
}

/** Plans one write after the other: each may rely on what those before it create. */
function planTogether(steps: readonly Step[]): MaybePromise<JointPlan> {
  const pending = new PendingObjects();
  const parts: Plan[] = [];
  const planned = eachInTurn(steps, ({ write, resource, scope }) =>
    andThen(planPreparedStep({ ...scope, pending }, write), (part) => {
      if (part.outcome === 'created') pending.add(resource.storage, part.object);
      parts.push(part);
    }),
  );
  return andThen(planned, () => joinPlans(parts));
}

function joinPlans(parts: readonly Plan[]): JointPlan {
  return {
    outcome: parts.every(({ outcome }) => outcome === 'unchanged') ? 'unchanged' : 'updated',
    writes: parts.flatMap(({ writes }) => writes),
    sideWrites: parts.flatMap(({ sideWrites = [] }) => sideWrites),
    guards: parts.flatMap(({ guards }) => guards),
    object: (parts[0] as Plan).object,
    parts,
  };
}

/** Plans a step once its object can be looked at in the version of the request. */
function planPreparedStep(scope: WriteScope, write: TransactionWrite): MaybePromise<Plan> {
  const { metadata } = 'object' in write ? write.object : {};
  const place = 'target' in write ? write.target : { ...metadata, name: metadata?.name ?? '' };
  return andThen(scope.resource.prepareCurrent(place), () => planStep(scope, write));
}

function planStep(scope: WriteScope, write: TransactionWrite): MaybePromise<Plan> {
  const { resource } = scope;
  switch (write.type) {
    case 'create':
      return planCreate(scope, write.object, {});
    case 'update':
      return planUpdate(
        scope,
        targetOf(resource, write.object, {}),
        write.object,
        write.subresource,
      );
    case 'patch':
      return planPatch(scope, placeOf(resource, write.target), write.patch, write.subresource);
    case 'delete':
      return planDelete(scope, placeOf(resource, write.target), {});
  }
}

function placeOf(
  resource: ServedResource,
  target: { readonly namespace?: string | undefined; readonly name: string },
): { namespace: string; name: string } {
  return { namespace: resource.namespaceOf(target), name: target.name };
}

function readResults(
  steps: readonly Step[],
  { parts }: JointPlan,
  stored: readonly ApiObject[] | undefined,
): Promise<ApiObject[]> {
  let position = 0;
  const results = parts.map((part, i) => {
    const { write, resource } = steps[i] as Step;
    const object = part.writes.length > 0 ? (stored?.[position] ?? part.object) : part.object;
    position += part.writes.length;
    const subresource = 'subresource' in write ? write.subresource : undefined;
    return readFacet(resource, subresource, object);
  });
  return Promise.all(results);
}
