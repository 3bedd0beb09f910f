import type { ApiClient, Patch } from '../../apiserver/client.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { concurrently } from '../shared/concurrently.ts';
import { FINALIZER_JOB_TRACKING, isTracked } from './pods.ts';
import type { ReleasedFinalizers } from './released-finalizers.ts';

const CONCURRENCY = 500;

/** Lets Pods go: removes the finalizer by which Jobs hold them. */
export class PodReleaser {
  readonly #client: ApiClient;
  readonly #released: ReleasedFinalizers;

  constructor(client: ApiClient, released: ReleasedFinalizers) {
    this.#client = client;
    this.#released = released;
  }

  /** Lets go of a Pod that counts for nothing. */
  async letGo(pod: Pod): Promise<void> {
    if (!isTracked(pod)) return;
    const { namespace, name = '', uid } = pod.metadata;
    const patch: Patch = {
      type: 'strategic',
      patch: { metadata: { uid, '$deleteFromPrimitiveList/finalizers': [FINALIZER_JOB_TRACKING] } },
    };
    await ignoreNotFound(this.#client.patch(corePods, { namespace, name }, patch));
  }

  /** Lets go of Pods that the Job's status names; resolves with those that are gone, and the first error. */
  async release(
    key: string,
    pods: readonly Pod[],
  ): Promise<{ released: readonly Pod[]; error: Error | undefined }> {
    this.#released.expect(
      key,
      pods.map(({ metadata }) => metadata.uid ?? ''),
    );
    const released: Pod[] = [];
    const errors = await concurrently(pods, Math.min(CONCURRENCY, pods.length), async (pod) => {
      try {
        // One that is gone already stays expected: the informer may still show it, and then it would be counted again.
        await this.letGo(pod);
        released.push(pod);
      } catch (thrown) {
        this.#released.forgetPod(key, pod.metadata.uid ?? '');
        throw thrown;
      }
    });
    return { released, error: errors[0] };
  }
}
