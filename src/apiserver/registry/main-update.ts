import { deepEqual } from '../../lib/deep-equal.ts';
import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import type { FieldError } from '../../scheme/field-error.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { type AdmissionOutcome, createAdmission } from '../admission/admission.ts';
import { decodeInput, toStored } from './decode-input.ts';
import { isUnchanged, trackUpdate } from './field-managers.ts';
import { carryOverMetadata } from './object-metadata.ts';
import type { Plan } from './plan.ts';
import { planConverted, type Storing, unchanged } from './storing.ts';
import { assertValidUpdate, preliminaryErrors } from './validation.ts';
import { companionState, type WriteScope } from './write-scope.ts';

/** What replacing `current` by `input` would store: everything but what other doors (status, finalize) are for. */
export function planMainUpdate(
  scope: WriteScope,
  current: ApiObject,
  input: ApiObject,
): MaybePromise<Plan> {
  const next = nextOf(scope, current, input);
  const errors = preliminaryErrors(scope, next, current);
  const admission = createAdmission(scope, { operation: 'UPDATE', object: next, current });
  return andThen(admission.mutate(), () => {
    const { object } = admission;
    const isReplaced = object !== next;
    const judged = isReplaced ? preliminaryErrors(scope, object, current) : errors;
    assertValidNext(scope, object, current, judged);
    return andThen(admission.validate(), (admitted) =>
      planChange(scope, { next: object, current, admitted }),
    );
  });
}

/** As {@link planMainUpdate}, for a change that has been admitted as what it is: one of the object's scale, say. */
export function planPartUpdate(
  scope: WriteScope,
  current: ApiObject,
  input: ApiObject,
  admitted: AdmissionOutcome,
): MaybePromise<Plan> {
  const next = nextOf(scope, current, input);
  assertValidNext(scope, next, current, preliminaryErrors(scope, next, current));
  return planChange(scope, { next, current, admitted });
}

/** What the client wants, with what is not theirs to change as it is. */
export function nextOf(scope: WriteScope, current: ApiObject, input: ApiObject): ApiObject {
  const next = toStored(scope, decodeInput(scope, input));
  carryOverMetadata(next.metadata, current.metadata);
  // Whatever the client wrote there counts for nothing, so that it is not judged either.
  if (scope.resource.hasStatus) keepStatus(next as WithStatus, current as WithStatus);
  trackUpdate(scope, { current, next, given: input.metadata?.managedFields });
  return next;
}

function assertValidNext(
  scope: WriteScope,
  next: ApiObject,
  current: ApiObject,
  errors: FieldError[],
): void {
  const { strategy } = scope.resource;
  strategy.prepareForUpdate?.(next, current);
  strategy.stampTimes?.(next, current, scope.registry.clock.now());
  assertValidUpdate(scope, next, current, errors);
}

/** What storing `next`, which is valid, comes to. */
export function planChange(scope: WriteScope, change: Storing): MaybePromise<Plan> {
  const { next, current } = change;
  const { companions: kept } = scope.resource;
  const companions = kept?.forUpdate(next, current, companionState(scope)) ?? [];
  if (isUnchanged(next, current) && !scope.resource.isStale(current)) return unchanged(current);
  countGeneration(scope, next, current);
  return planConverted(scope, { ...change, companions });
}

type WithStatus = ApiObject & { status?: unknown };

function keepStatus(next: WithStatus, current: WithStatus): void {
  if (current.status === undefined) delete next.status;
  else next.status = current.status;
}

/** Generation counts the changes of what users want; kinds that do not count have none. */
function countGeneration({ resource }: WriteScope, next: ApiObject, current: ApiObject): void {
  const { generation } = current.metadata;
  if (generation === undefined) return;
  const changes = resource.strategy.changesGeneration ?? changesDesire;
  if (changes(next, current)) next.metadata.generation = generation + 1;
}

/** Whether anything but metadata and status differs. */
function changesDesire(next: ApiObject, current: ApiObject): boolean {
  const { metadata: _a, status: _b, ...desired } = next as WithStatus;
  const { metadata: _c, status: _d, ...before } = current as WithStatus;
  return !deepEqual(desired, before);
}
