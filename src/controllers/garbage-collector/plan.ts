/** What the garbage collector does with one object. Pure. */
import type { ApiObject, OwnerReference } from '../../scheme/object.ts';

/** Deletes the dependents that block their owner, then the owner. */
export const FINALIZER_FOREGROUND = 'foregroundDeletion';
/** Lets the dependents go free, then deletes the owner. */
export const FINALIZER_ORPHAN = 'orphan';

/**
 * What an owner is to its dependent: `solid` exists, `waiting` exists and waits for its dependents' deletion, `absent` is
 * gone, `unknown` cannot be judged.
 */
export type OwnerState = 'solid' | 'waiting' | 'absent' | 'unknown';

export interface JudgedOwner {
  readonly reference: OwnerReference;
  readonly state: OwnerState;
  /** It exists, but no informer has shown it yet. @default false */
  readonly isUnseen?: boolean;
}

export type GarbagePlan =
  | { readonly type: 'keep' }
  /** It has an owner to stay for: the others are struck out. */
  | { readonly type: 'strike-owners'; readonly uids: readonly string[] }
  | {
      readonly type: 'delete';
      readonly propagationPolicy: 'Background' | 'Foreground' | 'Orphan';
      /** Its references stop blocking their owners first: they and it would wait for each other. */
      readonly unblockOwners: boolean;
    };

export interface GarbageInput {
  readonly object: ApiObject;
  readonly owners: readonly JudgedOwner[];
  readonly hasDependents: boolean;
  /** One of its dependents waits for its own dependents: there may be a circle. */
  readonly hasWaitingDependents: boolean;
}

export function planGarbage(input: GarbageInput): GarbagePlan {
  const { object, owners, hasDependents, hasWaitingDependents } = input;
  const uidsOf = (...states: OwnerState[]): string[] =>
    owners.filter(({ state }) => states.includes(state)).map(({ reference }) => reference.uid);
  if (owners.length === 0 || uidsOf('unknown').length > 0) return { type: 'keep' };
  if (uidsOf('solid').length > 0) {
    const uids = uidsOf('absent', 'waiting');
    return uids.length > 0 ? { type: 'strike-owners', uids } : { type: 'keep' };
  }
  if (uidsOf('waiting').length > 0 && hasDependents) {
    return { type: 'delete', propagationPolicy: 'Foreground', unblockOwners: hasWaitingDependents };
  }
  return { type: 'delete', propagationPolicy: policyOf(object), unblockOwners: false };
}

function policyOf({ metadata }: ApiObject): 'Background' | 'Foreground' | 'Orphan' {
  if (metadata.finalizers?.includes(FINALIZER_ORPHAN)) return 'Orphan';
  if (metadata.finalizers?.includes(FINALIZER_FOREGROUND)) return 'Foreground';
  return 'Background';
}

/** Whether the object is being deleted and waits for its dependents to be. */
export function isDeletingDependents({ metadata }: ApiObject): boolean {
  return isBeingDeleted(metadata) && hasFinalizer(metadata, FINALIZER_FOREGROUND);
}

/** Whether the object is being deleted and waits for its dependents to be let go. */
export function isOrphaning({ metadata }: ApiObject): boolean {
  return isBeingDeleted(metadata) && hasFinalizer(metadata, FINALIZER_ORPHAN);
}

/** Whether `dependent` must be gone before its owner may go. */
export function isBlocking({ metadata }: ApiObject, ownerUid: string): boolean {
  return (
    metadata.ownerReferences?.some(
      ({ uid, blockOwnerDeletion }) => uid === ownerUid && blockOwnerDeletion,
    ) ?? false
  );
}

export function withUnblockedOwners<T extends ApiObject>(object: T): T {
  const ownerReferences = object.metadata.ownerReferences?.map((reference) =>
    reference.blockOwnerDeletion ? { ...reference, blockOwnerDeletion: false } : reference,
  );
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

function isBeingDeleted({ deletionTimestamp }: ApiObject['metadata']): boolean {
  return deletionTimestamp !== undefined;
}

function hasFinalizer({ finalizers }: ApiObject['metadata'], finalizer: string): boolean {
  return finalizers?.includes(finalizer) ?? false;
}
