import type { ApiObject } from '../../scheme/object.ts';
import type { Plan } from './plan.ts';
import { companionState, type WriteScope } from './write-scope.ts';

/** The plan of a request that changes nothing. */
export function unchanged(current: ApiObject): Plan {
  return { outcome: 'unchanged', writes: [], guards: [], object: current };
}

export interface Storing {
  readonly next: ApiObject;
  readonly current: ApiObject;
  /** @default none */
  readonly companions?: Plan['writes'];
  /** @default none */
  readonly guards?: Plan['guards'];
}

/** Stores `next`; or deletes the object, when `next` takes away the last that held up its deletion. */
export function planStoring(scope: WriteScope, storing: Storing): Plan {
  const { next, current, companions = [], guards = [] } = storing;
  if (isReleased(scope, next)) return { ...planRemoval(scope, current, next), guards };
  const { namespace = '', name = '', resourceVersion = '' } = current.metadata;
  const key = scope.resource.key(namespace, name);
  const write = {
    type: 'update',
    key,
    object: scope.resource.stored(next),
    expectedResourceVersion: resourceVersion,
  } as const;
  return { outcome: 'updated', writes: [write, ...companions], guards, object: next };
}

/** Deletes the object, with what belongs to it. `last` is the state that watchers see it leave in. */
export function planRemoval(
  scope: WriteScope,
  current: ApiObject,
  last: ApiObject = current,
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
  return { outcome: 'deleted', writes: [write, ...released], guards: [], object: last };
}

function isReleased({ resource }: WriteScope, next: ApiObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = next.metadata;
  return deletionTimestamp !== undefined && !deletionGracePeriodSeconds && !resource.isHeld(next);
}
