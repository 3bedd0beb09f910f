import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { AdmissionOutcome } from '../admission/admission.ts';
import type { Plan } from './plan.ts';
import { companionState, type WriteScope } from './write-scope.ts';

const NOTHING: AdmissionOutcome = { guards: [], writes: [] };

/** The plan of a request that changes nothing. */
export function unchanged(current: ApiObject): Plan {
  return { outcome: 'unchanged', writes: [], guards: [], object: current };
}

export interface Storing {
  readonly next: ApiObject;
  readonly current: ApiObject;
  /** `next` in the version that is stored. @default itself */
  readonly stored?: ApiObject;
  /** @default none */
  readonly companions?: Plan['writes'];
  /** What admission asks for. @default nothing */
  readonly admitted?: AdmissionOutcome;
}

/** As {@link planStoring}, with `next` in the version that is stored. */
export function planConverted(scope: WriteScope, storing: Storing): MaybePromise<Plan> {
  return andThen(scope.resource.stored(storing.next), (stored) =>
    stored === storing.next
      ? planStoring(scope, storing)
      : planStoring(scope, { ...storing, stored }),
  );
}

/** Stores `next`; or deletes the object, when `next` takes away the last that held up its deletion. */
export function planStoring(scope: WriteScope, storing: Storing): Plan {
  const { next, current, stored = next, companions = [], admitted = NOTHING } = storing;
  const { guards, writes: sideWrites } = admitted;
  if (isReleased(scope, next)) return planRemoval(scope, current, { last: next, admitted });
  const { namespace = '', name = '', resourceVersion = '' } = current.metadata;
  const key = scope.resource.key(namespace, name);
  const write = {
    type: 'update',
    key,
    object: stored,
    expectedResourceVersion: resourceVersion,
  } as const;
  return {
    outcome: 'updated',
    writes: [write, ...companions],
    sideWrites,
    guards,
    object: next,
  };
}

export interface Removal {
  /** The state that watchers see it leave in. @default as it is */
  readonly last?: ApiObject;
  /** What admission asks for. @default nothing */
  readonly admitted?: AdmissionOutcome;
}

/** Deletes the object, with what belongs to it. */
export function planRemoval(
  scope: WriteScope,
  current: ApiObject,
  { last = current, admitted = NOTHING }: Removal = {},
): Plan {
  const { resource } = scope;
  const { namespace = '', name = '', resourceVersion = '' } = current.metadata;
  const key = resource.key(namespace, name);
  const write = {
    type: 'delete',
    key,
    object: last,
    expectedResourceVersion: resourceVersion,
  } as const;
  const released = resource.companions?.forDelete(current, companionState(scope)) ?? [];
  return {
    outcome: 'deleted',
    writes: [write, ...released],
    sideWrites: admitted.writes,
    guards: admitted.guards,
    object: last,
  };
}

function isReleased({ resource }: WriteScope, next: ApiObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = next.metadata;
  return deletionTimestamp !== undefined && !deletionGracePeriodSeconds && !resource.isHeld(next);
}
