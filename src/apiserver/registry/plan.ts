/**
 * How every write is made: a planner computes, from what this process knows, what would be stored; the plan is committed
 * if it still holds, and computed anew from a fresh state when it does not. Planners have no effects, so that a plan may be
 * thrown away at any time; dry runs are plans that are not committed.
 */
import type { MaybePromise } from '../../lib/maybe-promise.ts';
import { ApiError, isApiError } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { CommitGuard, CommitOptions, ResourceCache, StoreWrite } from '../../store/store.ts';
import { lastOfEach } from '../admission/admission-session.ts';
import type { WriteOptions } from '../client.ts';
import type { Registry } from './registry.ts';

export type Outcome = 'created' | 'updated' | 'deleted' | 'unchanged';

/** What a write would do. */
export interface Plan {
  readonly outcome: Outcome;
  /** All or none; the first is the object's own. Empty when nothing changes. */
  readonly writes: readonly StoreWrite[];
  /**
   * What admission writes along: the usage of a quota. Of several for one object the last is meant, because each is computed
   * from the one before. @default none
   */
  readonly sideWrites?: readonly StoreWrite[];
  /** What must not have changed when the writes commit. */
  readonly guards: readonly CommitGuard[];
  /** The object in the storage version, as it would be stored or, when nothing changes, as it is. */
  readonly object: ApiObject;
}

export interface Attempt {
  /** Counts from 0. */
  readonly number: number;
  /** Whether the caches are known to be as new as the store was when the request came in, or newer. */
  readonly fresh: boolean;
}

export interface Execution<P extends Plan> {
  readonly planner: (attempt: Attempt) => MaybePromise<P>;
  /** What the planner reads. */
  readonly caches: readonly ResourceCache[];
  /** Whether a commit that failed with `error` is worth another plan, beside lost compare-and-swaps. */
  readonly retryOn?: (error: ApiError, attempt: number) => boolean;
}

/** What came of a write. */
export interface Executed<P extends Plan = Plan> {
  readonly plan: P;
  /** The objects of the plan's writes as they were stored; undefined when nothing was (a dry run, no change). */
  readonly stored: readonly ApiObject[] | undefined;
}

/** The object as it is after the write. */
export function resultOf({ plan, stored }: Executed): ApiObject {
  return stored?.[0] ?? plan.object;
}

/** Plans and commits until a plan holds. */
export async function execute<P extends Plan>(
  registry: Registry,
  execution: Execution<P>,
  options: WriteOptions,
): Promise<Executed<P>> {
  const attempts = new Attempts(registry, execution, options);
  try {
    for (;;) {
      const plan = await attempts.plan();
      if (!plan) continue;
      if (options.dryRun || plan.writes.length === 0) return { plan, stored: undefined };
      const stored = await attempts.commit(plan);
      if (!stored) continue;
      const { authorization } = registry;
      if (authorization.isPolicy(plan.writes)) await authorization.catchUp(stored);
      return { plan, stored };
    }
  } finally {
    attempts.end();
  }
}

/** The attempts of one request. */
class Attempts<P extends Plan> {
  readonly #registry: Registry;
  readonly #execution: Execution<P>;
  readonly #options: WriteOptions;
  #number = 0;
  #fresh = false;
  #startedMs: number | undefined;
  #endTurn: (() => void) | undefined;

  constructor(registry: Registry, execution: Execution<P>, options: WriteOptions) {
    this.#registry = registry;
    this.#execution = execution;
    this.#options = options;
  }

  /**
   * A plan to go by, or undefined when the caches had to be refreshed first. What an old state makes of a request (an
   * object that is not there, nothing to change) is no answer: only a fresh one is.
   */
  async plan(): Promise<P | undefined> {
    if (this.#options.dryRun && !this.#fresh) await this.#refresh();
    try {
      const plan = await this.#execution.planner({ number: this.#number, fresh: this.#fresh });
      if (plan.writes.length > 0 || this.#fresh) return plan;
    } catch (thrown) {
      if (this.#fresh || !dependsOnState(thrown)) throw thrown;
    }
    await this.#refresh();
    return undefined;
  }

  /** The objects as stored, or undefined when the plan no longer held. */
  async commit(plan: P): Promise<readonly ApiObject[] | undefined> {
    const writes = writesOf(plan);
    try {
      return await this.#registry.store.commit(writes, this.#commitOptions(plan));
    } catch (thrown) {
      if (!this.#isWorthAnother(plan, thrown)) throw thrown;
      await this.#prepareAnother(contestedKey(writes, thrown));
    }
    return undefined;
  }

  /** Gives others of this process their turn. */
  end(): void {
    this.#endTurn?.();
    this.#endTurn = undefined;
  }

  async #prepareAnother(contested: string | undefined): Promise<void> {
    this.#assertInTime();
    this.#number++;
    await this.#refresh();
    if (contested === undefined || this.#endTurn) return;
    this.#endTurn = await this.#registry.turns.take(contested, this.#options.signal);
  }

  #commitOptions({ guards }: Plan): CommitOptions {
    const { assertMayCommit, lane, signal } = this.#options;
    return { guards, assertMayCommit, ...(lane ? { lane } : {}), ...(signal ? { signal } : {}) };
  }

  #isWorthAnother({ sideWrites = [] }: Plan, thrown: unknown): boolean {
    if (isApiError(thrown, 'Conflict', 'NotFound')) return true;
    // What admission wanted to make is there meanwhile: all the better.
    if (isApiError(thrown, 'AlreadyExists') && findWrite(sideWrites, thrown)) return true;
    return thrown instanceof ApiError && this.#execution.retryOn?.(thrown, this.#number) === true;
  }

  async #refresh(): Promise<void> {
    await this.#registry.catchUp(this.#execution.caches, this.#options.signal);
    this.#fresh = true;
  }

  /** Every lost race means that somebody else's write went through, so that a crowd ends; a deadline bounds it all the same. */
  #assertInTime(): void {
    const { ioClock, requestTimeoutMs } = this.#registry;
    this.#options.signal?.throwIfAborted();
    this.#startedMs ??= ioClock.now();
    if (ioClock.now() - this.#startedMs > requestTimeoutMs) {
      throw new ApiError(
        'Timeout',
        `the object changed faster than this write could be computed, for ${requestTimeoutMs / 1000} s; try again`,
      );
    }
  }
}

function writesOf({ writes, sideWrites = [] }: Plan): readonly StoreWrite[] {
  return sideWrites.length === 0 ? writes : [...writes, ...lastOfEach(sideWrites)];
}

/** The object of ours that somebody else wrote first. */
function contestedKey(writes: readonly StoreWrite[], thrown: unknown): string | undefined {
  if (!isApiError(thrown, 'Conflict')) return undefined;
  const lost = findWrite(writes, thrown);
  return lost && JSON.stringify(lost.key);
}

/** The one that an error of the store is about. */
function findWrite(writes: readonly StoreWrite[], { details }: ApiError): StoreWrite | undefined {
  return writes.find(({ key }) => key.resource === details?.kind && key.name === details.name);
}

/** Errors in the request itself stay whatever the state is. */
function dependsOnState(thrown: unknown): boolean {
  return !isApiError(
    thrown,
    'BadRequest',
    'RequestEntityTooLarge',
    'MethodNotAllowed',
    'Unauthorized',
  );
}
