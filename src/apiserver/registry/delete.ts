import { toRfc3339 } from '../../lib/clock.ts';
import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import { badRequest } from '../../scheme/errors.ts';
import type { Namespace } from '../../scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { qualifiedName, type ResourceRef } from '../../scheme/resource.ts';
import { type AdmissionOutcome, createAdmission, runAdmission } from '../admission/admission.ts';
import { assertAuthorized } from '../authorization/authorizer.ts';
import type { DeleteOptions, DeleteResult, Target } from '../client.ts';
import type { RequestContext } from '../request-context.ts';
import { type Deletion, decideDeletion, type PropagationPolicy } from './deletion.ts';
import { assertPreconditions } from './object-metadata.ts';
import { execute, type Plan, resultOf } from './plan.ts';
import type { Registry } from './registry.ts';
import type { ServedResource } from './served-resource.ts';
import { planRemoval, planStoring, unchanged } from './storing.ts';
import { currentOf, isLostCompanion } from './update.ts';
import { createWriteScope, effectiveOptions, type WriteScope } from './write-scope.ts';

/** Kinds whose dependents outlive them unless the client says otherwise, from before garbage collection was thought of. */
const ORPHANING_KINDS = new Set(['replicationcontrollers', 'jobs.batch']);

const POLICIES: ReadonlySet<string> = new Set<PropagationPolicy>([
  'Orphan',
  'Background',
  'Foreground',
]);

/** Deletes one object, or marks it where it waits for something. @throws {ApiError} NotFound, Conflict, Forbidden */
export async function deleteObject(
  registry: Registry,
  ctx: RequestContext,
  ref: ResourceRef,
  target: Target,
  options: DeleteOptions,
): Promise<DeleteResult<ApiObject>> {
  const resource = registry.resources.resolve(ref);
  resource.assertVerb('delete');
  assertDeleteOptions(options);
  const place = { namespace: resource.namespaceOf(target), name: target.name };
  await assertAuthorized(registry.authorizer, ctx.user, {
    verb: 'delete',
    resource: resource.definition,
    ...place,
  });
  await resource.ready();
  const scope = createWriteScope(registry, ctx, resource, effectiveOptions(ctx, options));
  return executeDelete(scope, place, options);
}

/** Deletes without asking who may: for requests that stand for several deletions. */
export async function executeDelete(
  scope: WriteScope,
  target: Target,
  options: DeleteOptions,
): Promise<DeleteResult<ApiObject>> {
  const { registry, resource } = scope;
  const execution = {
    planner: () =>
      andThen(resource.prepareCurrent(target), () => planDelete(scope, target, options)),
    caches: resource.caches,
    retryOn: (error: Parameters<typeof isLostCompanion>[1]) => isLostCompanion(scope, error),
  };
  const executed = await execute(registry, execution, scope.options);
  return {
    object: await resource.read(resultOf(executed)),
    deleted: executed.plan.outcome === 'deleted',
  };
}

/** @throws {ApiError} BadRequest for a policy that does not exist, or a period that is no whole number */
export function assertDeleteOptions({
  propagationPolicy,
  gracePeriodSeconds,
}: DeleteOptions): void {
  if (propagationPolicy !== undefined && !POLICIES.has(propagationPolicy)) {
    throw badRequest(
      `propagationPolicy: Unsupported value: ${JSON.stringify(propagationPolicy)}: supported values: ${[...POLICIES].join(', ')}`,
    );
  }
  if (gracePeriodSeconds !== undefined && !Number.isSafeInteger(gracePeriodSeconds)) {
    throw badRequest(
      `gracePeriodSeconds: Invalid value: ${gracePeriodSeconds}: must be a whole number of seconds`,
    );
  }
}

/** What deleting the object would store. */
export function planDelete(
  scope: WriteScope,
  target: Target,
  options: DeleteOptions,
): MaybePromise<Plan> {
  const current = currentOf(scope, target);
  const name = scope.resource.nameOf(target.name, target.namespace ?? '');
  assertPreconditions(name, current, options.preconditions ?? {});
  const admission = createAdmission(scope, { operation: 'DELETE', object: current });
  return andThen(runAdmission(admission), (admitted) =>
    planDeletion(scope, current, options, admitted),
  );
}

/** As {@link planDelete}, for what has been admitted already. */
export function planDeletion(
  scope: WriteScope,
  current: ApiObject,
  options: DeleteOptions,
  admitted: AdmissionOutcome,
): Plan {
  const { resource, registry } = scope;
  const nowMs = registry.clock.now();
  const prepared = preparedForDelete(resource, current, nowMs);
  const deletion = decideDeletion(prepared, {
    gracePeriodSeconds: options.gracePeriodSeconds,
    defaultGracePeriodSeconds: resource.strategy.defaultGracePeriodSeconds?.(current),
    propagationPolicy: options.propagationPolicy,
    defaultPolicy: defaultPolicy(resource),
    nowMs,
  });
  if (resource.isNamespaces)
    return planNamespaceDeletion(
      scope,
      { current: current as Namespace, admitted },
      deletion,
      nowMs,
    );
  if (deletion.kind === 'pending') return unchanged(current);
  if (deletion.kind === 'remove') return planRemoval(scope, current, { admitted });
  const next = { ...prepared, metadata: deletion.metadata };
  const stored = resource.storedWith(deletion.metadata, next);
  return planStoring(scope, { next, current, stored, admitted });
}

function preparedForDelete(
  { strategy }: ServedResource,
  current: ApiObject,
  nowMs: number,
): ApiObject {
  const isFirst = current.metadata.deletionTimestamp === undefined;
  if (!isFirst || !strategy.prepareForDelete) return current;
  return strategy.prepareForDelete(current, toRfc3339(nowMs));
}

function defaultPolicy({ storage }: ServedResource): PropagationPolicy {
  return ORPHANING_KINDS.has(qualifiedName(storage)) ? 'Orphan' : 'Background';
}

/** A namespace is held by the finalizers of its spec until it is empty, and says so in its phase. */
function planNamespaceDeletion(
  scope: WriteScope,
  { current, admitted }: { readonly current: Namespace; readonly admitted: AdmissionOutcome },
  deletion: Deletion,
  nowMs: number,
): Plan {
  if (!scope.resource.isHeld(current)) {
    if (deletion.kind === 'remove') return planRemoval(scope, current, { admitted });
    if (deletion.kind === 'pending') return unchanged(current);
  }
  if (current.metadata.deletionTimestamp !== undefined) return unchanged(current);
  const { deletionGracePeriodSeconds: _, ...metadata } =
    deletion.kind === 'mark' ? deletion.metadata : current.metadata;
  const next: Namespace = {
    ...current,
    metadata: { ...metadata, deletionTimestamp: toRfc3339(nowMs) },
    status: { ...current.status, phase: 'Terminating' },
  };
  return planStoring(scope, { next, current, admitted });
}
