import { deepEqual } from '../../lib/deep-equal.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { decodeInput, toStored } from './decode-input.ts';
import { carryOverMetadata } from './object-metadata.ts';
import type { Plan } from './plan.ts';
import { planStoring, unchanged } from './storing.ts';
import { assertValidUpdate, preliminaryErrors } from './validation.ts';
import { admit, companionState, type WriteScope } from './write-scope.ts';

/** What replacing `current` by `input` would store: everything but what other doors (status, finalize) are for. */
export function planMainUpdate(scope: WriteScope, current: ApiObject, input: ApiObject): Plan {
  const { resource } = scope;
  const { strategy } = resource;
  const next = toStored(scope, decodeInput(scope, input));
  carryOverMetadata(next.metadata, current.metadata);
  // Whatever the client wrote there counts for nothing, so that it is not judged either.
  if (resource.hasStatus) keepStatus(next as WithStatus, current as WithStatus);
  const errors = preliminaryErrors(scope, next, current);
  const admission = admit(scope, 'UPDATE', next, current);
  strategy.prepareForUpdate?.(next, current);
  assertValidUpdate(scope, next, current, errors);
  const guards = admission.finish();
  const companions = resource.companions?.forUpdate(next, current, companionState(scope)) ?? [];
  if (deepEqual(next, current) && !scope.registry.store.isStale(current)) return unchanged(current);
  countGeneration(scope, next, current);
  return planStoring(scope, { next, current, companions, guards });
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
