import type { Random } from '../../lib/random.ts';
import type { ApiError } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import type { ResourceCache, StoreWrite } from '../../store/store.ts';

/** What companions are chosen from. */
export interface CompanionState {
  /** The objects of one of {@link Companions.reads}. */
  cache(resource: GroupResource): ResourceCache;
  readonly random: Random;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/**
 * Objects that come, change and go together with those of one kind, in the same transaction: the reservations of a
 * Service's addresses, which no two Services may hold. A collision is thus a failed commit, whatever the number of API
 * servers, and a crash leaves nothing half reserved.
 */
export interface Companions {
  /** The resources that are read to choose, and written. */
  readonly reads: readonly GroupResource[];
  /** Completes `next`, which is private, and returns the writes that belong to it. @throws {ApiError} to refuse */
  forCreate(next: ApiObject, state: CompanionState): readonly StoreWrite[];
  forUpdate(next: ApiObject, current: ApiObject, state: CompanionState): readonly StoreWrite[];
  forDelete(current: ApiObject, state: CompanionState): readonly StoreWrite[];
  /** Whether a commit failed because others took what was chosen, so that another choice may succeed. */
  isLostRace(error: ApiError): boolean;
}
