import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import type { ApiError } from '../../scheme/errors.ts';
import { alreadyExists, isApiError } from '../../scheme/errors.ts';
import type { FieldError } from '../../scheme/field-error.ts';
import { coreBindings } from '../../scheme/generated/resources.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import { type Admission, type AdmissionOutcome, createAdmission } from '../admission/admission.ts';
import { assertAuthorized } from '../authorization/authorizer.ts';
import type { RequestedPlace, WriteOptions } from '../client.ts';
import type { RequestContext } from '../request-context.ts';
import { reviewOf } from '../reviews/reviews.ts';
import { bindByName } from '../subresources/create-subresource.ts';
import { decodeInput, toStored } from './decode-input.ts';
import { trackCreation } from './field-managers.ts';
import { assertIsObject, stampNewMetadata } from './object-metadata.ts';
import { execute, type Plan, resultOf } from './plan.ts';
import type { Registry } from './registry.ts';
import type { ServedResource } from './served-resource.ts';
import { assertValidNew, preliminaryErrors } from './validation.ts';
import {
  companionState,
  createWriteScope,
  effectiveOptions,
  type WriteScope,
} from './write-scope.ts';

/** How many names are tried for an object that asked for a generated one. */
const MAX_NAME_ATTEMPTS = 8;

/** Creates one object. @throws {ApiError} AlreadyExists, Invalid, Forbidden, BadRequest, … */
export async function createObject(
  registry: Registry,
  ctx: RequestContext,
  ref: ResourceRef,
  input: object,
  options: WriteOptions & RequestedPlace,
): Promise<ApiObject> {
  const resource = registry.resources.resolve(ref);
  resource.assertVerb('create');
  assertIsObject(input, resource.definition.kind);
  await authorizeCreate(registry, ctx, resource, input, options);
  if (isBindings(resource)) return bindByName(registry, ctx, input, options);
  const scope = createWriteScope(registry, ctx, resource, effectiveOptions(ctx, options));
  const review = reviewOf(resource);
  const { authorizer, authenticator } = registry;
  if (review) {
    const object = toStored(scope, decodeInput(scope, input));
    return resource.fromStorage(
      await review({ object, user: ctx.user, authorizer, authenticator }),
    );
  }
  await resource.ready();
  const executed = await execute(
    registry,
    {
      planner: () => planCreate(scope, input, options),
      caches: resource.caches,
      retryOn: (error, attempt) => isNewChoiceWorthwhile(resource, input, error, attempt),
    },
    scope.options,
  );
  return resource.read(resultOf(executed));
}

function isBindings({ definition: { group, resource } }: ServedResource): boolean {
  return group === '' && resource === coreBindings.resource;
}

export function authorizeCreate(
  registry: Registry,
  ctx: RequestContext,
  resource: ServedResource,
  input: ApiObject,
  place: RequestedPlace,
): void | Promise<void> {
  return assertAuthorized(registry.authorizer, ctx.user, {
    verb: 'create',
    resource: resource.definition,
    // No name: rules about names are rules about what is there already.
    namespace: place.namespace ?? input.metadata?.namespace,
  });
}

/** A collision of what the server chose by chance (a name, an address) is no fault of the client's. */
export function isNewChoiceWorthwhile(
  resource: ServedResource,
  input: ApiObject,
  error: ApiError,
  attempt: number,
): boolean {
  if (!isApiError(error, 'AlreadyExists')) return false;
  if (resource.companions?.isLostRace(error)) return true;
  const { name, generateName } = input.metadata ?? {};
  return !name && Boolean(generateName) && attempt + 1 < MAX_NAME_ATTEMPTS;
}

/** What creating `input` would store. */
export function planCreate(
  scope: WriteScope,
  input: object,
  place: RequestedPlace,
): MaybePromise<Plan> {
  const { registry, resource } = scope;
  const decoded = decodeInput(scope, input);
  stampNewMetadata(resource, decoded, {
    place,
    nowMs: registry.clock.now(),
    random: registry.random,
  });
  const object = toStored(scope, decoded);
  trackCreation(scope, decoded, object);
  const errors = preliminaryErrors(scope, object);
  const admission = createAdmission(scope, { operation: 'CREATE', object });
  return andThen(admission.mutate(), () => {
    const isReplaced = admission.object !== object;
    return planAdmitted(
      scope,
      admission,
      isReplaced ? preliminaryErrors(scope, admission.object) : errors,
    );
  });
}

/** The second half, once the mutating plugins are done. */
function planAdmitted(
  scope: WriteScope,
  admission: Admission,
  errors: FieldError[],
): MaybePromise<Plan> {
  const { resource } = scope;
  const { strategy } = resource;
  const { object } = admission;
  if (strategy.prepareForCreate) strategy.prepareForCreate(object, scope.user);
  else if (resource.hasStatus) delete (object as { status?: unknown }).status;
  strategy.stampTimes?.(object, undefined, scope.registry.clock.now());
  assertValidNew(scope, object, errors);
  return andThen(admission.validate(), (outcome) => planCreation(scope, object, outcome));
}

function planCreation(
  scope: WriteScope,
  object: ApiObject,
  admitted: AdmissionOutcome,
): MaybePromise<Plan> {
  const { resource } = scope;
  const companions = resource.companions?.forCreate(object, companionState(scope)) ?? [];
  const { namespace = '', name = '' } = object.metadata;
  // Otherwise it is the store that knows, and says so in one step with the write.
  if (scope.options.dryRun && resource.cache.get(namespace, name)) {
    throw alreadyExists(resource.nameOf(name, namespace));
  }
  const key = resource.key(namespace, name);
  return andThen(resource.stored(object), (stored) => ({
    outcome: 'created',
    writes: [{ type: 'create', key, object: stored }, ...companions],
    guards: admitted.guards,
    sideWrites: admitted.writes,
    object,
  }));
}
