import type { ApiClient } from '../../src/apiserver/client.ts';
import { type Clock, toRfc3339 } from '../../src/lib/clock.ts';
import type { InformerFactory, InformerHandler } from '../../src/machinery/informer.ts';
import { isApiError } from '../../src/scheme/errors.ts';
import { corePods } from '../../src/scheme/generated/resources.ts';
import type { Pod, PodCondition } from '../../src/scheme/generated/types/core-v1.ts';

export interface PodDriverOptions {
  readonly client: ApiClient;
  readonly informers: InformerFactory;
  readonly clock: Clock;
}

/**
 * The user's side of Pods where no kubelet runs: each becomes Ready with an address of its own, unless `shouldBeReady` says
 * no, and ends as soon as it is deleted, unless `shouldEnd` says no.
 */
export class PodDriver {
  shouldBeReady: (pod: Pod) => boolean = () => true;
  shouldEnd: (pod: Pod) => boolean = () => true;
  readonly #options: PodDriverOptions;
  readonly #work = new Set<Promise<void>>();
  readonly #handler: InformerHandler<Pod> = {
    onAdd: (pod) => this.#drive(pod),
    onUpdate: (_, pod) => this.#drive(pod),
  };
  #addresses = 0;

  constructor(options: PodDriverOptions) {
    this.#options = options;
  }

  start(): void {
    this.#options.informers.informer(corePods).addHandler(this.#handler);
  }

  stop(): void {
    this.#options.informers.informer(corePods).removeHandler(this.#handler);
  }

  /** Looks at every Pod again, after `shouldBeReady` or `shouldEnd` has changed its mind. */
  driveAll(): void {
    for (const pod of [...this.#options.informers.informer(corePods).list()]) this.#drive(pod);
  }

  /** Resolves when everything that was begun is done. */
  async idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  /** Ready or not, as the kubelet would report it. */
  async setReady(pod: Pod, isReady: boolean): Promise<void> {
    const { client, clock } = this.#options;
    const now = toRfc3339(clock.now());
    const podIP = pod.status?.podIP ?? this.#nextAddress();
    const status = isReady ? 'True' : 'False';
    const conditions = [
      ...(pod.status?.conditions?.filter(({ type }) => type !== 'Ready') ?? []),
      { type: 'Ready', status, lastTransitionTime: now },
    ];
    await client.update(
      corePods,
      {
        ...pod,
        status: { ...pod.status, phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions },
      },
      { subresource: 'status' },
    );
  }

  /** Ended by itself, with `exitCode`, as the kubelet would report it. */
  async exit(pod: Pod, exitCode: number, conditions: readonly PodCondition[] = []): Promise<void> {
    const { client, clock } = this.#options;
    const now = toRfc3339(clock.now());
    const containerStatuses = (pod.spec?.containers ?? []).map(({ image = '', name }) => ({
      name,
      image,
      imageID: '',
      ready: false,
      restartCount: 0,
      state: { terminated: { exitCode, startedAt: now, finishedAt: now } },
    }));
    const phase = exitCode === 0 ? 'Succeeded' : 'Failed';
    const all = [{ type: 'Ready', status: 'False', lastTransitionTime: now }, ...conditions];
    const status = { ...pod.status, phase, containerStatuses, conditions: all } as const;
    await client.update(corePods, { ...pod, status }, { subresource: 'status' });
  }

  #drive(pod: Pod): void {
    const work = this.#act(pod)
      .catch((thrown) => {
        // Ignored: somebody else changed or removed the Pod, and the next event tells of it.
        if (!isApiError(thrown, 'Conflict', 'NotFound')) throw thrown;
      })
      .finally(() => this.#work.delete(work));
    this.#work.add(work);
  }

  async #act(pod: Pod): Promise<void> {
    const { client } = this.#options;
    const { namespace, name = '', deletionTimestamp, uid = '' } = pod.metadata;
    if (deletionTimestamp) {
      if (!this.shouldEnd(pod) || pod.metadata.finalizers?.length) return;
      await client.delete(
        corePods,
        { namespace, name },
        { gracePeriodSeconds: 0, preconditions: { uid } },
      );
      return;
    }
    if (pod.status?.phase === 'Pending' && this.shouldBeReady(pod)) await this.setReady(pod, true);
  }

  #nextAddress(): string {
    const index = ++this.#addresses;
    return `10.244.${index >> 8}.${index & 255}`;
  }
}
