import type { ApiClient, NewObject } from '../../apiserver/client.ts';
import { toError } from '../../lib/errors.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import type { ControllerExpectations } from '../../machinery/expectations.ts';
import { isApiError } from '../../scheme/errors.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { type ApiObject, keyOf } from '../../scheme/object.ts';
import { isNamespaceTerminating } from './api-errors.ts';
import { concurrently } from './concurrently.ts';
import { startSlowly } from './slow-start.ts';

export const REASON_FAILED_CREATE = 'FailedCreate';
export const REASON_FAILED_DELETE = 'FailedDelete';

const SUCCESSFUL = { create: 'SuccessfulCreate', delete: 'SuccessfulDelete' } as const;
const FAILED = { create: REASON_FAILED_CREATE, delete: REASON_FAILED_DELETE } as const;

const DELETE_CONCURRENCY = 500;

/** How events about an owner's Pods are worded. */
export interface PodWords {
  readonly done: (verb: PodVerb, pod: string, owner: ApiObject) => string;
  readonly failed: (verb: PodVerb, pod: string, owner: ApiObject, error: Error) => string;
}

export type PodVerb = 'create' | 'delete';

const DEFAULT_WORDS: PodWords = {
  done: (verb, pod) => `${verb === 'create' ? 'Created' : 'Deleted'} pod: ${pod}`,
  failed: (verb, _pod, _owner, { message }) =>
    `Error ${verb === 'create' ? 'creating' : 'deleting'}: ${message}`,
};

export interface PodControlOptions {
  readonly client: ApiClient;
  readonly events: EventRecorder;
  readonly expectations: ControllerExpectations;
  /** @default those of most controllers: `Created pod: web-x7k2p` */
  readonly words?: PodWords;
  /** Makes what a Pod needs to be there before it. @default nothing */
  readonly prepare?: (owner: ApiObject, pod: NewObject<Pod>) => Promise<unknown>;
}

/** What is to become of the Pods of one owner. */
export interface PodChanges {
  /** How many Pods to create. */
  readonly create: number;
  /** The Pod to create as the `index`th; called once for each. */
  readonly podAt: (index: number) => NewObject<Pod>;
  readonly remove: readonly Pod[];
  /** What is done to a Pod before it is deleted. @default nothing */
  readonly release?: (pod: Pod) => Promise<unknown>;
}

/** What has become of them. */
export interface PodOutcome {
  readonly created: number;
  readonly removed: readonly Pod[];
  /** The first that a write met with. */
  readonly error: Error | undefined;
}

/**
 * Creates and deletes the Pods of owners, records an event for each, and lets the expectations know: until all of it has been
 * seen, the owner's controller is not to count its Pods again.
 */
export class PodControl {
  readonly #options: PodControlOptions;
  /** Keys of owners whose last creations all succeeded: they need no slow start. */
  readonly #proven = new Set<string>();

  constructor(options: PodControlOptions) {
    this.#options = options;
  }

  /** The owner is gone. */
  forget(key: string): void {
    this.#options.expectations.forget(key);
    this.#proven.delete(key);
  }

  /** Creates first, then deletes. @throws the first error of a write, after every deletion was tried */
  async carryOut(owner: ApiObject, changes: PodChanges): Promise<void> {
    const { error } = await this.tryOut(owner, changes);
    if (error) throw error;
  }

  /** As {@link carryOut}, for who goes on after an error. */
  async tryOut(owner: ApiObject, changes: PodChanges): Promise<PodOutcome> {
    const { create, podAt, release, remove } = changes;
    if (create === 0 && remove.length === 0) return { created: 0, removed: [], error: undefined };
    this.#options.expectations.expect(
      keyOf(owner),
      create,
      remove.map(({ metadata }) => metadata.uid ?? ''),
    );
    const creation = await this.#createPods(owner, create, podAt);
    const removed: Pod[] = [];
    const lanes = Math.min(DELETE_CONCURRENCY, remove.length);
    const errors = await concurrently(remove, lanes, async (pod) => {
      await this.#deletePod(owner, pod, release);
      removed.push(pod);
    });
    return { created: creation.created, removed, error: creation.error ?? errors[0] };
  }

  /** An owner whose last round succeeded starts with the whole round. */
  async #createPods(
    owner: ApiObject,
    total: number,
    podAt: PodChanges['podAt'],
  ): Promise<Omit<PodOutcome, 'removed'>> {
    const key = keyOf(owner);
    const first = this.#proven.has(key) ? total : 1;
    const { errors, tried } = await startSlowly(total, first, (index) =>
      this.#createPod(owner, podAt(index)),
    );
    const created = tried - errors.length;
    if (errors.length > 0) {
      // No event will come for those: what the informer cannot show must not be waited for.
      this.#options.expectations.lowerCreations(key, total - created);
      this.#proven.delete(key);
      return { created, error: errors.every(isNamespaceTerminating) ? undefined : errors[0] };
    }
    if (total > 0) this.#proven.add(key);
    return { created, error: undefined };
  }

  async #createPod(owner: ApiObject, pod: NewObject<Pod>): Promise<void> {
    const { client, prepare } = this.#options;
    try {
      await prepare?.(owner, pod);
      const { metadata } = await client.create(corePods, pod);
      this.#record(owner, 'create', metadata.name ?? '');
    } catch (thrown) {
      // Whose name is taken is told of by who has it; a namespace that goes tells of itself.
      if (!isNamespaceTerminating(thrown) && !isApiError(thrown, 'AlreadyExists')) {
        this.#record(owner, 'create', pod.metadata.name ?? '', toError(thrown));
      }
      throw thrown;
    }
  }

  async #deletePod(owner: ApiObject, pod: Pod, release: PodChanges['release']): Promise<void> {
    const { client, expectations } = this.#options;
    const { namespace, name = '', uid = '' } = pod.metadata;
    try {
      await release?.(pod);
      await client.delete(
        corePods,
        { namespace, name },
        { propagationPolicy: 'Background', preconditions: { uid } },
      );
      this.#record(owner, 'delete', name);
    } catch (thrown) {
      expectations.deletionObserved(keyOf(owner), uid);
      if (isApiError(thrown, 'NotFound')) return;
      this.#record(owner, 'delete', name, toError(thrown));
      throw thrown;
    }
  }

  #record(owner: ApiObject, verb: PodVerb, pod: string, error?: Error): void {
    const { events, words = DEFAULT_WORDS } = this.#options;
    events.record(owner, {
      type: error ? 'Warning' : 'Normal',
      reason: (error ? FAILED : SUCCESSFUL)[verb],
      message: error ? words.failed(verb, pod, owner, error) : words.done(verb, pod, owner),
    });
  }
}
