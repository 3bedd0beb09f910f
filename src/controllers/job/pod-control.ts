/** What is done to the Pods of Jobs: made, deleted, let go. Tells expectations before it writes, and events after. */
import type { Patch } from '../../apiserver/client.ts';
import { toError } from '../../lib/errors.ts';
import type { ControllerContext } from '../../machinery/controller.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import type { ControllerExpectations } from '../../machinery/expectations.ts';
import { isApiError } from '../../scheme/errors.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type { Job, JobSpec } from '../../scheme/generated/types/batch-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { keyOf } from '../../scheme/object.ts';
import { ignoreNotFound, isNamespaceTerminating } from '../shared/api-errors.ts';
import { concurrently } from '../shared/concurrently.ts';
import { FINALIZER_JOB_TRACKING, isTracked } from './pods.ts';
import type { ReleasedFinalizers } from './released-finalizers.ts';
import { type PodOfIndex, podFromTemplate } from './template.ts';

export const REASON_SUCCESSFUL_CREATE = 'SuccessfulCreate';
export const REASON_SUCCESSFUL_DELETE = 'SuccessfulDelete';
export const REASON_FAILED_CREATE = 'FailedCreate';
export const REASON_FAILED_DELETE = 'FailedDelete';

const CONCURRENCY = 500;

/** What came of a bulk of writes: who is done, and the first error. */
export interface Outcome<T> {
  readonly done: readonly T[];
  readonly error: Error | undefined;
}

export interface PodControlOptions {
  readonly context: ControllerContext;
  readonly events: EventRecorder;
  readonly expectations: ControllerExpectations;
  readonly released: ReleasedFinalizers;
}

export class PodControl {
  readonly #options: PodControlOptions;

  constructor(options: PodControlOptions) {
    this.#options = options;
  }

  /**
   * Makes a Pod for each of `places`, in batches that double from one: when every creation fails for the same reason (a
   * quota, say), that shows after one and not after hundreds.
   */
  async create(
    job: Job,
    spec: JobSpec,
    places: readonly (PodOfIndex | undefined)[],
  ): Promise<Outcome<unknown>> {
    const { expectations } = this.#options;
    const key = keyOf(job);
    const made: unknown[] = [];
    expectations.expect(key, places.length, []);
    let size = 1;
    for (let at = 0; at < places.length; at += size / 2) {
      const errors = await concurrently(places.slice(at, at + size), CONCURRENCY, async (place) => {
        made.push(await this.#createPod(job, spec, place));
      });
      size *= 2;
      if (errors.length === 0) continue;
      // No event will come for those: what the informer cannot show must not be waited for.
      expectations.lowerCreations(key, places.length - made.length);
      // Nothing can be created in a namespace that goes, and trying again would not help.
      return { done: made, error: errors.every(isNamespaceTerminating) ? undefined : errors[0] };
    }
    return { done: made, error: undefined };
  }

  async #createPod(job: Job, spec: JobSpec, place: PodOfIndex | undefined): Promise<Pod> {
    try {
      const pod = await this.#options.context.client.create(
        corePods,
        podFromTemplate(job, spec, place),
      );
      this.#record(job, 'Normal', REASON_SUCCESSFUL_CREATE, `Created pod: ${pod.metadata.name}`);
      return pod;
    } catch (thrown) {
      if (!isNamespaceTerminating(thrown)) {
        const message = `Error creating: ${toError(thrown).message}`;
        this.#record(job, 'Warning', REASON_FAILED_CREATE, message);
      }
      throw thrown;
    }
  }

  /** Deletes Pods that the Job has too many of: let go first, so that they count for nothing. */
  async remove(job: Job, pods: readonly Pod[]): Promise<Outcome<Pod>> {
    const { expectations } = this.#options;
    const key = keyOf(job);
    expectations.expect(
      key,
      0,
      pods.map(({ metadata }) => metadata.uid ?? ''),
    );
    return this.#each(pods, async (pod) => {
      try {
        if (isTracked(pod)) await this.#letGo(pod);
        await this.#deletePod(job, pod);
      } catch (thrown) {
        expectations.deletionObserved(key, pod.metadata.uid ?? '');
        throw thrown;
      }
    });
  }

  /** Deletes the Pods of a Job that has ended; their finalizers hold them until they are counted. */
  stop(job: Job, pods: readonly Pod[]): Promise<Outcome<Pod>> {
    return this.#each(pods, (pod) => this.#deletePod(job, pod));
  }

  /** Removes the finalizers of Pods that are counted, or named to be. */
  release(key: string, pods: readonly Pod[]): Promise<Outcome<Pod>> {
    const { released } = this.#options;
    released.expect(
      key,
      pods.map(({ metadata }) => metadata.uid ?? ''),
    );
    return this.#each(pods, async (pod) => {
      try {
        // One that is gone already stays expected: the informer may still show it, and then it would be counted again.
        await this.#letGo(pod);
      } catch (thrown) {
        released.forgetPod(key, pod.metadata.uid ?? '');
        throw thrown;
      }
    });
  }

  /** Removes the finalizer of a Pod that no Job waits for. */
  async releaseOrphan(pod: Pod): Promise<void> {
    await this.#letGo(pod);
  }

  #letGo({ metadata }: Pod): Promise<Pod | undefined> {
    const { namespace, name = '', uid } = metadata;
    const patch: Patch = {
      type: 'strategic',
      patch: { metadata: { uid, '$deleteFromPrimitiveList/finalizers': [FINALIZER_JOB_TRACKING] } },
    };
    return ignoreNotFound(this.#options.context.client.patch(corePods, { namespace, name }, patch));
  }

  async #deletePod(job: Job, { metadata }: Pod): Promise<void> {
    const { namespace, name = '', uid = '' } = metadata;
    try {
      await this.#options.context.client.delete(
        corePods,
        { namespace, name },
        { propagationPolicy: 'Background', preconditions: { uid } },
      );
      this.#record(job, 'Normal', REASON_SUCCESSFUL_DELETE, `Deleted pod: ${name}`);
    } catch (thrown) {
      if (isApiError(thrown, 'NotFound')) return;
      const message = `Error deleting: ${toError(thrown).message}`;
      this.#record(job, 'Warning', REASON_FAILED_DELETE, message);
      throw thrown;
    }
  }

  async #each(pods: readonly Pod[], work: (pod: Pod) => Promise<void>): Promise<Outcome<Pod>> {
    const done: Pod[] = [];
    const errors = await concurrently(pods, Math.min(CONCURRENCY, pods.length), async (pod) => {
      await work(pod);
      done.push(pod);
    });
    return { done, error: errors[0] };
  }

  #record(job: Job, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#options.events.record(job, { type, reason, message });
  }
}
